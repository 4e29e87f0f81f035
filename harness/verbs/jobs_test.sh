#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kmatrix jobs: what is written for each engine is what the engine takes. The script
# for Slurm is run, with stand-ins for Slurm's commands; YAML is read by a parser and
# its structure compared with what the engines document. ci/slurm has the real Slurm.

. "$(atf_get_srcdir)/preamble"

# refused_jobs TEXT ARGUMENT...: refused by the verb.
refused_jobs()
{
	text=$1
	shift
	refused "$text" jobs "$@"
}

# yaml FILE, and a program for python3 on standard input: `doc` is what the file holds,
# `docs` all of it where it holds several.
yaml()
{
	cat >check.py
	python3 -c '
import sys, yaml

class Loader(yaml.SafeLoader):
    """No key twice; "on" is a word."""
    def construct_mapping(self, node, deep=False):
        keys = [k.value for k, _ in node.value]
        assert len(keys) == len(set(keys)), "a key twice: %s" % keys
        return super().construct_mapping(node, deep)
Loader.yaml_implicit_resolvers = {k: [r for r in v if r[0] != "tag:yaml.org,2002:bool"]
                                  for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}

docs = list(yaml.load_all(open(sys.argv[1]), Loader))
doc = docs[0]
exec(open("check.py").read())
' "$1" || atf_fail "$1 is not what it has to be"
}

need_yaml()
{
	python3 -c 'import yaml' 2>/dev/null || atf_skip "needs python3-yaml"
}

atf_test_case usage
usage_head()
{
	atf_set descr "Verify that what cannot become jobs is answered with one line and status 2"
}
usage_body()
{
	refused_jobs "--for ENGINE is missing"
	refused_jobs "did you mean 'slurm'?" --for slrum
	refused_jobs "unknown engine 'completely-different'; valid: slurm, github, gitlab, lava" \
		--for completely-different
	refused_jobs "did you mean 'bookworm-amd64'?" --for slurm --kernel bookworm-amd46
	refused_jobs "unknown ABI 'mips'" --for slurm --abi mips
	refused_jobs "did you mean 'kernel'?" --for slurm --per kernle
	refused_jobs "did you mean 'nobody'?" --for slurm --user nobdy
	refused_jobs "only one of them" --for slurm --all --kernel bookworm-amd64
	refused_jobs "only one of them" --for slurm --all --default
	refused_jobs "runs any ABI that was named" --for slurm --kernel bookworm-i386 --abi x32
	refused_jobs "needs --url URL" --for lava
	refused_jobs "--url is not for slurm" --for slurm --url http://x/
	refused_jobs "--device is not for github" --for github --device x
	refused_jobs "nowhere/x" --for slurm -o nowhere/x
	# What a shell, YAML or an engine would read as more than a word.
	for word in 'a b' 'a"b' "a'b" 'a\b' 'a$b' 'a`b' 'a
b' '${{ x }}' 'a;b' 'a&b' '' 'é' 'a{b' 'a#b' 'a|b' 'a<b'; do
		refused_jobs "--test" --for github --test "$word"
		refused_jobs "--builds" --for slurm --builds "$word"
		refused_jobs "--url" --for lava --url "$word"
	done
}

# Stand-ins: sbatch says and numbers its jobs, scontrol refuses unless told otherwise,
# kmatrix says what it was asked for and ends with the next of $STATUSES.
stand_ins()
{
	real=$(command -v kmatrix)
	mkdir -p bin
	cat >bin/sbatch <<-'EOS'
	#!/bin/sh
	echo "sbatch $*" >>log
	echo "$(wc -l <log);cluster"
	EOS
	cat >bin/scontrol <<-'EOS'
	#!/bin/sh
	echo "scontrol $*" >>log
	exit ${REQUEUE:-1}
	EOS
	cat >bin/kmatrix <<-'EOS'
	#!/bin/sh
	printf 'kmatrix' >>log
	printf ' [%s]' "$@" >>log
	echo >>log
	status=$(sed -n 1p statuses 2>/dev/null)
	[ ! -e statuses ] || sed -i 1d statuses
	if [ "$status" = wait ]; then
		trap 'echo "kmatrix was told" >>log; exit 2' TERM
		echo >fifo
		while :; do sleep 1; done
	fi
	exit ${status:-0}
	EOS
	chmod +x bin/*
	PATH=$PWD/bin:$PATH
	: >log
}

atf_test_case slurm
slurm_head()
{
	atf_set descr "Verify that the script for Slurm submits, runs, tries again and merges"
	atf_set require.progs "bash"
}
slurm_body()
{
	stand_ins
	atf_check $real jobs --for slurm --kernel bookworm-amd64 --kernel sid-armhf \
		--test 'ptrace.[!a]*' --test seccomp.trace -o jobs.sh
	bash -n jobs.sh || atf_fail "bash cannot read it"
	atf_check -o inline:"#SBATCH --array=0-1\n" grep -e --array=0-1 jobs.sh
	if command -v shellcheck >/dev/null; then
		atf_check -o ignore shellcheck jobs.sh
	fi

	atf_check -o match:"^2: 2 tasks$" -o match:"^3: merge into $PWD/kmatrix-jobs/merged.db" \
		bash jobs.sh
	atf_check_equal "kmatrix [fetch] [-q] [bookworm-amd64] [sid-armhf]" "$(sed -n 1p log)"
	sed -i 1d log
	atf_check -o inline:"sbatch --parsable --output=$PWD/kmatrix-jobs/%A_%a.log jobs.sh run
sbatch --parsable --dependency=afterany:2 --array=0-0 --time=30 --job-name=kmatrix-merge \
--output=$PWD/kmatrix-jobs/merge.log jobs.sh merge\n" cat log

	export SLURM_ARRAY_JOB_ID=1 SLURM_ARRAY_TASK_ID=1
	args="[--kernel] [sid-armhf] [--abi] [arm] [--test] [ptrace.[!a]*] [--test] [seccomp.trace]"
	for status in 0 1; do
		: >log
		echo $status >statuses
		atf_check -s exit:$status -o match:"status $status" bash jobs.sh
		atf_check -o inline:"kmatrix [run] [-q] [--jobs] [1] [--color] [never] [-o] \
[$PWD/kmatrix-jobs/sid-armhf.db] $args\n" cat log
	done

	# Status 2: back into the queue; here, where that is refused; and not for ever.
	: >log
	printf '2\n2\n0\n' >statuses
	atf_check -o match:"status 0" bash jobs.sh
	atf_check_equal "kmatrix scontrol kmatrix scontrol kmatrix" \
		"$(cut -d' ' -f1 log | tr '\n' ' ' | sed 's/ $//')"
	atf_check_equal "scontrol requeue 1_1" "$(sed -n 2p log)"
	: >log
	printf '2\n2\n2\n2\n' >statuses
	atf_check -s exit:2 -o ignore bash jobs.sh
	atf_check_equal 3 "$(grep -c ^kmatrix log)"
	: >log
	echo 2 >statuses
	atf_check -s exit:2 -o ignore env SLURM_RESTART_COUNT=2 bash jobs.sh
	atf_check_equal 1 "$(grep -c ^kmatrix log)"

	# A task that begins again goes on with what it left, and else from the start.
	touch kmatrix-jobs/sid-armhf.db
	: >log
	printf '0\n' >statuses
	atf_check -o ignore env SLURM_RESTART_COUNT=1 bash jobs.sh
	atf_check -o match:"\[$PWD/kmatrix-jobs/sid-armhf.db\] \[--resume\]$" cat log
	atf_check_equal 1 "$(grep -c ^kmatrix log)"
	: >log
	printf '2\n1\n' >statuses
	atf_check -s exit:1 -o ignore env SLURM_RESTART_COUNT=2 bash jobs.sh
	atf_check_equal 2 "$(grep -c ^kmatrix log)"
	atf_check_equal 1 "$(grep -c -e --resume log)"
	rm kmatrix-jobs/sid-armhf.db

	atf_check -s exit:2 -o empty -e inline:"no such task: 2\n" \
		env SLURM_ARRAY_TASK_ID=2 bash jobs.sh
	rm -f statuses

	# A task without a store is missing, whatever the others say.
	: >log
	touch kmatrix-jobs/bookworm-amd64.db
	atf_check -s exit:2 -e inline:"no store of task sid-armhf\n" bash jobs.sh merge
	touch kmatrix-jobs/sid-armhf.db
	atf_check bash jobs.sh merge
	atf_check_equal "kmatrix [merge] [--replace] [-o] [$PWD/kmatrix-jobs/merged.db] \
[$PWD/kmatrix-jobs/bookworm-amd64.db] [$PWD/kmatrix-jobs/sid-armhf.db]" "$(tail -n 2 log | head -n 1)"
	echo 1 >statuses
	atf_check -s exit:1 bash jobs.sh merge
}

atf_test_case warned
warned_head()
{
	atf_set descr "Verify that Slurm's warning reaches kmatrix, whose store is then kept"
	atf_set require.progs "bash"
}
warned_body()
{
	stand_ins
	atf_check $real jobs --for slurm --kernel bookworm-amd64 -o jobs.sh
	mkfifo fifo
	echo wait >statuses
	SLURM_ARRAY_JOB_ID=1 SLURM_ARRAY_TASK_ID=0 bash jobs.sh >out 2>err &
	script=$!
	read -r _ <fifo
	kill -TERM $script
	wait $script
	atf_check_equal 2 $?
	atf_check_equal "kmatrix was told" "$(tail -n 1 log)"
}

atf_test_case per_cell
per_cell_head()
{
	atf_set descr "Verify that there is a job per kernel or per cell, and each has its cells"
}
per_cell_body()
{
	kmatrix jobs --for slurm --kernel bookworm-amd64 --per cell >jobs.sh
	for abi in x86_64 i386 x32; do
		grep -q "^	bookworm-amd64-$abi\$" jobs.sh || atf_fail "no job of $abi"
		grep -q "args=(--kernel 'bookworm-amd64' --abi '$abi')" jobs.sh ||
			atf_fail "not the cell of $abi"
	done
	kmatrix jobs --for slurm --all --abi i386 --abi arm >jobs.sh
	for kernel in $(kmatrix kernels | awk 'NR > 1 && / (i386|arm)( |$)/ { print $1 }'); do
		grep -q "args=(--kernel '$kernel' " jobs.sh || atf_fail "no job of $kernel"
	done
	grep -q "x86_64" jobs.sh && atf_fail "an ABI that nobody asked for"
	# Those that run without being named.
	kmatrix jobs --for slurm >default.sh
	atf_check -o file:default.sh kmatrix jobs --for slurm --default
	atf_check_equal "$(kmatrix kernels | awk '$2 == "yes" { print $1 }' | sort | xargs)" \
		"$(sed -n "s/.*args=(--kernel '\([^']*\)'.*/\1/p" default.sh | sort | xargs)"
}

atf_test_case github
github_head()
{
	atf_set descr "Verify that GitHub gets a workflow as it is documented"
	atf_set require.progs "python3"
}
github_body()
{
	need_yaml
	atf_check kmatrix jobs --for github --kernel bookworm-amd64 --kernel sid-arm64 \
		--per cell --test 'ptrace.*' -o jobs.yml
	yaml jobs.yml <<-'EOP'
	assert set(doc) <= {"name", "on", "permissions", "defaults", "env", "jobs", "concurrency"}
	assert doc["on"] == {"workflow_dispatch": None}
	assert set(doc["jobs"]) == {"build", "cell", "merge"}
	for job in doc["jobs"].values():
	    assert set(job) <= {"name", "needs", "if", "runs-on", "container", "timeout-minutes",
	                        "strategy", "env", "steps", "permissions", "defaults"}, set(job)
	    assert job["runs-on"] and job["timeout-minutes"] and job["steps"]
	    for need in [job.get("needs", [])] if isinstance(job.get("needs"), str) else job.get("needs", []):
	        assert need in doc["jobs"]
	    for step in job["steps"]:
	        assert ("uses" in step) != ("run" in step), step
	        assert set(step) <= {"name", "uses", "run", "with", "env", "if", "shell", "id"}, step
	        if "uses" in step:
	            assert step["uses"].split("@")[0].startswith("actions/") and "@" in step["uses"]
	cells = doc["jobs"]["cell"]["strategy"]["matrix"]["include"]
	assert [c["job"] for c in cells] == ["bookworm-amd64-x86_64", "bookworm-amd64-i386",
	        "bookworm-amd64-x32", "sid-arm64-arm", "sid-arm64-aarch64"], cells
	assert cells[3]["args"] == "--kernel 'sid-arm64' --abi 'arm' --test 'ptrace.*'", cells[3]
	assert all(10 < c["minutes"] <= 360 for c in cells)
	assert doc["jobs"]["cell"]["strategy"]["fail-fast"] == "false"
	open("steps", "w").write("\n".join(s["run"] for j in doc["jobs"].values() for s in j["steps"]
	                                   if "run" in s).replace("${{ matrix.args }}", cells[3]["args"]))
	EOP
	sh -n steps || atf_fail "a shell cannot read its steps"
}

atf_test_case gitlab
gitlab_head()
{
	atf_set descr "Verify that GitLab gets a pipeline as it is documented"
	atf_set require.progs "python3"
}
gitlab_body()
{
	need_yaml
	atf_check kmatrix jobs --for gitlab --all --user nobody -o jobs.yml
	kmatrix kernels | awk 'NR > 1 { print $1 }' >kernels
	yaml jobs.yml <<-'EOP'
	words = {"stages", "default", "variables", "workflow", "include"}
	jobs = {k: v for k, v in doc.items() if k not in words}
	assert set(jobs) == {"build", "cell", "merge"} and doc["stages"]
	for job in jobs.values():
	    assert set(job) <= {"stage", "needs", "timeout", "retry", "cache", "script", "artifacts",
	                        "parallel", "variables", "when"}, set(job)
	    assert job["stage"] in doc["stages"] and job["script"]
	    assert all(n in jobs for n in job.get("needs", []))
	    assert set(job.get("artifacts", {})) <= {"paths", "exclude", "expire_in", "when", "reports"}
	assert set(jobs["cell"]["retry"]) == {"max", "when", "exit_codes"}
	assert jobs["cell"]["retry"]["exit_codes"] == [2]
	assert jobs["merge"]["artifacts"]["reports"] == {"junit": "junit.xml"}
	matrix = jobs["cell"]["parallel"]["matrix"]
	assert [c["KMATRIX_JOB"] for c in matrix] == open("kernels").read().split()
	assert all(set(c) == {"KMATRIX_JOB", "KMATRIX_ARGS"} for c in matrix)
	assert all("--user 'nobody'" in c["KMATRIX_ARGS"] for c in matrix)
	assert jobs["merge"]["variables"]["KMATRIX_JOBS"] == str(len(matrix))
	open("steps", "w").write("\n".join(s for j in jobs.values() for s in j["script"]))
	EOP
	sh -n steps || atf_fail "a shell cannot read its scripts"
}

atf_test_case lava
lava_head()
{
	atf_set descr "Verify that LAVA gets job definitions as they are documented"
	atf_set require.progs "python3"
}
lava_body()
{
	need_yaml
	atf_check kmatrix jobs --for lava --url http://images.example/k --kernel bookworm-amd64 \
		--kernel sid-armhf -o emulated
	atf_check -o inline:"bookworm-amd64.yaml\nsid-armhf.yaml\n" ls emulated
	atf_check kmatrix jobs --for lava --url http://images.example/k --kernel sid-armhf \
		--device beaglebone-black --test 'ptrace.*' -o boards
	kmatrix jobs --for lava --url http://images.example/k --all >stream
	cat >all.py <<-'EOP'
	def check(job):
	    assert set(job) <= {"job_name", "device_type", "priority", "visibility", "timeouts",
	                        "context", "actions", "metadata", "tags"}, set(job)
	    assert set(job["timeouts"]) == {"job", "action", "connection"}
	    assert [list(a)[0] for a in job["actions"]] == ["deploy", "boot", "test"]
	    deploy, boot, test = (list(a.values())[0] for a in job["actions"])
	    assert boot["prompts"] and boot["auto_login"]["username"] == "root"
	    assert deploy["to"] == ("tmpfs" if boot["method"] == "qemu" else "tftp")
	    (d,) = test["definitions"]
	    assert set(d) == {"from", "name", "path", "repository"} and d["from"] == "inline"
	    assert d["repository"]["metadata"]["format"] == "Lava-Test Test Definition 1.0"
	    return deploy, boot, d["repository"]["run"]["steps"]
	EOP
	yaml stream <<-'EOP'
	exec(open("all.py").read())
	assert len(docs) > 10
	for d in docs:
	    check(d)
	EOP
	yaml emulated/sid-armhf.yaml <<-'EOP'
	exec(open("all.py").read())
	deploy, boot, steps = check(doc)
	assert len(docs) == 1 and doc["device_type"] == "qemu" and doc["context"]["arch"] == "arm"
	assert deploy["images"]["rootfs"]["url"] == "http://images.example/k/sid-armhf.qcow2"
	EOP
	yaml boards/sid-armhf.yaml <<-'EOP'
	exec(open("all.py").read())
	deploy, boot, steps = check(doc)
	assert doc["device_type"] == "beaglebone-black" and boot["method"] == "u-boot"
	assert deploy["kernel"] == {"url": "http://images.example/k/sid-armhf", "type": "zimage"}
	assert deploy["ramdisk"]["url"] == "http://images.example/k/armhf.cpio.gz"
	assert deploy["dtb"]["url"] == "http://images.example/k/dtbs/beaglebone-black.dtb"
	assert "--abi 'arm' --test 'ptrace.*'" in steps[0], steps
	EOP
}

# The steps of a LAVA job, run where kmatrix is a stand-in for all but reports: the
# store comes back out of the log.
atf_test_case lava_log
lava_log_head()
{
	atf_set descr "Verify that LAVA's log has a signal per result and the store in it"
	atf_set require.progs "python3"
}
lava_log_body()
{
	stand_ins
	need_yaml
	builds
	$real jobs --for lava --url http://x/ --kernel bookworm-amd64 >job.yml
	yaml job.yml <<-'EOP'
	steps = doc["actions"][2]["test"]["definitions"][0]["repository"]["run"]["steps"]
	open("steps", "w").write("\n".join(steps))
	EOP
	cat >bin/kmatrix <<-EOS
	#!/bin/sh
	[ "\$1" != run ] ||
		exec $real run --native -q -o "$PWD/board.db" --abi $abi --builds "$PWD/builds"
	exec $real "\$@"
	EOS
	sed -i "s,/tmp/,$PWD/,g; s,kmatrix\.db,board.db,g" steps
	printf '#!/bin/sh\nexit 1\n' >bin/dmesg
	chmod +x bin/dmesg
	KMATRIX_SAMPLE="fail skip xfail broken" sh -e steps >log 2>err || atf_fail "$(cat err)"
	for line in pass=pass fail=fail skip=skip xfail=pass broken=fail block=pass; do
		grep -q "^<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=running.$abi.sample.kind.${line%=*} \
RESULT=${line#*=}>\$" log || atf_fail "no $line: $(grep LAVA log | head -n 3 | tr '\n' ' ')"
	done
	sed -i 's/^/2026-11-22T07:00:00 /' log
	sed -n 's/.*KMATRIX-STORE //p' log | base64 -d | gunzip >back.db
	cmp board.db back.db || atf_fail "not the store that was sent"
	# Under the name of the board it is no longer just "running".
	atf_check -s exit:1 -o ignore $real merge -o all.db board-1=back.db
	atf_check -s exit:1 -o match:'"kernel":"board-1"' -o not-match:'"running"' \
		$real report --json -o all.db
}

atf_init_test_cases()
{
	for t in usage slurm warned per_cell github gitlab lava lava_log; do
		atf_add_test_case $t
	done
}
