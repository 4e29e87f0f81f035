/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobs_slurm.c - the jobs as one batch script of Slurm: an array with a task per job,
 * and the merge that depends on it. It asks Slurm nothing.
 */
#include "harness/jobs/jobs.h"

/* The numbers are the last task, minutes, megabytes. */
static const char slurm_head[] =
	"#!/bin/bash\n"
	"# Made by `kmatrix jobs --for slurm`.\n"
	"#\n"
	"#     bash FILE      submits the array, and the merge that waits for it\n"
	"#     sbatch FILE    submits the array alone; `bash FILE merge` merges by hand\n"
	"#\n"
	"# Stores and logs go to $KMATRIX_DIR (kmatrix-jobs where it is submitted), which\n"
	"# every node must see, as it must see $KMATRIX (kmatrix), its builds and, so that\n"
	"# kernels are fetched once, $BELAY_CACHE. The limits are several times what was\n"
	"# measured without KVM.\n"
	"#\n"
	"#SBATCH --job-name=kmatrix\n"
	"#SBATCH --array=0-%zu\n"
	"#SBATCH --time=%u\n"
	"#SBATCH --mem=%uM\n"
	"#SBATCH --cpus-per-task=2\n"
	"#SBATCH --requeue\n"
	"#SBATCH --open-mode=append\n"
	"#SBATCH --signal=B:TERM@60\n"
	"\n"
	"set -u\n"
	"kmatrix=${KMATRIX:-kmatrix}\n"
	"dir=${KMATRIX_DIR:-${SLURM_SUBMIT_DIR:-$PWD}/kmatrix-jobs}\n"
	"tries=3\n"
	"\n"
	"# The tasks; their ids count from 0.\n"
	"names=(\n";

static const char slurm_kernels[] =
	")\n"
	"kernels=(\n";

static const char slurm_tasks[] =
	")\n"
	"\n"
	"task()\n"
	"{\n"
	"\tcase $1 in\n";

static const char slurm_tail[] =
	"\t*) echo \"no such task: $1\" >&2; exit 2 ;;\n"
	"\tesac\n"
	"}\n"
	"\n"
	"submit()\n"
	"{\n"
	"\tmkdir -p \"$dir\" || exit 2\n"
	"\tdir=$(cd \"$dir\" && pwd) || exit 2\n"
	"\texport KMATRIX_DIR=$dir\n"
	"\t# Nodes may have no way out: then what is in the cache is all they get.\n"
	"\t\"$kmatrix\" fetch -q \"${kernels[@]}\" >/dev/null ||\n"
	"\t\techo \"not every kernel was fetched; the nodes will try themselves\" >&2\n"
	"\tid=$(sbatch --parsable --output=\"$dir/%A_%a.log\" \"$1\" run) || exit 2\n"
	"\tid=${id%%;*}\n"
	"\techo \"$id: ${#names[@]} tasks\"\n"
	"\t# Whatever became of them: what is missing is for the report to say.\n"
	"\tid=$(sbatch --parsable --dependency=\"afterany:$id\" --array=0-0 --time=30 \\\n"
	"\t\t--job-name=kmatrix-merge --output=\"$dir/merge.log\" \"$1\" merge) || exit 2\n"
	"\techo \"${id%%;*}: merge into $dir/merged.db, report in $dir/merge.log\"\n"
	"}\n"
	"\n"
	"# kmatrix run ARGUMENT...: its exit status in $status.\n"
	"go()\n"
	"{\n"
	"\techo \"$(uname -n), $(date): kmatrix run $*\"\n"
	"\t# Slurm's warning goes to this shell: kmatrix then keeps what is answered.\n"
	"\t\"$kmatrix\" run -q --jobs 1 --color never -o \"$store\" \"$@\" &\n"
	"\tpid=$!\n"
	"\twarned=\n"
	"\ttrap 'kill -TERM \"$pid\"; warned=yes' TERM\n"
	"\twait \"$pid\"\n"
	"\tstatus=$?\n"
	"\tif [ -n \"$warned\" ]; then\n"
	"\t\twait \"$pid\"\n"
	"\t\tstatus=$?\n"
	"\tfi\n"
	"\ttrap - TERM\n"
	"\techo \"status $status\"\n"
	"\t[ -z \"$warned\" ] || exit \"$status\"\n"
	"}\n"
	"\n"
	"# Status 2 is no verdict on a kernel: something was missing, perhaps only on this\n"
	"# node. The task goes back into the queue, which may give it another one. What a\n"
	"# task left that was killed with its node is gone on with.\n"
	"run()\n"
	"{\n"
	"\ttask \"$SLURM_ARRAY_TASK_ID\"\n"
	"\tstore=$dir/${names[SLURM_ARRAY_TASK_ID]}.db\n"
	"\tmkdir -p \"$dir\" || exit 2\n"
	"\tstatus=2\n"
	"\tif [ \"${SLURM_RESTART_COUNT:-0}\" -gt 0 ] && [ -e \"$store\" ]; then\n"
	"\t\tgo --resume\n"
	"\tfi\n"
	"\tfor ((try = ${SLURM_RESTART_COUNT:-0} + 1; status >= 2 && try <= tries; try++)); do\n"
	"\t\tgo \"${args[@]}\"\n"
	"\t\tif [ \"$status\" -ge 2 ] && [ \"$try\" -lt \"$tries\" ] &&\n"
	"\t\t\tscontrol requeue \"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\"; then\n"
	"\t\t\tsleep 600 # Slurm ends this\n"
	"\t\tfi\n"
	"\tdone\n"
	"\texit \"$status\"\n"
	"}\n"
	"\n"
	"merge()\n"
	"{\n"
	"\tstores=()\n"
	"\tfor name in \"${names[@]}\"; do\n"
	"\t\tif [ -e \"$dir/$name.db\" ]; then\n"
	"\t\t\tstores+=(\"$dir/$name.db\")\n"
	"\t\telse\n"
	"\t\t\techo \"no store of task $name\" >&2\n"
	"\t\tfi\n"
	"\tdone\n"
	"\t\"$kmatrix\" merge --replace -o \"$dir/merged.db\" \"${stores[@]}\"\n"
	"\tstatus=$?\n"
	"\t\"$kmatrix\" report --color never -o \"$dir/merged.db\"\n"
	"\t[ \"${#stores[@]}\" -eq \"${#names[@]}\" ] || exit 2\n"
	"\texit \"$status\"\n"
	"}\n"
	"\n"
	"case ${1-} in\n"
	"'') if [ -n \"${SLURM_ARRAY_TASK_ID-}\" ]; then run; else submit \"$0\"; fi ;;\n"
	"run | merge) \"$1\" ;;\n"
	"*) echo \"usage: $0 [merge]\" >&2; exit 2 ;;\n"
	"esac\n";

void jobs_write_slurm(const struct jobs *jobs, size_t first, size_t end, struct buf *out)
{
	buf_printf(out, slurm_head, end - first - 1, jobs_max_minutes(jobs),
		   jobs_max_megabytes(jobs));
	for (size_t i = first; i < end; i++)
		buf_printf(out, "\t%s\n", jobs->v[i].name);
	buf_puts(out, slurm_kernels);
	for (size_t i = first; i < end; i++)
		if (i == first || jobs->v[i].kernel != jobs->v[i - 1].kernel)
			buf_printf(out, "\t'%s'\n", jobs->v[i].kernel->id);
	buf_puts(out, slurm_tasks);
	for (size_t i = first; i < end; i++) {
		buf_printf(out, "\t%zu) args=(", i - first);
		jobs_arguments(jobs, &jobs->v[i], out);
		buf_puts(out, ") ;;\n");
	}
	buf_puts(out, slurm_tail);
}
