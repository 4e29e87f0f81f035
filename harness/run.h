/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.h - the part of kmatrix that gets kernels and runs guests, seen from the
 * part that decides what to run and judges what came out. It boots and hands
 * over two files; it reads no result and gives no verdict on a test.
 *
 * What comes out of a guest:
 *
 *   console   printk, and these lines written through /dev/kmsg, each behind
 *             printk's own prefix "[ 1.23] ":
 *               KT-BOOT <uname -r>      init runs
 *               KT-PROG <abi> <program> [<case>]
 *                                       this runs
 *               KT-DONE                 every step of the job has been run
 *   stream    a port of its own, so that printk cannot cut it. Lines of the runner:
 *               KT-PROG <abi> <program>   of this program are the cases that follow
 *               KT-CASE <case>            this case is about to run
 *               |<what it printed>        any number of lines, each behind its mark
 *               KT-END <crc> <word> <us>[ <reason>]
 *                                         it has ended: its result as Kyua calls it, microseconds
 *             and, for a job that asks for it, before the first program of an ABI:
 *               KT-LIST <abi>
 *               |<program>:<case>[ <contract>]
 *               KT-END <crc>
 *             <crc>, 8 hexadecimal digits, is the CRC-32 of zlib over the block: of
 *             "<abi> <program> <case>\n" (of a list "<abi>\n"), the lines with their
 *             marks and newlines, and what stands behind <crc> and its blank. A block
 *             whose sum is wrong says nothing. No length is told, so none can lie;
 *             nothing that a case prints can be taken for a line of the runner.
 *
 * Functions return 0 or -errno and, when they fail, one line in why->text: what,
 * where, what would be valid. Outputs are written only on success. Strings inside
 * a struct belong to that struct, and the _free function of the same module
 * releases them.
 */
#ifndef BELAY_HARNESS_RUN_H
#define BELAY_HARNESS_RUN_H

#include <stdbool.h>
#include <stddef.h>

struct why {
	char text[512];
};

/* Put a line there (no newline at its end); returns -error. */
int why_set(struct why *why, int error, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Where the tables and the guest's init are: the source tree when kmatrix runs from its
 * build tree, else the installed place. To be freed. */
char *run_datadir(void);
/* The runner for this machine: beside kmatrix in its build tree, else the installed one.
 * To be freed. */
char *run_runner(void);

/* ---- table.c: the three tables, one line per kernel, machine, ABI ---- */

/* How to boot the kernels of one architecture. */
struct machine {
	char *arch;	   /* Debian's name: "amd64" */
	char *userland;	   /* suite that gives its guests busybox */
	char *qemu;	   /* "qemu-system-x86_64" */
	char *args;	   /* -machine and -cpu, split at blanks */
	char *kvm_args;	   /* the same under KVM */
	char *memory;	   /* "1024M", to which room for the image is added */
	char *console;	   /* the kernel's console: "ttyS0" */
	char *export_args; /* what gives the guest the stream's port; its chardev is "stream" */
	char *export_tty;  /* its name in the guest: "ttyS1" */
	char *cmdline;	   /* kernel command line of every kernel of the architecture */
	unsigned scale;	   /* how much longer a case may take under emulation */
};

struct kernel {
	char *id;	/* "bookworm-amd64": what a cell is called */
	char *arch;	/* machine row */
	char *suite;	/* "bookworm"; NULL: the user's own image */
	char *package;	/* "linux-image-amd64" */
	bool is_default; /* part of `kmatrix run` without names */
};

struct abi_row {
	char *id;	 /* "i386", the name of its build directory too */
	char **archs;	 /* kernels that run it, NULL-terminated; the first is its own */
	char *qemu_user; /* "qemu-i386-static" */
};

struct tables {
	struct machine *machines;
	size_t nmachines;
	struct kernel *kernels;
	size_t nkernels;
	struct abi_row *abis;
	size_t nabis;
};

/*
 * Load machines.tsv, kernels.tsv and abis.tsv of `dir`. NULL is run_datadir(), and
 * behind it, where they are, the user's own of BELAY_TABLES or ~/.config/belay: a line
 * there replaces the one of the same name.
 */
int tables_load(const char *dir, struct tables **out, struct why *why);
void tables_free(struct tables *t);
const struct machine *tables_machine(const struct tables *t, const char *arch);
const struct kernel *tables_kernel(const struct tables *t, const char *id);
const struct abi_row *tables_abi(const struct tables *t, const char *id);
bool abi_row_runs_on(const struct abi_row *abi, const char *arch);

/* ---- fetch.c: kernels and the guests' userland from the distribution ---- */

/* Says what is happening, one line; may be NULL where one is taken. */
typedef void run_say(void *arg, const char *line);

struct kernel_image {
	char *path;    /* what QEMU's -kernel takes */
	char *version; /* "6.1.0-40-amd64 (6.1.153-1)"; for an own image what its header says */
};

/*
 * What is asked of the mirror: its lists once a day, now (it must answer), or nothing.
 * BELAY_OFFLINE in the environment, not empty, is the last one too.
 */
enum fetch_when { FETCH_DAILY, FETCH_NOW, FETCH_OFFLINE };
void fetch_set(enum fetch_when when);

/* The newest version of the row's package; from the cache when the mirror still
 * has no other, or cannot be reached and the cache has one. What comes out of the
 * cache is what was put in, by its checksums. */
int fetch_kernel(const struct kernel *k, run_say *say, void *arg, struct kernel_image *out,
		 struct why *why);
/* The directory with busybox for guests of the machine. */
int fetch_userland(const struct machine *m, run_say *say, void *arg, char **root, struct why *why);
/* What fetch_kernel() gave last, without a look at the mirror or at the checksums;
 * -ENOENT when there is none. */
int fetch_cached(const struct kernel *k, struct kernel_image *out, struct why *why);
/* fetch_exact.c: the one with this version (of struct kernel_image), whole; -ENOENT when
 * the cache has it no more. */
int fetch_exact(const struct kernel *k, const char *version, struct kernel_image *out,
		struct why *why);
/* "PACKAGE VERSION" as the mirror has it, without fetching it. To be freed. */
int fetch_newest(const struct kernel *k, run_say *say, void *arg, char **newest, struct why *why);
/* The names of their rows in the cache (cache.h); to be freed. */
char *fetch_kernel_row(const struct kernel *k);
char *fetch_userland_row(const struct machine *m);
/* The user's own bzImage, Image, Image.gz or zImage, or the build tree of one (tree.h):
 * architecture and version by its header. */
int kernel_image_read(const char *path, char **arch, struct kernel_image *out, struct why *why);
void kernel_image_free(struct kernel_image *image);

/* ---- guest.c: what is put into a guest ---- */

/* One program to run; `cases` NULL means all of them. */
struct job_step {
	const char *abi;
	const char *program; /* "kernel-tests/attach_test" */
	const char *const *cases; /* NULL-terminated */
	bool list; /* with the first of its ABI: send the list of all their cases */
};

struct job {
	const char *user;	  /* who runs the cases: "root" (also NULL) or "nobody" */
	/* Variables of the cases, "x=y"; or NULL. timeout_scale is set by what the
	 * processor turns out to be. */
	const char *const *config;
	const struct job_step *steps;
	size_t nsteps;
	bool shell; /* instead of running the steps, a prompt on the console */
};

/* The test programs of one build tree, sorted: "kernel-tests/attach_test", ...,
 * NULL-terminated; rooms is a NULL-terminated list of directories. */
int guest_programs(const char *builddir, const char *const *rooms, char ***out, struct why *why);
void guest_programs_free(char **programs);

/* ---- boot.c: one boot ---- */

enum boot_outcome {
	BOOT_NOBOOT,  /* never reached KT-BOOT */
	BOOT_HANG,    /* KT-BOOT, then silence or the hard limit */
	BOOT_PANIC,   /* the kernel died after KT-BOOT */
	BOOT_DONE,    /* KT-DONE */
	BOOT_STOPPED, /* the caller wanted it to end */
	BOOT_LOST     /* QEMU itself was killed or failed: no fault of the guest */
};
const char *boot_outcome_name(enum boot_outcome o);

enum boot_accel { BOOT_ACCEL_AUTO, BOOT_ACCEL_TCG, BOOT_ACCEL_KVM };

struct boot {
	const struct machine *machine;
	const struct kernel_image *kernel;
	bool known_good;	/* from the distribution: fit to prove KVM with */
	const char *userland;	/* of fetch_userland() */
	/* The same of the machines that programs of other ABIs are from, for tests in shell. */
	const struct boot_userland {
		const char *abi, *root;
	} *userlands;
	size_t nuserlands;
	const char *own;	/* the kernel's own ABI: that of the runner, where it was built */
	const char *supervisor;	/* the ABI of the belay that tests run; NULL: each its own */
	const char *builds;	/* holds one build tree per ABI, named by it */
	const char *workdir;	/* exists; receives "console", "stream", "job.cpio" */
	unsigned number;	/* of several boots there: "console.2", "stream.2"; 0: the only one */
	enum boot_accel accel;
	bool interactive;	/* the console is a pair of FIFOs: "console.in", "console.out" */
	unsigned boot_s;	/* until KT-BOOT; 0: a default, as for the next two */
	unsigned idle_s;	/* the stream may be silent so long */
	unsigned limit_s;	/* the whole boot */
};

struct boot_progress {
	unsigned elapsed_s;
	bool booted;		/* KT-BOOT was seen */
	size_t stream_bytes;	/* in the stream's file so far; frames may be cut */
	const char *stream;	/* path */
};
/* Called several times a second; false ends the boot as BOOT_STOPPED. */
typedef bool boot_watch(void *arg, const struct boot_progress *p);

struct boot_result {
	enum boot_outcome outcome;
	enum boot_accel accel;	/* what ran, never AUTO */
	double wall_s;
	char *console, *stream;	/* paths below workdir */
	char *release;		/* the guest's uname -r, NULL before KT-BOOT */
	char *last_words;	/* panic line, QEMU's complaint, or why it was ended; or NULL */
	char *qemu_version;	/* "7.2.22" */
};

/* Build the image, boot, run the job, wait for the end. No process is left, on
 * whatever way it returns. An error means that nothing could be booted. */
int boot_run(const struct boot *b, const struct job *job, boot_watch *watch, void *arg,
	     struct boot_result *out, struct why *why);
void boot_result_free(struct boot_result *r);

/* ---- emulate.c: the qemu-user column ---- */

/* A build root at `root` (created) whose test programs run those of `builddir`
 * under the ABI's qemu-user, for the runner on the host. */
int emulate_root(const struct abi_row *abi, const char *builddir, const char *const *rooms,
		 const char *root, struct why *why);

#endif
