#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What is allowed works inside as it does outside: the same programs run on
# both sides, with every write supervised and allowed, and must say the same.

# A make that runs the tests has nothing to say to the one inside.
unset MAKEFLAGS MFLAGS MAKELEVEL

. "$(atf_get_srcdir)/cases"
probes=$(atf_get_srcdir)/probes

# inside COMMAND: everything is supervised, nothing is refused.
inside()
{
	"$belay" -p allow-all -m core/sandbox/write:deny -m 'allow/write+/***' \
		-m core/sandbox/network:deny -m 'allow/network/bind+unix:/***' \
		-m 'allow/network/connect+unix:/***' -- "$@"
}

# same COMMAND: in fresh directories, the same output and status.
same()
{
	rm -rf outside.d inside.d
	mkdir outside.d inside.d outside.d/x inside.d/x
	# Kyua and shells leave descriptors open, which belay closes.
	(cd outside.d/x && "$@" >../../outside.out 2>../../outside.err 3>&- 4>&- 5>&- 6>&- 7>&- \
		8>&- 9>&- </dev/null)
	echo $? >>outside.out
	(cd inside.d/x && inside "$@" >../../inside.out 2>../../inside.err </dev/null)
	echo $? >>inside.out
	diff -u outside.out inside.out || { cat inside.err; atf_fail "$*: not as outside"; }
}

case_of file_calls "results, errors, descriptor numbers and modes of file calls are the same"
file_calls_run()
{
	same "$probes/native"
	atf_check -o match:'EEXIST' cat inside.out
	[ "$(wc -l <inside.out)" -gt 700 ] || atf_fail "the probe said too little"
}

case_of file_calls_int32 "file calls of a 32-bit program are the same"
file_calls_int32_run()
{
	native32=$probes/../../../i386/sandbox/probes/native
	[ -x "$native32" ] || atf_skip "there is no build for i386 beside this one"
	mkdir try
	(cd try && "$native32" >/dev/null 2>&1) || atf_skip "programs of i386 do not run here"
	same "$native32"
}

case_of threads "threads that open and remove at once all succeed"
threads_run()
{
	same "$probes/threads" many
	atf_check -o inline:"failed 0\n0\n" cat inside.out
}

case_of exec_from_thread "a thread that calls exec becomes the program"
exec_from_thread_run()
{
	for i in 1 2 3 4 5; do
		same "$probes/threads" exec
	done
}

case_of zombies "signals to processes and groups that have ended, and handles of them, are the same"
zombies_run()
{
	same "$probes/zombies"
	atf_check -o match:"^group: ended: 0$" -o match:"^handle of ended: told 7 cloexec 1$" \
		-o match:"^handle of gone: ESRCH$" cat inside.out
}

case_of tables "a thread with descriptors of its own uses those, or is refused, also when its leader has ended"
tables_run()
{
	if "$probes/threads" pidfds; then
		same "$probes/threads" tables
		atf_check -o match:"at the thread's: s with 2 bytes" cat inside.out
	else
		# Before Linux 6.9: what is not the leader's cannot be had.
		atf_check -o match:"thread: EPERM" -o match:"survivor: EPERM" \
			-o match:"at the leader's: l with 1 bytes" \
			-o not-match:"at the leader's: [ts]" inside "$probes/threads" tables
	fi
}

case_of vfork "a child of vfork opens files in its parent's memory"
vfork_run()
{
	same "$probes/threads" vfork
}

case_of fifo "an open that waits is interrupted, restarted and answered as outside"
fifo_run()
{
	same "$probes/threads" fifo
	atf_check -o match:EINTR cat inside.out
	same "$probes/threads" fifo-restart
	same "$probes/threads" fifos
}

case_of leases "a file on which somebody has a lease is waited for, and nobody else waits for it"
leases_run()
{
	same "$probes/leases"
	[ "$(grep -c ', given back' inside.out)" -eq 5 ] || atf_fail "$(cat inside.out)"
}

case_of interrupted "a signal makes no call fail that it does not outside"
interrupted_run()
{
	[ "${belay##*-}" != pidns ] ||
		atf_expect_fail "restart.c: without a tracer nobody can hold the signal back"
	same "$probes/threads" interrupted
}

case_of statuses "exit statuses and deaths by signal are the command's"
statuses_run()
{
	for how in 'exit 0' 'exit 7' 'exit 255' 'kill -TERM $$' 'kill -KILL $$' 'kill -SEGV $$' \
	    'sh -c "kill -9 \$\$"; exit $?' '(exit 3) & wait $!; exit $?'; do
		same sh -c "$how"
	done
}

case_of pipes "standard streams are reopened through /dev/fd and /dev/stdout"
pipes_run()
{
	same sh -c 'echo one | cat >/dev/stdout; echo two >/dev/fd/1; echo three >/proc/self/fd/1'
	same sh -c 'echo four | (cat; echo five >/dev/stderr) 2>&1 | sort'
	same sh -c 'exec 5>&1; echo six >/dev/fd/5; cat </dev/null >/dev/null'
	same sh -c 'echo text >f; exec 5<f; cat /dev/fd/5; cat /proc/self/fd/5'
}

case_of git "git status on a large tree says what it says outside"
git_run()
{
	command -v git >/dev/null || atf_skip "git is not installed"
	HOME=$PWD
	export HOME
	git config --global user.name a
	git config --global user.email b
	cat >script <<-'END'
	git init -q .
	for d in $(seq 40); do
		mkdir $d
		for f in $(seq 75); do echo $d $f >$d/$f; done
	done
	git add . && git commit -qm all
	echo changed >1/1
	rm 2/2
	echo new >3/new
	git -c core.preloadIndex=true status --short
	git stash -q && git status --short && git stash pop -q && git diff --stat
	END
	same sh "$PWD/script"
}

case_of make "make -j2 builds as outside"
make_run()
{
	command -v make >/dev/null && command -v cc >/dev/null || atf_skip "needs make and cc"
	mkdir src
	for i in $(seq 12); do
		echo "int f$i(void) { return $i; }" >src/f$i.c
	done
	echo 'int f1(void), f12(void); int main(void) { return f1() + f12(); }' >src/main.c
	cat >src/Makefile <<-'END'
	objs = $(patsubst %.c,%.o,$(sort $(wildcard *.c)))
	prog: $(objs) ; cc -o $@ $(objs)
	END
	same sh -c "cp $PWD/src/* . && make -s -j2 && ls && ./prog"
	atf_check -o match:'^13$' tail -n 1 inside.out
}

case_of python "python's threads, subprocesses and multiprocessing work"
python_run()
{
	command -v python3 >/dev/null || atf_skip "python3 is not installed"
	cat >script.py <<-'END'
	import multiprocessing, os, socket, subprocess, tempfile, threading
	results = []
	def work(n):
	    with tempfile.NamedTemporaryFile() as f:
	        f.write(b"x" * n)
	        f.flush()
	        results.append(os.path.getsize(f.name))
	threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
	[t.start() for t in threads]
	[t.join() for t in threads]
	print(sorted(results))
	print(subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 4"], capture_output=True))
	procs = [subprocess.Popen(["true"]) for _ in range(20)]
	print([p.wait() for p in procs])
	if __name__ == "__main__":
	    with multiprocessing.Pool(3) as pool:
	        print(pool.map(abs, range(-5, 5)))
	    with multiprocessing.Manager() as manager:
	        shared = manager.dict()
	        p = multiprocessing.Process(target=shared.update, args=({1: 2},))
	        p.start()
	        p.join()
	        print(dict(shared))
	END
	same python3 "$PWD/script.py"
}

case_of sockets "unix sockets keep their names, pass descriptors and tell their errors"
sockets_run()
{
	command -v python3 >/dev/null || atf_skip "python3 is not installed"
	cat >script.py <<-'END'
	import os, socket
	def attempt(what, f):
	    try:
	        print(what, f())
	    except OSError as e:
	        print(what, e.strerror)
	s = socket.socket(socket.AF_UNIX)
	attempt("bind", lambda: s.bind("name"))
	attempt("again", lambda: s.bind("other"))
	print(s.getsockname(), oct(os.stat("name").st_mode))
	attempt("in use", lambda: socket.socket(socket.AF_UNIX).bind("name"))
	attempt("no directory", lambda: socket.socket(socket.AF_UNIX).bind("no/name"))
	attempt("refused", lambda: socket.socket(socket.AF_UNIX).connect("name"))
	attempt("listen", lambda: s.listen(5))
	c = socket.socket(socket.AF_UNIX)
	attempt("connect", lambda: c.connect("./name"))
	attempt("connected", lambda: c.connect("./name"))
	a = s.accept()[0]
	r, w = os.pipe()
	attempt("send", lambda: socket.send_fds(c, [b"one", b"two"], [w, r]))
	data, fds, flags, _ = socket.recv_fds(a, 100, 5)
	print(data, fds, flags)
	os.write(fds[0], b"through")
	print(os.read(fds[1], 100))
	attempt("bad descriptor", lambda: socket.send_fds(c, [b"x"], [99]))
	attempt("no name", lambda: socket.socket(socket.AF_UNIX).connect("missing"))
	attempt("not a socket", lambda: socket.socket(socket.AF_UNIX).connect("/dev/null"))
	a.close()
	attempt("gone", lambda: c.sendmsg([b"x"]))
	d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	d.bind("datagrams")
	e = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	attempt("sendto", lambda: e.sendto(b"data", "datagrams"))
	attempt("sendmsg", lambda: e.sendmsg([b"da", b"ta"], [], 0, "datagrams"))
	print(d.recv(100), d.recv(100))
	d.setblocking(False)
	e.setblocking(False)
	n = 0
	try:
	    while n < 100000:
	        e.sendto(b"x", "datagrams")
	        n += 1
	except OSError as err:
	    print("full", n, err.strerror)
	END
	same python3 "$PWD/script.py"
}

case_of blocked_send "a send that waits goes on when there is room, and gives way to a signal"
blocked_send_run()
{
	command -v python3 >/dev/null || atf_skip "python3 is not installed"
	cat >script.py <<-'END'
	import os, signal, socket
	d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	d.bind("datagrams")
	e = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	e.setblocking(False)
	try:
	    while True:
	        e.sendto(b"x", "datagrams")
	except BlockingIOError:
	    pass
	e.setblocking(True)
	class Stop(Exception):
	    pass
	def on_alarm(*_):
	    raise Stop
	signal.signal(signal.SIGALRM, on_alarm)
	signal.setitimer(signal.ITIMER_REAL, 0.3)
	try:
	    e.sendto(b"y", "datagrams")
	except Stop:
	    print("interrupted")
	pid = os.fork()
	if pid == 0:
	    got = b""
	    while got != b"last":
	        got = d.recv(10)
	    os._exit(0)
	d.close()
	print(e.sendto(b"last", "datagrams"))
	print(os.waitpid(pid, 0)[1])
	END
	same python3 "$PWD/script.py"
}
