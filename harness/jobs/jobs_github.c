/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobs_github.c - the jobs as a workflow of GitHub: one build, a matrix of jobs, one
 * merge. No text of the tables or of the command line holds what an expression
 * begins with (jobs_word_ok()).
 */
#include "harness/jobs/jobs.h"

static const char github_head[] =
	"# Made by `kmatrix jobs --for github`; a file of .github/workflows/.\n"
	"name: \"kmatrix\"\n"
	"on:\n"
	"  workflow_dispatch:\n"
	"permissions:\n"
	"  contents: read\n"
	"defaults:\n"
	"  run:\n"
	"    shell: sh -eu {0}\n"
	"jobs:\n"
	"  build:\n"
	"    runs-on: ubuntu-24.04\n"
	"    container: debian:12\n"
	"    timeout-minutes: 60\n"
	"    steps:\n"
	"      - uses: actions/checkout@v4\n"
	"      - run: ci/deps\n"
	"      - run: ci/build-abis\n"
	"      # An archive, because artifacts forget who may execute what.\n"
	"      - run: tar -czf build.tgz --exclude='*.o' build\n"
	"      - uses: actions/upload-artifact@v4\n"
	"        with:\n"
	"          name: build\n"
	"          path: build.tgz\n"
	"          retention-days: 1\n"
	"  cell:\n"
	"    name: \"${{ matrix.job }}\"\n"
	"    needs: build\n"
	"    runs-on: ubuntu-24.04\n"
	"    container:\n"
	"      image: debian:12\n"
	"      # /dev/kvm where the runner has one; without it the guests are emulated.\n"
	"      options: --privileged\n"
	"    timeout-minutes: ${{ matrix.minutes }}\n"
	"    strategy:\n"
	"      fail-fast: false\n"
	"      matrix:\n"
	"        include:\n";

static const char github_cell[] =
	"    env:\n"
	"      BELAY_CACHE: ${{ github.workspace }}/cache\n"
	"    steps:\n"
	"      - uses: actions/checkout@v4\n"
	"      - run: ci/deps\n"
	"      - uses: actions/download-artifact@v4\n"
	"        with:\n"
	"          name: build\n"
	"      - run: tar -xzf build.tgz\n"
	"      # The newest kernel is looked for in any case; what is cached is not fetched.\n"
	"      - uses: actions/cache@v4\n"
	"        with:\n"
	"          path: cache\n"
	"          key: kmatrix-${{ matrix.job }}-${{ github.run_id }}\n"
	"          restore-keys: kmatrix-${{ matrix.job }}-\n"
	"      # Status 2 is no verdict on a kernel: something was missing. Then again.\n"
	"      - run: |\n"
	"          mkdir stores\n"
	"          for try in 1 2 3; do\n"
	"            status=0\n"
	"            build/x86_64/kmatrix run -q --jobs 1 --color never -o \"stores/$JOB.db\" ${{ matrix.args }} || status=$?\n"
	"            [ \"$status\" -eq 2 ] || break\n"
	"          done\n"
	"          exit \"$status\"\n"
	"        env:\n"
	"          JOB: \"${{ matrix.job }}\"\n"
	"      - uses: actions/upload-artifact@v4\n"
	"        if: ${{ !cancelled() }}\n"
	"        with:\n"
	"          name: store-${{ matrix.job }}\n"
	"          path: stores/\n";

static const char github_merge[] =
	"  merge:\n"
	"    needs: [build, cell]\n"
	"    if: ${{ !cancelled() && needs.build.result == 'success' }}\n"
	"    runs-on: ubuntu-24.04\n"
	"    container: debian:12\n"
	"    timeout-minutes: 30\n"
	"    steps:\n"
	"      - uses: actions/checkout@v4\n"
	"      - run: ci/deps\n"
	"      - uses: actions/download-artifact@v4\n"
	"        with:\n"
	"          name: build\n"
	"      - run: tar -xzf build.tgz\n"
	"      - uses: actions/download-artifact@v4\n"
	"        with:\n"
	"          pattern: store-*\n"
	"          path: stores\n"
	"          merge-multiple: true\n"
	"      # A summary may be 1 MiB.\n"
	"      - run: |\n"
	"          status=0\n"
	"          build/x86_64/kmatrix merge -o merged.db stores/*.db || status=$?\n"
	"          build/x86_64/kmatrix report -o merged.db --color never >report.txt || true\n"
	"          build/x86_64/kmatrix report -o merged.db --format junit >junit.xml || true\n"
	"          { echo '```'; head -c 900000 report.txt; echo '```'; } >>\"$GITHUB_STEP_SUMMARY\"\n"
	"          count=$(find stores -name '*.db' | wc -l)\n"
	"          [ \"$count\" -eq \"$JOBS\" ] || { echo \"$count stores of $JOBS jobs\"; exit 2; }\n"
	"          exit \"$status\"\n"
	"        env:\n";

static const char github_tail[] =
	"      - uses: actions/upload-artifact@v4\n"
	"        if: ${{ !cancelled() }}\n"
	"        with:\n"
	"          name: kmatrix\n"
	"          path: |\n"
	"            merged.db\n"
	"            report.txt\n"
	"            junit.xml\n";

void jobs_write_github(const struct jobs *jobs, size_t first, size_t end, struct buf *out)
{
	buf_puts(out, github_head);
	for (size_t i = first; i < end; i++) {
		buf_printf(out, "          - job: \"%s\"\n            minutes: %u\n"
			   "            args: \"", jobs->v[i].name, jobs->v[i].minutes);
		jobs_arguments(jobs, &jobs->v[i], out);
		buf_puts(out, "\"\n");
	}
	buf_puts(out, github_cell);
	buf_puts(out, github_merge);
	buf_printf(out, "          JOBS: \"%zu\"\n", end - first);
	buf_puts(out, github_tail);
}
