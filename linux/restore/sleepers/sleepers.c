// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleepers TASKS OBJECTS: a tree that CRIU can dump, being one session in one
 * pid namespace with an IPC namespace of its own, whose tasks hold no file
 * that leads outside. Prints the number of its root once all are in place, and
 * kills what is left of the tree when its standard input ends.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static pid_t fork_with(unsigned long flags)
{
	pid_t pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

	must(pid >= 0, "clone");
	return pid;
}

static void make_objects(int count)
{
	while (count--) {
		must(msgget(IPC_PRIVATE, 0600) >= 0, "msgget");
		must(semget(IPC_PRIVATE, 2, 0600) >= 0, "semget");
		must(shmget(IPC_PRIVATE, 4096, 0600) >= 0, "shmget");
	}
}

/* All that it has open is /dev/null: `ready` ends for whoever reads it. */
static void detach(void)
{
	int null = open("/dev/null", O_RDWR), fd;

	must(null >= 0, "/dev/null");
	for (fd = 0; fd < 3; fd++)
		must(dup2(null, fd) == fd, "dup2");
	must(!syscall(SYS_close_range, 3, ~0U, 0), "close_range");
}

static void sleep_on(void)
{
	detach();
	for (;;)
		pause();
}

static void root(int tasks, int objects)
{
	must(setsid() > 0, "setsid");
	make_objects(objects);
	while (--tasks)
		if (!fork_with(0))
			sleep_on();
	sleep_on();
}

int main(int argc, char **argv)
{
	struct pollfd asked = { .fd = 0, .events = POLLIN };
	int ready[2];
	pid_t pid;
	char byte;

	must(argc == 3, "usage: sleepers TASKS OBJECTS");
	must(!pipe(ready), "pipe");
	pid = fork_with(CLONE_NEWPID | CLONE_NEWIPC);
	if (!pid)
		root(atoi(argv[1]), atoi(argv[2]));
	close(ready[1]);
	must(read(ready[0], &byte, 1) == 0, "a step that failed");
	printf("%d\n", pid);
	fflush(stdout);
	signal(SIGCHLD, SIG_IGN);
	while (poll(&asked, 1, -1) < 0 || read(0, &byte, 1) > 0)
		;
	kill(pid, SIGKILL);
	return 0;
}
