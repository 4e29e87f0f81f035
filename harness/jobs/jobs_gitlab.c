/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobs_gitlab.c - the jobs as a child pipeline of GitLab: one build, a job with
 * parallel:matrix, one merge that shows a JUnit report.
 */
#include "harness/jobs/jobs.h"

static const char gitlab_head[] =
	"# Made by `kmatrix jobs --for gitlab`; for a job with trigger:include, or to be\n"
	"# .gitlab-ci.yml itself. Jobs need a runner that starts containers; with its\n"
	"# /dev/kvm inside them (devices = [\"/dev/kvm\"]) guests are not emulated.\n"
	"stages:\n"
	"  - build\n"
	"  - cells\n"
	"  - merge\n"
	"default:\n"
	"  image: \"debian:12\"\n"
	"  before_script:\n"
	"    - ci/deps\n"
	"variables:\n"
	"  BELAY_CACHE: \"$CI_PROJECT_DIR/cache\"\n"
	"build:\n"
	"  stage: build\n"
	"  timeout: 60 minutes\n"
	"  script:\n"
	"    - ci/build-abis\n"
	"  artifacts:\n"
	"    expire_in: 1 day\n"
	"    paths:\n"
	"      - build/\n"
	"    exclude:\n"
	"      - build/**/*.o\n"
	"cell:\n"
	"  stage: cells\n"
	"  needs:\n"
	"    - build\n";

static const char gitlab_cell[] =
	"  # Status 2 is no verdict on a kernel: something was missing. Then again.\n"
	"  retry:\n"
	"    max: 2\n"
	"    when:\n"
	"      - runner_system_failure\n"
	"      - stuck_or_timeout_failure\n"
	"      - scheduler_failure\n"
	"    exit_codes:\n"
	"      - 2\n"
	"  cache:\n"
	"    key: \"kmatrix-$KMATRIX_JOB\"\n"
	"    when: always\n"
	"    paths:\n"
	"      - cache/\n"
	"  script:\n"
	"    - mkdir -p stores\n"
	"    - eval \"set -- $KMATRIX_ARGS\"\n"
	"    - build/x86_64/kmatrix run -q --jobs 1 --color never -o \"stores/$KMATRIX_JOB.db\" \"$@\"\n"
	"  artifacts:\n"
	"    when: always\n"
	"    expire_in: 1 week\n"
	"    paths:\n"
	"      - stores/\n"
	"  parallel:\n"
	"    matrix:\n";

static const char gitlab_merge[] =
	"merge:\n"
	"  stage: merge\n"
	"  needs:\n"
	"    - build\n"
	"    - cell\n"
	"  when: always\n"
	"  script:\n"
	"    - |\n"
	"      status=0\n"
	"      build/x86_64/kmatrix merge -o merged.db stores/*.db || status=$?\n"
	"      build/x86_64/kmatrix report -o merged.db --format junit >junit.xml || true\n"
	"      build/x86_64/kmatrix report -o merged.db --color never || true\n"
	"      count=$(find stores -name '*.db' | wc -l)\n"
	"      [ \"$count\" -eq \"$KMATRIX_JOBS\" ] || { echo \"$count stores of $KMATRIX_JOBS jobs\"; exit 2; }\n"
	"      exit \"$status\"\n"
	"  artifacts:\n"
	"    when: always\n"
	"    paths:\n"
	"      - merged.db\n"
	"    reports:\n"
	"      junit: junit.xml\n"
	"  variables:\n";

void jobs_write_gitlab(const struct jobs *jobs, size_t first, size_t end, struct buf *out)
{
	buf_puts(out, gitlab_head);
	buf_printf(out, "  timeout: %u minutes\n", jobs_max_minutes(jobs));
	buf_puts(out, gitlab_cell);
	for (size_t i = first; i < end; i++) {
		buf_printf(out, "      - KMATRIX_JOB: \"%s\"\n        KMATRIX_ARGS: \"",
			   jobs->v[i].name);
		jobs_arguments(jobs, &jobs->v[i], out);
		buf_puts(out, "\"\n");
	}
	buf_puts(out, gitlab_merge);
	buf_printf(out, "    KMATRIX_JOBS: \"%zu\"\n", end - first);
}
