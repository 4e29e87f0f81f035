#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# cli_test.sh - belay as its user meets it: bad input, exit statuses, what the
# command inherits. The command line's own grammar is options_test.c.

belay=$(atf_get_srcdir)/../belay

# A supervisor of 32 bits judges no calls of 64 bits, so they are all refused:
# nothing of a system of 64 bits runs below it.
needs_programs()
{
	mine=$(head -c 5 "$belay" | od -An -tu1 -j4)
	theirs=$(head -c 5 "$(readlink -f /bin/sh)" | od -An -tu1 -j4)
	[ "$mine" -ge "$theirs" ] || atf_skip "the programs of this system are of 64 bits"
}

# refused WANT ARG...: belay ARG... ends with 125, says one line that holds
# WANT, and runs nothing.
refused()
{
	want=$1
	shift
	atf_check -s exit:125 -o empty -e save:stderr "$belay" "$@"
	atf_check -o inline:'1\n' sh -c 'wc -l <stderr | tr -d " "'
	atf_check -o ignore grep '^belay: ' stderr
	atf_check -o ignore grep -F -- "$want" stderr
	atf_check -s exit:1 test -e started
}

atf_test_case bad_options
bad_options_head()
{
	atf_set descr "Verify that a bad command line gives one line, status 125 and no command"
}
bad_options_body()
{
	refused 'no command'
	refused 'no command' -m core/sandbox/write:deny
	refused "'--no-such'" --no-such touch started
	refused "'-m' needs an argument" -m
	refused 'there are: auto, trace, notify' --backend gdb touch started
	refused 'there are: auto, ptrace, pidns' --lifetime 9 touch started
	refused '--lifetime pidns cannot be had: backend trace' --backend trace --lifetime pidns \
		touch started
	refused 'not a descriptor above 2' --keep-fd 1 touch started
	refused 'descriptor 999 is not open' --keep-fd 999 touch started
	refused "'touch' is too much" --calls touch started
	refused '--plan is about rules' --relies -p allow-all
	refused 'exclude each other' --calls --relies
	refused 'exclude each other' --relies --plan
	refused '--json is for' --json touch started
	refused 'there are: notify, pidns, landlock' --require root touch started
	refused 'exclude each other' --require notify --backend trace touch started
}

atf_test_case full_output
full_output_head()
{
	atf_set descr "Verify that what cannot be printed gives one line and status 125"
}
full_output_body()
{
	[ -c /dev/full ] || atf_skip "there is no /dev/full"
	for what in --help --version --plan '--plan --json' --calls '--calls --json' --relies '--relies --json'; do
		atf_check -s exit:125 -e match:'^belay: cannot write to standard output: ' \
			sh -c "'$belay' $what >/dev/full"
	done
}

atf_test_case full_report
full_report_head()
{
	atf_set descr "Verify that a report that cannot be written changes neither refusal nor exit status"
}
full_report_body()
{
	needs_programs
	[ -c /dev/full ] || atf_skip "there is no /dev/full"
	atf_check -s exit:3 sh -c "'$belay' -p allow-all -m core/sandbox/write:deny \
		sh -c 'mkdir made; exit 3' 2>/dev/full"
	atf_check test ! -e made
}

atf_test_case bad_rules
bad_rules_head()
{
	atf_set descr "Verify that bad rules give one line with file and line, status 125 and no command"
}
bad_rules_body()
{
	refused "core/sandbox/wrte" -m core/sandbox/wrte:deny touch started
	refused "command line" -m core/sandbox/wrte:deny touch started
	refused "without ']'" -m 'allow/write+[' touch started
	refused "missing.conf" -c missing.conf touch started
	refused "no-such-profile" -p no-such-profile touch started
	printf '# fine\ncore/sandbox/write:deny\nnonsense\n' >rules.conf
	refused 'rules.conf:3' -c rules.conf touch started
	# What is right so far does not make it run.
	refused 'nonsense' -p allow-all -m nonsense touch started
}

atf_test_case exit_status
exit_status_head()
{
	atf_set descr "Verify that the exit status is the command's, 128+N for a signal, 126 and 127"
}
exit_status_body()
{
	needs_programs
	for status in 0 1 7 124 255; do
		atf_check -s exit:$status "$belay" sh -c "exit $status"
	done
	atf_check -s exit:143 "$belay" sh -c 'kill -TERM $$'
	atf_check -s exit:137 "$belay" sh -c 'kill -KILL $$'
	PATH=/usr/bin:/bin
	atf_check -s exit:127 -e match:'no-such-command' "$belay" no-such-command
	atf_check -s exit:127 -e match:'No such file' "$belay" ./no-such-command
	: >plain
	atf_check -s exit:126 -e match:'Permission denied' "$belay" ./plain
	atf_check -s exit:126 -e ignore "$belay" /
}

atf_test_case exit_status_exec_denied
exit_status_exec_denied_head()
{
	atf_set descr "Verify that a command that the rules forbid is reported and gives 126"
}
exit_status_exec_denied_body()
{
	needs_programs
	atf_check -s exit:126 -e match:'denied exec: execve' -e match:'Permission denied' \
		"$belay" -p allow-all -m core/sandbox/exec:deny /bin/true
}

atf_test_case violation_exit_code
violation_exit_code_head()
{
	atf_set descr "Verify that core/violation/exit_code decides the status after a violation only"
}
violation_exit_code_body()
{
	needs_programs
	mkdir locked
	rules='-p allow-all -m core/sandbox/write:deny'
	atf_check -s exit:3 -e match:denied "$belay" $rules sh -c 'mkdir locked/x; exit 3'
	atf_check -s exit:42 -e match:denied "$belay" $rules -m core/violation/exit_code:42 \
		sh -c 'mkdir locked/x; exit 3'
	atf_check -s exit:131 -e match:denied "$belay" $rules -m core/violation/exit_code:0 \
		sh -c 'mkdir locked/x; exit 3'
	atf_check -s exit:3 -e ignore "$belay" $rules -m core/violation/exit_code:42 sh -c 'exit 3'
	atf_check -s exit:1 test -e locked/x
}

atf_test_case environment
environment_head()
{
	atf_set descr "Verify that the command has the caller's environment, BELAY and what -E asks for"
}
environment_body()
{
	needs_programs
	version=$("$belay" --version)
	atf_check -o inline:"${version#belay }|kept|a=b|unset\n" env KEPT=kept GONE=gone \
		"$belay" -E NEW=a=b -E GONE sh -c 'echo "$BELAY|$KEPT|$NEW|${GONE-unset}"'
}

atf_test_case descriptors
descriptors_head()
{
	atf_set descr "Verify that only descriptors that are named reach the command"
}
descriptors_body()
{
	needs_programs
	echo text >file
	atf_check -o inline:'text\n' "$belay" --keep-fd 7 cat /dev/fd/7 7<file
	atf_check -s not-exit:0 -o empty -e not-empty "$belay" cat /dev/fd/7 7<file
	# Closed streams are nothing to stumble over.
	atf_check -o inline:'0\n' sh -c '"$1" true <&- >&-; echo $?' sh "$belay"
}

atf_test_case plan
plan_head()
{
	atf_set descr "Verify that --plan tells who decides and runs nothing"
}
plan_body()
{
	atf_check -o match:'^write:deny: decided by the supervisor' \
		-o match:'^read:allow: decided by the kernel' "$belay" --plan touch started
	atf_check -o match:'^write:off: decided by the kernel' "$belay" -p allow-all --plan
	atf_check -s exit:1 test -e started
	atf_check -o match:'^usage: belay' "$belay" --help
	atf_check -o match:'^belay [0-9]' "$belay" --version
}

atf_test_case signals_given
signals_given_head()
{
	atf_set descr "Verify that signals which the caller ignores or blocks change neither plan nor status, and stay so for the command"
}
signals_given_body()
{
	needs_programs
	env --ignore-signal=CHLD --block-signal=USR1 true 2>/dev/null ||
		atf_skip "env does not change signals here"
	for how in "" "--backend notify" "--backend trace"; do
		"$belay" -p allow-all $how --plan >want 2>want.err
		for given in --ignore-signal=CHLD --block-signal=USR1; do
			atf_check -o file:want -e file:want.err -s ignore env $given \
				"$belay" -p allow-all $how --plan
			[ -s want ] || continue
			atf_check -s exit:7 env $given "$belay" -p allow-all $how sh -c 'exit 7'
			env $given grep '^Sig[BI]' /proc/self/status >native
			atf_check -o file:native env $given "$belay" -p allow-all $how \
				grep '^Sig[BI]' /proc/self/status
		done
	done
}

atf_test_case set_user_id
set_user_id_head()
{
	atf_set descr "Verify that belay refuses to run with privileges given by its file"
	atf_set require.user root
}
set_user_id_body()
{
	chmod 711 .
	cp "$belay" . && chmod 4755 belay
	setpriv --reuid=65534 --clear-groups true 2>/dev/null || atf_skip "needs setpriv"
	grep -q '^NoNewPrivs:.*0' /proc/self/status || atf_skip "no_new_privs is set"
	findmnt -n -o OPTIONS -T . | grep -qw nosuid && atf_skip "mounted nosuid"
	atf_check -s exit:125 -o empty -e match:'set-user-ID' \
		setpriv --reuid=65534 --clear-groups ./belay touch started
}

# holders COMMAND: belay runs COMMAND, which holds the write end of a pipe as
# descriptor 3 and has said "up". The pipe's end is the end of all holders.
holders()
{
	rm -f fifo
	atf_check mkfifo fifo
	"$belay" -p allow-all --keep-fd 3 sh -c "$1" 3>fifo &
	pid=$!
	exec 4<fifo
	read -r line <&4
	atf_check_equal up "$line"
}

no_holder_left()
{
	atf_check -s exit:1 -o empty sh -c 'read -r line <&4'
	exec 4<&-
}

atf_test_case killed
killed_head()
{
	atf_set descr "Verify that SIGKILL of belay ends every process of the sandbox"
	atf_set timeout 120
}
killed_body()
{
	needs_programs
	holders 'sleep 1000 & setsid sleep 1000 & echo up >&3; exec sleep 1000'
	kill -KILL $pid
	wait $pid
	atf_check_equal KILL "$(kill -l $?)"
	no_holder_left
}

atf_test_case ended_by_signal
ended_by_signal_head()
{
	atf_set descr "Verify that TERM and HUP of belay end the command and are told by 128+N"
	atf_set timeout 120
}
ended_by_signal_body()
{
	needs_programs
	for signal in TERM HUP; do
		holders 'echo up >&3; exec sleep 1000'
		kill -$signal $pid
		wait $pid
		atf_check_equal $signal "$(kill -l $?)"
		no_holder_left
	done
}

atf_test_case lifetimes
lifetimes_head()
{
	atf_set descr "Verify that the lifetime is the one asked for, or that the plan says why it is not"
}
lifetimes_body()
{
	pidns='the supervisor is init of a pid namespace'
	ptrace='belay traces every process'
	atf_check -o match:"$ptrace" -o not-match:'no pid namespace' "$belay" -p allow-all --plan
	"$belay" -p allow-all --backend notify --lifetime pidns --plan >plan 2>why ||
		atf_skip "$(sed 's/^belay: //' why)"
	atf_check -o match:"$pidns" cat plan
	atf_check -o match:"$pidns" "$belay" -p allow-all --backend notify --plan
	atf_check -o match:"$ptrace" "$belay" -p allow-all --backend notify --lifetime ptrace --plan
	# What a tracer alone can hold is told, and held.
	atf_check -o match:"$ptrace" -o match:'no pid namespace: exec rules' \
		"$belay" -p allow-all -m core/sandbox/exec:deny --backend notify --plan
	atf_check -o match:"$ptrace" -o match:'no pid namespace: .* run time' \
		"$belay" -p allow-all -m core/trace/magic_lock:off --backend notify --plan
	refused 'exec rules' -p allow-all -m core/sandbox/exec:deny --backend notify \
		--lifetime pidns touch started
	atf_check -o inline:'1\n' "$belay" -p allow-all --backend notify -- sh -c 'echo $PPID'
	atf_check -o not-inline:'1\n' "$belay" -p allow-all -- sh -c 'echo $PPID'
}

atf_test_case plan_json
plan_json_head()
{
	atf_set descr "Verify that --plan --json says the same as --plan, in JSON"
}
plan_json_body()
{
	"$belay" --calls | awk '{ print $3 }' | LC_ALL=C sort -u >names
	words() { tr -s ' ' '\n' | LC_ALL=C sort -u | LC_ALL=C comm -12 - names; }
	for policy in "-p allow-all" "-p default -m core/sandbox/read:deny" \
		"-p allow-all -m core/trace/magic_lock:off --backend trace"; do
		atf_check -o save:plan "$belay" $policy --plan
		atf_check -o save:json "$belay" $policy --plan --json
		atf_check -o inline:"$(sed -n 's/.*backend: //p' plan)\n" \
			sed -n 's/^"backend":"\(.*\)",$/\1/p' json
		for op in read write exec network/bind network/connect; do
			# "write:deny: decided by the supervisor", or "the kernel, all is allowed"
			atf_check -o inline:"$(sed -n "s|^$op:\([a-z]*\): decided by the \([a-z]*\).*|\1 \2|p" plan)\n" \
				sed -n "s|^\"$op\":{\"mode\":\"\([a-z]*\)\",\"by\":\"\([a-z]*\)\".*|\1 \2|p" json
		done
		sed '/^judged by/,$d' plan | sed -n 's/^    //p' | words >told
		sed '/"lifetime":/d; s/"mode":"[a-z]*"//; s/"[a-z/]*"://g' json | grep -o '"[a-z0-9_]*"' | tr -d '"' |
			words | cmp told - || atf_fail "under $policy other calls are listed"
		! command -v python3 >/dev/null || atf_check -o ignore python3 -m json.tool json
	done
}

atf_test_case required
required_head()
{
	atf_set descr "Verify that what is required is had, or nothing is started"
}
required_body()
{
	"$belay" -p default --plan --json >plan
	if grep -q '"landlock":\["memory"' plan; then
		atf_check -o inline:'up\n' "$belay" --require landlock -- echo up
	else
		refused 'landlock cannot be had: the kernel' --require landlock touch started
	fi
	if grep -q '"landlock":.*"signals"' plan; then
		atf_check -o inline:'up\n' "$belay" --require landlock-signals -- echo up
	else
		refused 'landlock-signals cannot be had: the kernel' --require landlock-signals \
			touch started
	fi
	refused 'landlock cannot be had: no rule is in force' -p allow-all --require landlock \
		touch started
	if "$belay" -p allow-all --require pidns --plan >plan 2>why; then
		atf_check -o inline:'1\n' "$belay" -p allow-all --require pidns -- sh -c 'echo $PPID'
	else
		atf_check -o match:'^belay: --.* cannot be had: ' cat why
		refused 'cannot be had' -p allow-all --require pidns touch started
	fi
}

atf_test_case calls
calls_head()
{
	atf_set descr "Verify that --calls tells each call with its verdict, and --json the same to programs"
}
calls_body()
{
	atf_check -o save:calls "$belay" --calls
	for line in '^x86_64 .* openat .*supervised read,write: .' '^i386 .* io_uring_setup .*refused ENOSYS: .' \
		'^x32 .* 1073741824  read .*allowed: .' '^arm .* 983045  set_tls .*allowed: .' \
		'^aarch64 .* ptrace .*allowed: where the supervisor'; do
		atf_check -o ignore grep "$line" calls
	done
	atf_check -o save:json "$belay" --calls --json
	atf_check_equal "$(wc -l <calls)" "$(grep -c '^{"abi":' json)"
}

atf_init_test_cases()
{
	atf_add_test_case bad_options
	atf_add_test_case full_output
	atf_add_test_case full_report
	atf_add_test_case bad_rules
	atf_add_test_case exit_status
	atf_add_test_case exit_status_exec_denied
	atf_add_test_case violation_exit_code
	atf_add_test_case environment
	atf_add_test_case descriptors
	atf_add_test_case plan
	atf_add_test_case plan_json
	atf_add_test_case required
	atf_add_test_case lifetimes
	atf_add_test_case calls
	atf_add_test_case signals_given
	atf_add_test_case set_user_id
	atf_add_test_case killed
	atf_add_test_case ended_by_signal
}
