#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# An interactive shell inside, at a terminal of its own.

belay=$(atf_get_srcdir)/../belay
terminal=$(atf_get_srcdir)/probes/terminal

atf_test_case job_control
job_control_head()
{
	atf_set descr "Verify that ^Z, ^C, fg, bg and jobs work inside as outside"
	atf_set timeout 300
}
job_control_body()
{
	# Words are split in what is typed, so that only the answer matches.
	cat >script <<-'END'
	< PS1='[pro''mpt]'
	> [prompt]
	< cat
	< one
	> one
	> one
	< ^Z
	> topped
	> [prompt]
	< jobs
	> topped
	> [prompt]
	< fg
	< two
	> two
	> two
	< ^C
	> [prompt]
	< echo inter""rupted $?
	> interrupted 130
	> [prompt]
	< sleep 300 &
	> [prompt]
	< jobs
	> unning
	> [prompt]
	< kill -KILL %1; wait; echo wai""ted
	> waited
	> [prompt]
	< sh -c 'kill -STOP $$; echo conti""nued'
	> topped
	> [prompt]
	< fg
	> continued
	> [prompt]
	< cat | cat
	< three
	> three
	> three
	< ^Z
	> topped
	> [prompt]
	< bg
	> [prompt]
	< fg
	< four
	> four
	> four
	< ^D
	> [prompt]
	< echo pipe""line $?
	> pipeline 0
	> [prompt]
	< exit 5
	END
	atf_check -o match:'status 5' "$terminal" script sh -i
	atf_check -o match:'status 5' "$terminal" script "$belay" -p allow-all \
		-m core/sandbox/write:deny -m "allow/write+$(pwd -P)/***" \
		-m allow/write+/dev/tty -m allow/write+/dev/null \
		-m 'allow/write+/dev/pts/*' -- sh -i
}

atf_test_case interrupt
interrupt_head()
{
	atf_set descr "Verify that ^C reaches the command once, and belay stays"
	atf_set timeout 120
}
interrupt_body()
{
	cat >script <<-'END'
	> ready
	< ^C
	> got 1
	< go on
	> read go on
	END
	cat >prog <<-'END'
	n=0
	trap 'n=$((n + 1)); echo got $n' INT
	echo ready
	until read line; do :; done
	echo read $line
	exit $((20 + n))
	END
	for shell in dash bash; do
		command -v $shell >/dev/null || continue
		atf_check -o match:'status 2[1]' "$terminal" script $shell prog
		atf_check -o match:'status 2[1]' "$terminal" script "$belay" -p allow-all -- \
			$shell prog
		return
	done
	atf_skip "needs dash or bash"
}

atf_test_case own_terminal
own_terminal_head()
{
	atf_set descr "Verify that /dev/tty is the terminal of the one who opens it"
	atf_set timeout 120
}
own_terminal_body()
{
	printf '> to the terminal\n> also ENXIO\n' >script
	cat >prog <<-END
	echo to the terminal >/dev/tty
	# In a session without a terminal there is none.
	setsid sh -c '(echo x >/dev/tty) 2>&1 | grep -q "No such device" && echo also ENXIO' | cat
	END
	atf_check -o ignore "$terminal" script sh prog
	atf_check -o ignore "$terminal" script "$belay" -p allow-all -m core/sandbox/write:deny \
		-m allow/write+/dev/tty -- sh prog
}

atf_test_case controlling_terminal
controlling_terminal_head()
{
	atf_set descr "Verify that a session leader gains a terminal by opening it, and belay none"
	atf_set timeout 120
}
controlling_terminal_body()
{
	python3 -c '' 2>/dev/null || atf_skip "python3 is not installed"
	cat >script.py <<-'END'
	import os, pty
	master, slave = pty.openpty()
	name = os.ttyname(slave)
	os.close(slave)
	if os.fork() == 0:
	    os.setsid()
	    fd = os.open(name, os.O_RDWR)
	    tty = os.open("/dev/tty", os.O_RDWR)
	    print(os.isatty(tty), os.tcgetpgrp(fd) == os.getpid(), flush=True)
	    os._exit(0)
	print(os.wait()[1])
	END
	atf_check -o inline:"True True\n0\n" python3 script.py
	atf_check -o inline:"True True\n0\n" "$belay" -p allow-all -m core/sandbox/write:deny \
		-m 'allow/write+/dev/***' -- python3 script.py
}

atf_init_test_cases()
{
	atf_add_test_case job_control
	atf_add_test_case interrupt
	atf_add_test_case own_terminal
	atf_add_test_case controlling_terminal
}
