#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# An interactive shell inside, at a terminal of its own.

. "$(atf_get_srcdir)/cases"
terminal=$(atf_get_srcdir)/probes/terminal

case_of job_control "^Z, ^C, fg, bg and jobs work inside as outside"
job_control_run()
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
	# A shell that edits its lines has terminals of its own idea.
	[ "$(basename "$(readlink -f "$(command -v sh)")")" != busybox ] || atf_skip "needs dash or bash"
	atf_check -o match:'status 5' "$terminal" script sh -i
	atf_check -o match:'status 5' "$terminal" script "$belay" -p allow-all \
		-m core/sandbox/write:deny -m "allow/write+$(pwd -P)/***" \
		-m allow/write+/dev/tty -m allow/write+/dev/null \
		-m 'allow/write+/dev/pts/*' -- sh -i
}

case_of interrupt "^C reaches the command once, and belay stays"
interrupt_run()
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

case_of own_terminal "/dev/tty is the terminal of the one who opens it"
own_terminal_run()
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

case_of controlling_terminal "a session leader gains a terminal by opening it, and belay none"
controlling_terminal_run()
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
