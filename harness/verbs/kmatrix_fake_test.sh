#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kmatrix with a QEMU that is a script: what kmatrix asks of one boot after another, and
# what it makes of them. No kernel is booted and nothing is fetched; what a guest does is
# in the file "guest", which the script sources as boot number $n.

. "$(atf_get_srcdir)/preamble"

# What the script and the tests share: a guest's console and stream (run.h).
fake_guest()
{
	cat <<'EOF'
at=1
# say TEXT: a line of the guest's kernel.
say()
{
	at=$((at + 1))
	echo "[    $at.000000] $*" >>"$console"
}
up()
{
	say "KT-BOOT 6.1.0-50-amd64"
	echo "KT-PROG x86_64 kernel-tests/sample_test" >>"$stream"
}
# begin CASE: it runs, and has not ended.
begin()
{
	say "KT-PROG x86_64 kernel-tests/sample_test $1"
	echo "KT-CASE $1" >>"$stream"
}
# crc: of standard input, as zlib has it.
crc()
{
	gzip -c | tail -c 8 | od -An -tu1 | {
		read -r a b c d rest
		printf '%02x%02x%02x%02x' "$d" "$c" "$b" "$a"
	}
}
# answer CASE WORD [REASON]: it runs to its end.
answer()
{
	begin "$1"
	end="$2 100000${3:+ $3}"
	sum=$(printf '%s\n%s' "x86_64 kernel-tests/sample_test $1" "$end" | crc)
	echo "KT-END $sum $end" >>"$stream"
}
# pass CASE...
pass()
{
	for case; do
		answer "$case" passed
	done
}
down()
{
	say "KT-DONE"
	exit 0
}
hang()
{
	exec sleep 1000
}
EOF
}

# A build tree, a kernel, a userland and a QEMU in this directory, and $run.
fake()
{
	[ "$abi" = x86_64 ] || atf_skip "is about an x86_64 machine"
	builds
	mkdir -p src/kernel-tests bin tmp cache/rows cache/userland/fake/one
	mkdir -p builds/x86_64/harness/guest
	cp "$(atf_get_srcdir)/../guest/runner" builds/x86_64/harness/guest/
	printf '\nabs_top_srcdir = %s\nP = kernel-tests/sample_test$(EXEEXT)\n' "$PWD/src" \
		>builds/x86_64/Makefile
	touch src/Kyuafile src/kernel-tests/Kyuafile
	# The header of a bzImage: protocol 2.15, 64 bits, "6.1.0-50-amd64" at 0x500.
	dd if=/dev/zero of=bzImage bs=4096 count=1 2>/dev/null
	bytes 510 '\125\252'
	bytes 514 'HdrS\017\002'
	bytes 526 '\000\003'
	bytes 566 '\077'
	bytes 1280 '6.1.0-50-amd64 (builder@host) #1 SMP'
	mkdir cache/userland/fake/one/bin
	echo busybox >cache/userland/fake/one/bin/busybox
	(cd cache/userland/fake/one && sha256sum ./bin/busybox >SHA256SUMS)
	ln -s ../userland/fake/one cache/rows/userland,amd64,bookworm
	fake_guest >fake_guest
	cat >bin/qemu-system-x86_64 <<EOF
#!/bin/sh
[ "\$1" != --version ] || { echo 'QEMU emulator version 7.2.22 (fake)'; exit; }
cd '$PWD' || exit 1
for a; do
	case \$a in
	file,id=console,path=*) console=\${a#*path=} ;;
	pipe,id=console,path=*) pipe=\${a#*path=} ;;
	file,id=stream,path=*) stream=\${a#*path=} ;;
	*/job.cpio) grep -a '^run ' "\$a" | sort >asked ;;
	esac
done
n=\$((\$(cat boots 2>/dev/null || echo 0) + 1))
echo \$n >boots
cp asked asked.\$n
echo \$\$ >pid
. ./fake_guest
. ./guest
EOF
	chmod +x bin/qemu-system-x86_64
	PATH=$PWD/bin:$PATH
	export BELAY_CACHE="$PWD/cache" BELAY_OFFLINE=yes TMPDIR="$PWD/tmp"
	run="kmatrix run --builds builds -k bzImage --abi x86_64 --accel tcg"
}

bytes()
{
	printf "$2" | dd of=bzImage bs=1 seek="$1" conv=notrunc 2>/dev/null
}

# gone PID: waits until there is no such process.
gone()
{
	while kill -0 "$1" 2>/dev/null; do
		:
	done
}

atf_test_case retry
retry_head()
{
	atf_set descr "Verify that what failed in a guest is run once more, alone, in one fresh boot"
}
retry_body()
{
	fake
	cat >guest <<'EOF'
up
case $n in
1)
	pass block broken pass skip
	answer fail failed "1 != 2"
	answer xfail failed "no bug"
	answer xpass broken "Test case body timed out"
	;;
2)
	pass fail
	answer xfail failed "still none"
	answer xpass broken "Test case body timed out"
	;;
esac
down
EOF
	atf_check -s exit:1 -o match:"4 pass  1 fail  1 timeout  1 flaky$" -o match:"fail, then pass: 1 != 2" \
		-o match:"no bug" -o not-match:"still none" \
		-e match:"once more what went wrong: 3 cases" $run
	atf_check_equal 2 "$(cat boots)"
	atf_check -o inline:"run kernel-tests/sample_test\n" cat asked.1
	atf_check -o inline:"run kernel-tests/sample_test fail xfail xpass\n" cat asked.2
	rm boots
	atf_check -s exit:1 -o match:"4 pass  2 fail  1 timeout" -e ignore $run --no-retry
	atf_check_equal 1 "$(cat boots)"
}

atf_test_case consoles
consoles_head()
{
	atf_set descr "Verify that every boot keeps its console and stream, and no run writes over them"
}
consoles_body()
{
	fake
	cat >guest <<'EOF'
up
say "this is boot $n"
case $n in
1|3)
	pass block broken pass skip xfail xpass
	answer fail failed "1 != 2"
	;;
*)
	answer fail failed "in boot $n"
	;;
esac
down
EOF
	atf_check -s exit:1 -o ignore -e save:err $run --work kept
	dir=kept/bzImage/
	for n in 1 2; do
		atf_check -o ignore grep "; console in .*${dir}console.$n\$" err
		atf_check -o match:"this is boot $n\$" -o not-match:"this is boot $((3 - n))" \
			cat "${dir}console.$n"
	done
	atf_check -o match:"in boot 2" cat "${dir}stream.2"
	atf_check -s exit:1 -o ignore -e ignore $run --work kept
	for n in 1 2 3 4; do
		atf_check -o match:"this is boot $n\$" cat "${dir}console.$n"
	done
	rm boots
	atf_check -s exit:1 -o ignore -e not-match:"console in" $run
}

atf_test_case crash
crash_head()
{
	atf_set descr "Verify that a case in which the kernel died once and not again is flaky"
}
crash_body()
{
	fake
	cat >guest <<'EOF'
up
case $n in
1)
	pass broken fail pass skip xfail
	begin block
	say "Kernel panic - not syncing: fake"
	exit 0
	;;
2) pass xpass ;;
3) pass block ;;
esac
down
EOF
	atf_check -s exit:1 -o match:"6 pass  1 flaky" -o match:"crashed, then pass: the kernel died" -e ignore $run
	atf_check_equal 3 "$(cat boots)"
	atf_check -o inline:"run kernel-tests/sample_test block\n" cat asked.3
}

atf_test_case splat
splat_head()
{
	atf_set descr "Verify that complaints of the kernel are results of the cases they came in"
}
splat_body()
{
	fake
	cat >guest <<'EOF'
up
pass block broken
answer fail passed
say "------------[ cut here ]------------"
say "WARNING: CPU: 0 PID: 9 at kernel/ptrace.c:1 f+0x1/0x2"
say "---[ end trace 0000000000000000 ]---"
say "BUG: sleeping function called from invalid context at mm/slab.h:1"
say "fail[7]: segfault at 0 ip 1 sp 2 error 4"
pass pass skip xfail xpass
down
EOF
	atf_check -s exit:1 -o match:"7 pass  2 fail" -o match:"splat.sample_test.fail  *F" \
		-o match:"splat.sample_test.fail.2  *F" -o match:"WARNING: CPU: 0 PID: 9 at kernel" \
		-o match:"BUG: sleeping" -o not-match:"segfault" -e ignore $run
	# A complaint is no case that could be run again.
	atf_check_equal 1 "$(cat boots)"
}

atf_test_case resume
resume_head()
{
	atf_set descr "Verify that a run that was stopped asks the next boot for the rest alone"
}
resume_body()
{
	fake
	mkfifo ready
	cat >guest <<'EOF'
up
case $n in
1)
	pass block broken fail
	echo >ready
	hang
	;;
2) pass pass skip xfail xpass ;;
esac
down
EOF
	$run --user nobody >out 2>err &
	kmatrix=$!
	read -r line <ready
	kill -INT $kmatrix
	wait $kmatrix
	atf_check_equal 2 $?
	atf_check -o match:"kmatrix run --resume goes on" cat err
	atf_check -o match:"3 pass  4 lost" cat out
	gone "$(cat pid)"
	atf_check_equal "" "$(ls tmp)"
	# From anywhere, since the store has the whole paths.
	mkdir elsewhere
	cd elsewhere
	atf_check -o match:"7 pass$" -e ignore kmatrix run --resume -o ../kmatrix.db
	cd ..
	atf_check -o inline:"run kernel-tests/sample_test pass skip xfail xpass\n" cat asked.2
	atf_check -o match:'"user":"nobody"' -o match:"tcg" kmatrix report --json
	# Another kernel is another cell.
	rm kmatrix.db boots
	$run >out 2>err &
	kmatrix=$!
	read -r line <ready
	kill -INT $kmatrix
	wait $kmatrix
	bytes 1280 '6.1.0-51-amd64 '
	cat >guest <<'EOF'
up
pass block broken fail pass skip xfail xpass
down
EOF
	atf_check -o match:"7 pass$" -e match:"x86_64 begins anew: its kernel is now 6.1.0-51-amd64" \
		kmatrix run --resume
	atf_check -o inline:"run kernel-tests/sample_test\n" cat asked.2
}

atf_test_case stopped
stopped_head()
{
	atf_set descr "Verify that nothing is left of a run that is stopped, whatever it does"
}
stopped_body()
{
	fake
	mkfifo ready
	cat >wait <<EOF
#!/bin/sh
echo \$\$ >'$PWD/ready'
exec sleep 1000
EOF
	chmod +x wait
	echo 'up; echo $$ >ready; hang' >guest
	# While it lists cases, looks at what was fetched, asks QEMU, boots.
	for stage in list sha256sum qemu boot; do
		case $stage in
		list) export KMATRIX_SAMPLE=mute KMATRIX_SAMPLE_PID="$PWD/ready" ;;
		boot) mv keep bin/qemu-system-x86_64 ;;
		qemu)
			mv bin/qemu-system-x86_64 keep
			cp wait bin/qemu-system-x86_64
			;;
		*) cp wait bin/$stage ;;
		esac
		for signal in INT TERM HUP; do
			$run >out 2>err &
			kmatrix=$!
			read -r child <ready
			kill -$signal $kmatrix
			# And once more, before it had the time to end.
			kill -$signal $kmatrix 2>/dev/null
			wait $kmatrix
			atf_check_equal 2 $?
			atf_check -o match:"stopped by a signal" cat err
			kill -0 "$child" 2>/dev/null && atf_fail "$stage: it is still there"
			atf_check_equal "" "$(ls tmp)"
		done
		unset KMATRIX_SAMPLE KMATRIX_SAMPLE_PID
		rm -f bin/sha256sum
	done
	# Killed, it can clean up nothing; its guest goes all the same.
	$run >out 2>err &
	kmatrix=$!
	read -r child <ready
	kill -KILL $kmatrix
	gone "$child"
}

atf_test_case shell
shell_head()
{
	atf_set descr "Verify that a prompt gets what is typed, ends with it, and leaves nothing"
}
shell_body()
{
	fake
	cat >guest <<'EOF'
exec <"$pipe.in" >"$pipe.out"
echo "[    1.000000] KT-BOOT 6.1.0-50-amd64"
while read -r line; do
	echo "got <$line>"
	[ "$line" != exit ] || exit 0
done
EOF
	shell="kmatrix shell --builds builds -k bzImage --accel tcg"
	printf 'id\nuname -r' >typed
	atf_check -o match:"got <id>" -o match:"got <uname -r>" -o match:"got <exit>" \
		sh -c "$shell <typed"
	atf_check -o match:"kernel-tests/sample_test" cat asked.1
	# A user who leaves, a kernel that does not come up, a QEMU that fails.
	mkfifo ready
	echo 'echo $$ >ready; hang' >guest
	$shell </dev/null >out 2>err &
	kmatrix=$!
	read -r child <ready
	kill -TERM $kmatrix
	wait $kmatrix
	atf_check_equal 2 $?
	gone "$child"
	echo 'exit 0' >guest
	atf_check -s exit:2 -e match:"6.1.0-50-amd64 did not boot" $shell </dev/null
	echo 'echo "no such machine" >&2; exit 1' >guest
	atf_check -s exit:2 -e match:"qemu-system-x86_64 failed: no such machine" $shell </dev/null
	atf_check_equal "" "$(ls tmp)"
	atf_check -s exit:2 -e match:"takes one kernel" kmatrix shell
	atf_check -s exit:2 -e match:"takes one kernel" kmatrix shell a b
	atf_check -s exit:2 -e match:"did you mean 'bookworm-amd64'" kmatrix shell bookworm-amd46
	atf_check -s exit:2 -e match:"no kernel of amd64 runs programs of arm" $shell --abi arm
	atf_check -s exit:2 -e match:"did you mean 'nobody'" $shell --user nobdy
}

atf_test_case terminal
terminal_head()
{
	atf_set descr "Verify that every key of a terminal reaches the guest, and the two that leave do"
	atf_set require.progs python3
}
terminal_body()
{
	fake
	cat >guest <<'EOF'
exec <"$pipe.in" >"$pipe.out"
echo "[    1.000000] KT-BOOT 6.1.0-50-amd64"
while key=$(dd bs=1 count=1 2>/dev/null | od -An -tx1) && [ -n "$key" ]; do
	echo "key$key"
done
EOF
	cat >person.py <<-'END'
	import fcntl, os, subprocess, sys, termios
	master, slave = os.openpty()
	def own():
	    os.setsid()
	    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
	before = termios.tcgetattr(slave)
	shell = subprocess.Popen(sys.argv[2:], stdin=slave, stdout=slave, stderr=slave,
	                         preexec_fn=own)
	seen = b""
	def wait(text):
	    global seen
	    while text not in seen:
	        seen += os.read(master, 4096)
	    before, _, seen = seen.partition(text)
	    return before
	wait(b"KT-BOOT")
	# Nothing is echoed, and no key is a signal, or the end of a line or a file.
	assert not termios.tcgetattr(slave)[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
	for key in b"a\x03\x04\x1a\x1c\x11\r":
	    os.write(master, bytes([key]))
	    wait(b"key %02x" % key)
	# The key that leaves, twice, is that key.
	os.write(master, b"\x01\x01b")
	assert b"key" not in wait(b"key 01")
	assert b"key" not in wait(b"key 62")
	if sys.argv[1] == "leaves":
	    os.write(master, b"\x01x")
	    assert shell.wait() == 0, shell.returncode
	    assert termios.tcgetattr(slave) == before, "the terminal is not as it was"
	else:
	    os.close(slave)
	    os.close(master)
	    shell.wait()
	END
	for end in leaves "hangs up"; do
		atf_check -o ignore timeout 120 python3 person.py "$end" \
			kmatrix shell --builds builds -k bzImage --accel tcg
		gone "$(cat pid)"
		atf_check_equal "" "$(ls tmp)"
	done
}

atf_init_test_cases()
{
	for t in retry consoles crash splat resume stopped shell terminal; do
		atf_add_test_case $t
	done
}
