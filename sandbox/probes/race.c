/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * race.c - try to make the supervisor judge one thing and use another.
 *
 *	race list				names, as NAME@WAY
 *	race rules NAME				the rules under which to run it
 *	race run NAME GOOD BAD ROUNDS SECONDS SEED [first]
 *	race flip NAME GOOD BAD SEED		change and never stop
 *
 * In the current directory, GOOD, anything may be written; BAD has files that
 * may be read. `run` prints "ROUNDS rounds GOT got WON won": how often the call
 * succeeded, and how often it did what may not be done. It ends after that
 * many rounds (of which one has to succeed) or seconds, with `first` also at the
 * first win. It judges by what is there afterwards, never by what the call says.
 */
#include "sandbox/probes/race.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXECUTED_GOOD 98
#define EXECUTED_BAD 99
#define SPIN_MAX 512	/* of the random waits between two changes */

char good_dir[PATH_MAX], bad_dir[PATH_MAX];
void *victim;
unsigned char good_image[VICTIM_MAX], bad_image[VICTIM_MAX];
size_t victim_size;

static const struct race *const tables[] = { races_memory, races_names, races_descriptors };
static const struct {
	unsigned int bit;
	const char *name;
} ways[] = {
	{ BY_THREAD, "thread" },
	{ BY_PROCESS, "process" },
	{ BY_WRITEV, "writev" },
	{ OUTSIDE, "outside" },
};
#define NWAYS (sizeof(ways) / sizeof(ways[0]))

static const struct race *race;
static unsigned int way;
static atomic_bool done;
static unsigned int random_state;

void die(const char *what)
{
	fprintf(stderr, "race: %s: %s\n", what, strerror(errno));
	exit(2);
}

int must(int rc, const char *what)
{
	if (rc < 0)
		die(what);
	return rc;
}

void path_in(char *out, const char *dir, const char *name)
{
	if (snprintf(out, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		die("path too long");
}

int is_bad_file(int fd, const char *name)
{
	char path[PATH_MAX];
	struct stat is, bad;

	path_in(path, bad_dir, name);
	must(stat(path, &bad), path);
	return fstat(fd, &is) == 0 && is.st_dev == bad.st_dev && is.st_ino == bad.st_ino;
}

int bad_file_changed(const char *name)
{
	static struct timespec last;
	char path[PATH_MAX];
	struct stat st;
	int changed;

	path_in(path, bad_dir, name);
	must(stat(path, &st), path);
	changed = last.tv_sec != 0 && (last.tv_sec != st.st_ctim.tv_sec ||
				       last.tv_nsec != st.st_ctim.tv_nsec);
	last = st.st_ctim;
	return changed;
}

enum answer execute(const char *path)
{
	char *argv[] = { (char *)"race-executed", bad_dir, NULL };
	int status;
	pid_t pid = must(fork(), "fork");

	if (pid == 0) {
		execv(path, argv);
		_exit(1);
	}
	must(waitpid(pid, &status, 0), "waitpid");
	if (!WIFEXITED(status))
		return NOTHING;
	return WEXITSTATUS(status) == EXECUTED_BAD ? WON :
	       WEXITSTATUS(status) == EXECUTED_GOOD ? GOT : NOTHING;
}

/* The program that was executed. */
static int executed(const char *bad)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t len = strlen(bad);

	if (n < 0)
		return 1;
	self[n] = '\0';
	return strncmp(self, bad, len) == 0 && self[len] == '/' ? EXECUTED_BAD : EXECUTED_GOOD;
}

static void spin(unsigned int *state)
{
	*state = *state * 1103515245 + 12345;
	for (volatile unsigned int i = (*state >> 16) % SPIN_MAX; i > 0; i--)
		;
}

static void write_from_outside(const void *image)
{
	struct iovec local = { (void *)(size_t)image, victim_size };
	struct iovec remote = { victim, victim_size };

	/* ESRCH: the caller has ended, and PDEATHSIG is on its way. */
	if (process_vm_writev(getppid(), &local, 1, &remote, 1, 0) < 0 && errno != ESRCH)
		die("process_vm_writev");
}

static void flip_once(unsigned int *state)
{
	if (race->flip != NULL) {
		race->flip();
	} else if (way == BY_WRITEV) {
		write_from_outside(bad_image);
		spin(state);
		write_from_outside(good_image);
	} else {
		memcpy(victim, bad_image, victim_size);
		spin(state);
		memcpy(victim, good_image, victim_size);
	}
	spin(state);
}

static void *flipper(void *arg)
{
	unsigned int state = random_state ^ 0x9e3779b9;

	while (!atomic_load(&done))
		flip_once(&state);
	return arg;
}

/* Who changes things; ends with us. */
static void start_flipping(pthread_t *thread, pid_t *process)
{
	pid_t parent = getpid();

	if (way == BY_THREAD) {
		errno = pthread_create(thread, NULL, flipper, NULL);
		if (errno != 0)
			die("pthread_create");
	} else if (way != OUTSIDE) {
		*process = must(fork(), "fork");
		if (*process == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (getppid() == parent)
				flipper(NULL);
			_exit(0);
		}
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int run(long rounds, double seconds, int first)
{
	long i, got = 0, won = 0;
	double end = now() + seconds;
	pthread_t thread;
	pid_t process = 0;

	start_flipping(&thread, &process);
	for (i = 0; (i < rounds || got == 0) && now() < end && !(first && won > 0); i++) {
		enum answer a;

		spin(&random_state);
		a = race->attempt();
		got += a != NOTHING;
		won += a == WON;
	}
	atomic_store(&done, 1);
	if (way == BY_THREAD)
		pthread_join(thread, NULL);
	if (process > 0) {
		kill(process, SIGKILL);
		waitpid(process, NULL, 0);
	}
	printf("%ld rounds %ld got %ld won\n", i, got, won);
	return 0;
}

/* NAME or NAME@WAY; without a way the first that there is. */
static void find(const char *text)
{
	size_t len = strcspn(text, "@");

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct race *r = tables[i]; r->name != NULL; r++)
			if (strlen(r->name) == len && strncmp(r->name, text, len) == 0)
				race = r;
	for (size_t i = 0; race != NULL && i < NWAYS; i++)
		if ((race->ways & ways[i].bit) != 0 && way == 0 &&
		    (text[len] == '\0' || strcmp(text + len + 1, ways[i].name) == 0))
			way = ways[i].bit;
	if (way == 0) {
		fprintf(stderr, "race: there is no race '%s'\n", text);
		exit(2);
	}
}

static int list(void)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct race *r = tables[i]; r->name != NULL; r++)
			for (size_t w = 0; w < NWAYS; w++)
				if ((r->ways & ways[w].bit) != 0)
					printf("%s@%s\n", r->name, ways[w].name);
	return 0;
}

static void set_up(char **argv)
{
	find(argv[2]);
	must(snprintf(good_dir, sizeof(good_dir), "%s", argv[3]), "GOOD");
	must(snprintf(bad_dir, sizeof(bad_dir), "%s", argv[4]), "BAD");
	must(chdir(good_dir), good_dir);
	victim = mmap(NULL, VICTIM_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (victim == MAP_FAILED)
		die("mmap");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 2 && strcmp(argv[0], "race-executed") == 0)
		return executed(argv[1]);
	if (argc == 2 && strcmp(what, "list") == 0)
		return list();
	if (argc == 3 && strcmp(what, "rules") == 0) {
		find(argv[2]);
		puts(race->rules);
		return 0;
	}
	if (argc == 6 && strcmp(what, "flip") == 0) {
		set_up(argv);
		random_state = (unsigned int)strtoul(argv[5], NULL, 10);
		flipper(NULL);
	}
	if ((argc == 8 || argc == 9) && strcmp(what, "run") == 0) {
		set_up(argv);
		random_state = (unsigned int)strtoul(argv[7], NULL, 10);
		race->setup();
		memcpy(victim, good_image, victim_size);
		return run(atol(argv[5]), atof(argv[6]), argc == 9);
	}
	fprintf(stderr, "usage: race list | rules NAME | flip NAME GOOD BAD SEED |\n"
			"       run NAME GOOD BAD ROUNDS SECONDS SEED [first]\n");
	return 2;
}
