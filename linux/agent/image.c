// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "image.h"
#include "task.h"

#define DIRECTORY	"/bin"		/* a tmpfs of our mount namespace */
#define PLAIN		DIRECTORY "/agent"
#define SETUID		DIRECTORY "/agent-setuid"
#define MEMORY		DIRECTORY "/memory"
#define MEMORY_BYTES	(MAX_TASKS * MEMORY_SIZE)
#define STANDARD	3		/* descriptors of stdin and the like */
#define ANYBODY		1		/* a user that is not root */
#define PROBE		"?"	/* is it root, and may become so? */
#define PROBE_ROOT	"!"	/* is it root? */

struct shared *shared;

static void *map(void *address, size_t size, int flags, int fd, off_t offset)
{
	void *p = mmap(address, size, PROT_READ | PROT_WRITE, flags, fd, offset);

	if (p == MAP_FAILED || (address && p != address))
		die_errno("mmap");
	return p;
}

/* Anonymous without a file. */
static void map_all(int fd)
{
	int flags = MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0);

	map(MEMORY_BASE, MEMORY_BYTES, flags, fd, 0);
	shared = map(NULL, sizeof(*shared), flags, fd, fd < 0 ? 0 : MEMORY_BYTES);
	map(STACKS_BASE, MAX_TASKS * STACK_SIZE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	    0);
}

static int copy_self(int self, off_t size, const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	off_t at = 0;
	int failed;

	if (fd < 0)
		return -1;
	while (at < size && sendfile(fd, self, &at, size - at) > 0)
		;
	failed = at < size || fchmod(fd, mode);
	close(fd);
	return failed ? -1 : 0;
}

/* The agent's own file may be under the directory that the mount hides. */
static int make_files(void)
{
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), fd;
	struct stat stat;

	if (self < 0)
		return -1;
	if (fstat(self, &stat) ||
	    mount("tmpfs", DIRECTORY, "tmpfs", MS_NODEV, "mode=755") ||
	    copy_self(self, stat.st_size, PLAIN, 0755) ||
	    copy_self(self, stat.st_size, SETUID, 04755)) {
		close(self);
		return -1;
	}
	close(self);
	fd = open(MEMORY, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (fchmod(fd, 0666) || ftruncate(fd, MEMORY_BYTES + sizeof(*shared))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Can a task that is not root execute, and become root by it? */
static int can_execute(unsigned int users)
{
	char *argv[] = { PLAIN, PROBE, NULL };
	int fd, status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		for (fd = 0; fd < STANDARD; fd++)
			close(fd);
		if (users > ANYBODY && setresuid(ANYBODY, ANYBODY, ANYBODY))
			_exit(1);
		execv(SETUID, argv);
		_exit(1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* An exec under no_new_privs lost the effective user before Linux 6.17. */
int image_keeps_user(unsigned int users)
{
	char *argv[] = { PLAIN, PROBE_ROOT, NULL };
	int status;
	pid_t pid;

	if (users <= ANYBODY)
		return 1;	/* there is no other user to be */
	pid = fork();
	if (pid == 0) {
		if (setresuid(ANYBODY, 0, ANYBODY) ||
		    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
			_exit(1);
		execv(PLAIN, argv);
		_exit(1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int image_prepare(unsigned int users)
{
	int fd = make_files();

	map_all(fd);
	if (fd < 0)
		return 0;
	close(fd);
	return can_execute(users);
}

/* The C library of a set-uid image opens them where they are closed. */
static void close_standard(void)
{
	struct stat stat;
	int fd;

	for (fd = 0; fd < STANDARD; fd++)
		if (!fstat(fd, &stat) && S_ISCHR(stat.st_mode))
			close(fd);
}

_Noreturn void image_main(const char *told)
{
	int fd = open(MEMORY, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		exit(1);
	map_all(fd);
	close(fd);
	if (!strcmp(told, PROBE))
		exit(geteuid() || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	if (!strcmp(told, PROBE_ROOT))
		exit(geteuid() != 0);
	close_standard();
	task_go_on(told[0] - FIRST_INDEX, told[1] - FIRST_INDEX);
}
