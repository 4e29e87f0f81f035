/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * race.h - what race.c and its tables of races share. A race is a call that is
 * made again and again while somebody keeps changing what it refers to.
 */
#ifndef BELAY_SANDBOX_PROBES_RACE_H
#define BELAY_SANDBOX_PROBES_RACE_H

#include <limits.h>
#include <stddef.h>
#include <sys/stat.h>

enum answer { NOTHING, GOT, WON };

/* Who changes it: a bit each. */
enum {
	BY_THREAD = 1,	/* a thread of the caller */
	BY_PROCESS = 2,	/* another process; memory is shared with it */
	BY_WRITEV = 4,	/* another process, by process_vm_writev */
	OUTSIDE = 8	/* another process, which nobody supervises */
};

struct race {
	const char *name;
	unsigned int ways;
	const char *rules;		/* what is allowed, beside the directory `good` */
	void (*setup)(void);
	void (*flip)(void);		/* there and back; NULL: of `victim` */
	enum answer (*attempt)(void);
};

/* Ends with a race whose `name` is NULL. */
extern const struct race races_memory[], races_names[], races_descriptors[];

/* The directory that may be written (also the current one), and the other. */
extern char good_dir[PATH_MAX], bad_dir[PATH_MAX];

/* What the memory races change: its contents are now one and now the other. */
#define VICTIM_MAX 4096
extern void *victim;
extern unsigned char good_image[VICTIM_MAX], bad_image[VICTIM_MAX];
extern size_t victim_size;

/* "DIR/NAME" in a buffer of PATH_MAX. */
void path_in(char *out, const char *dir, const char *name);

void die(const char *what) __attribute__((noreturn));
int must(int rc, const char *what);

/* Whether this is the file `name` of the bad directory. */
int is_bad_file(int fd, const char *name);

/* GOT and WON of a program that was executed, which says where it lies. */
enum answer execute(const char *path);

/* `name` of the bad directory has another ctime than when last asked. */
int bad_file_changed(const char *name);

#endif
