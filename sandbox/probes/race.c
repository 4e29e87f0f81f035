/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * race.c - try to make the supervisor judge one thing and use another:
 * `race pointer|symlink|exchange|descriptor GOOD BAD ROUNDS`. GOOD may be
 * written, BAD may not. A second thread keeps changing what the call refers
 * to; every descriptor that comes back is looked at. Prints how often BAD was
 * opened for writing ("won N").
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *good, *bad;
static char shared[4096];
static atomic_bool done;
static int slot = -1;

static void *flip_pointer(void *arg)
{
	while (!atomic_load(&done)) {
		memcpy(shared, bad, strlen(bad) + 1);
		memcpy(shared, good, strlen(good) + 1);
	}
	return arg;
}

/* "target" is a link, now to one and now to the other. */
static void *flip_symlink(void *arg)
{
	while (!atomic_load(&done)) {
		if (symlink(bad, "new") == 0)
			rename("new", "target");
		if (symlink(good, "new") == 0)
			rename("new", "target");
	}
	return arg;
}

/* "place" is now a directory with a file of that name, now a link outside. */
static void *flip_exchange(void *arg)
{
	while (!atomic_load(&done))
		renameat2(AT_FDCWD, "place", AT_FDCWD, "way", RENAME_EXCHANGE);
	return arg;
}

/* A descriptor number is now of one file and now of the other. */
static void *flip_descriptor(void *arg)
{
	int to_good = open(good, O_RDWR), to_bad = open(bad, O_RDONLY);

	while (!atomic_load(&done)) {
		dup2(to_bad, slot);
		dup2(to_good, slot);
	}
	return arg;
}

static int is_bad(int fd, const struct stat *what)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev == what->st_dev && st.st_ino == what->st_ino;
}

int main(int argc, char **argv)
{
	void *(*flip)(void *) = NULL;
	const char *path = shared;
	char dirname[4096], name[64];
	long rounds, won = 0, got = 0;
	struct stat st;
	pthread_t thread;

	if (argc != 5)
		return 2;
	good = argv[2];
	bad = argv[3];
	rounds = atol(argv[4]);
	if (stat(bad, &st) < 0)
		return 2;
	snprintf(shared, sizeof(shared), "%s", good);
	if (strcmp(argv[1], "pointer") == 0) {
		flip = flip_pointer;
	} else if (strcmp(argv[1], "symlink") == 0) {
		flip = flip_symlink;
		path = "target";
	} else if (strcmp(argv[1], "exchange") == 0) {
		flip = flip_exchange;
		snprintf(dirname, sizeof(dirname), "%s", bad);
		*strrchr(dirname, '/') = '\0';
		mkdir("place", 0700);
		snprintf(shared, sizeof(shared), "place%s", strrchr(bad, '/'));
		close(open(shared, O_CREAT | O_WRONLY, 0600));
		if (symlink(dirname, "way") < 0)
			return 2;
	} else if (strcmp(argv[1], "descriptor") == 0) {
		flip = flip_descriptor;
		slot = open("/dev/null", O_RDWR);
		snprintf(name, sizeof(name), "/proc/self/fd/%d", slot);
		path = name;
	}
	if (flip == NULL || pthread_create(&thread, NULL, flip, NULL) != 0)
		return 2;
	for (long i = 0; i < rounds; i++) {
		int fd = open(path, O_RDWR);

		if (fd < 0)
			continue;
		got++;
		if (is_bad(fd, &st))
			won++;
		close(fd);
	}
	atomic_store(&done, 1);
	pthread_join(thread, NULL);
	printf("won %ld\n", won);
	fprintf(stderr, "%ld of %ld opened\n", got, rounds);
	return got == 0;
}
