#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Attempts to get out, each shown to work where nothing holds it, then to fail
# inside. `in` may be written, `out` may not.

. "$(atf_get_srcdir)/cases"

setup()
{
	escape=$(atf_get_srcdir)/probes/escape
	mkdir in out
	echo secret >out/secret
	chmod 600 out/secret
}

# hold [-m COMMAND]... COMMAND: run inside, in `in`.
hold()
{
	(cd in && "$belay" -p allow-all -m core/sandbox/write:deny \
		-m "allow/write+$(pwd -P)/***" -m allow/write+/dev/null "$@")
}

# A process outside to aim at, the leader of its own group.
bystander()
{
	setsid sleep 300 &
	victim=$!
	# Until it is a leader: the shell's child execs setsid, which calls setsid.
	until [ "$(cut -d ' ' -f 5 /proc/$victim/stat)" = "$victim" ]; do :; done
}

bystander_lives()
{
	kill -0 $victim 2>/dev/null || atf_fail "the bystander is dead"
	kill -KILL $victim
	wait $victim 2>/dev/null
	victim=
}

# held WHAT ARG ANSWER [belay options]: the probe's answer inside.
held()
{
	what=$1 arg=$2 want=$3
	shift 3
	got=$(hold "$@" -- "$escape" "$what" "$arg" 2>report)
	case $got in
	absent) [ "$(cd in && "$escape" "$what" "$arg" 2>/dev/null)" != escaped ] || [ "$want" = "refused ENOSYS" ] ||
		atf_fail "$what: absent inside, there outside" ;;
	"$want") ;;
	*) cat report; atf_fail "$what: '$got' instead of '$want'" ;;
	esac
}

reported()
{
	grep -q "$1" report || { cat report; atf_fail "no report of $1"; }
}

case_of files "no entry and no call opens a file that may not be written"
files_run()
{
	setup
	for what in open openat2 int80 x32 symlink; do
		atf_check -o ignore "$escape" open out/native
		rm -f out/native
		held $what "$PWD/out/new" "refused EACCES"
		[ ! -e out/new ] || atf_fail "$what made a file"
	done
	for what in procfd hardlink open openat2 symlink; do
		atf_check -o match:escaped sh -c "cd in && $escape $what ../out/secret"
		rm -f in/second-name in/way-out
		held $what "$PWD/out/secret" "refused EACCES"
		reported "$PWD/out/secret"
	done
}

case_of int80 "an i386 call of a 64-bit process is judged as what it is"
int80_run()
{
	setup
	[ "$("$escape" int80 "$PWD/out/native")" = escaped ] ||
		atf_skip "this machine has no i386 entry"
	held int80 "$PWD/out/new" "refused EACCES"
	reported "(i386)"
	held int80 "$PWD/in/new" escaped
	[ -e in/new ] || atf_fail "an allowed file was not made"
}

case_of mistaken "a process is killed when /proc takes another one for it"
mistaken_run()
{
	map=
	[ "$(id -u)" -eq 0 ] || map=-r
	unshare $map -m true || atf_skip "needs a mount namespace"
	# What a race in the kernel does (doc/kernel-differences.md) is done by a mount here.
	cat >outside <<-END
	mkfifo go
	"$belay" -p allow-all -m core/sandbox/exec:deny -m 'allow/exec+/**' -- \
		sh -c 'echo \$\$ >pid; read go <go; exec /bin/true' 2>report &
	until [ -s pid ]; do kill -0 \$! || exit; done
	if [ "\$1" != "" ]; then
		mount --bind /proc/\$\$ /proc/\$(cat pid) || exit 77
	fi
	echo >go
	wait \$!
	END
	atf_check unshare $map -m sh ./outside ""
	rm go pid
	unshare $map -m sh ./outside mount
	status=$?
	[ $status -ne 77 ] || atf_skip "may not mount"
	[ $status -eq 137 ] || atf_fail "exit status $status: $(cat report)"
	atf_check -o ignore grep "killed process $(cat pid): /proc takes another one for it" report
}

case_of memfd "a program without a name is executed only where a rule says so, whatever name it gives itself"
memfd_run()
{
	setup
	program=$(readlink -f "$escape")
	for by in fd proc; do
		atf_check -o inline:"escaped\n" "$escape" memfd $by
		held memfd $by "refused EACCES" -m core/sandbox/exec:deny -m "allow/exec+$program" \
			-m "allow/exec+/**/ld*.so*" -m "allow/exec+/**/bin/*"
		reported memfd
		held memfd $by escaped -m core/sandbox/exec:deny -m "allow/exec+$program" \
			-m "allow/exec+/**/ld*.so*" -m allow/exec+/memfd:
	done
}

case_of modes "the mode of a file outside is not changed by any call"
modes_run()
{
	setup
	for what in fchmod fchmodat2; do
		held $what "$PWD/out/secret" "refused EACCES"
		[ "$(stat -c %a out/secret)" = 600 ] || atf_fail "$what changed the mode"
	done
	atf_check -o match:escaped "$escape" fchmod out/secret
}

case_of watches "names in a directory that may not be read are not told by inotify"
watches_run()
{
	setup
	for what in watch watchlink; do
		atf_check -o inline:"escaped\n" sh -c "cd in && $escape $what $PWD/out"
		rm -f in/way-in
		held $what "$PWD/out" "refused EACCES" -m core/sandbox/read:allow \
			-m "deny/read+$(pwd -P)/out/***"
		reported "$(pwd -P)/out"
		held $what "$PWD/out/secret" "refused EACCES" -m core/sandbox/read:allow \
			-m "deny/read+$(pwd -P)/out/secret"
	done
	held watch "$PWD/out" escaped
	atf_check -o inline:"escaped\n" sh -c "cd in && $escape watchown"
	held watchown "" escaped -m core/sandbox/read:allow \
		-m "deny/read+$(pwd -P)/out/***"
}

case_of processes "no signal and no tracer reaches a process outside"
processes_run()
{
	setup
	# In a pid namespace its number means nobody.
	who=EPERM mem=EACCES
	[ "${belay##*-}" != pidns ] || who=ESRCH mem=ENOENT
	for what in signal group tgkill sigqueue ptrace vmwrite limits priority owner; do
		bystander
		held $what $victim "refused $who"
		bystander_lives
	done
	bystander
	held procmem $victim "refused $mem"
	bystander_lives
	for what in pidfd procpidfd; do
		# Nor has it a directory in /proc.
		[ $what$who != procpidfdESRCH ] || continue
		bystander
		got=$(hold -- "$escape" $what $victim 2>report)
		case $got in
		absent|"refused $who") ;;
		*) atf_fail "$what: $got" ;;
		esac
		bystander_lives
	done
	bystander
	atf_check -o match:escaped "$escape" signal $victim
	wait $victim
	atf_check_equal "$(kill -l $?)" USR1
}

case_of everybody "kill(-1) and kill(0) end inside"
everybody_run()
{
	setup
	bystander
	# Nobody else is inside: there is nobody to signal.
	held everybody "" "refused ESRCH"
	atf_check -s exit:130 -o inline:"inside\n" -e ignore \
		sh -c "cd in && $belay -p allow-all -- sh -c 'echo inside; kill -INT 0; sleep 300'"
	# A process inside is reached, the caller is spared, and so are all others.
	cat >in/all <<-'END'
	sleep 300 &
	kill -TERM -1
	wait $!
	echo $?
	END
	atf_check -o inline:"143\n" -e ignore sh -c "cd in && $belay -p allow-all -- sh ./all"
	bystander_lives
}

case_of supervisor "the supervisor cannot be signalled, traced or written to"
supervisor_run()
{
	setup
	cat >in/attack <<-END
	sup=\$PPID
	for what in signal tgkill sigqueue ptrace vmwrite procmem limits priority owner; do
		echo \$what \$($escape \$what \$sup)
	done
	END
	atf_check -o save:answers -e ignore sh -c "cd in && $belay -p allow-all -- sh ./attack"
	grep -v 'refused E\(PERM\|ACCES\)$' answers && atf_fail "an attempt was not refused"
	[ "$(wc -l <answers)" -eq 9 ] || atf_fail "attempts are missing"
}

case_of network "no call reaches an address with network denied"
network_run()
{
	setup
	for what in connect sendto sendmsg sendmmsg fastopen; do
		held $what 9 "refused EACCES" -m core/sandbox/network:deny
		reported "inet:127.0.0.1@9"
	done
	held listen "" "refused EACCES" -m core/sandbox/network:deny
	held sendmsg 9 escaped
	held sendmsg 9 escaped -m core/sandbox/network:deny \
		-m 'allow/network/connect+inet:127.0.0.1@9'
}

case_of routes "no routing header leads a packet past the address that was judged"
routes_run()
{
	setup
	for what in route routed sourceroute; do
		# Everything may be reached but one host, which nobody asks for.
		held $what "" "refused EPERM" -m core/sandbox/network:deny \
			-m 'allow/network/connect+inet:0.0.0.0/0@0-65535' \
			-m 'allow/network/connect+inet6:::/0@0-65535'
	done
	[ "$("$escape" route)" = escaped ] || atf_skip "this machine has no routing headers: $("$escape" route)"
	held route "" escaped
}

case_of kernel "io_uring and unknown calls do not exist inside"
kernel_run()
{
	setup
	held uring "" "refused ENOSYS"
	held call 4095 "refused ENOSYS"
	held call $((0x40000000 + 4095)) "refused ENOSYS"
}

case_of listener "a filter of the program's own cannot have a listener"
listener_run()
{
	setup
	held listener "" "refused EBUSY"
}

case_of descriptors "an open descriptor is not inherited unless it is passed by number"
descriptors_run()
{
	setup
	exec 7>>out/secret
	[ "$("$escape" inherited 7)" = escaped ] || atf_fail "the probe does not see it outside"
	held inherited 7 "refused EBADF"
	held inherited 7 escaped --keep-fd=7
	exec 7>&-
}
