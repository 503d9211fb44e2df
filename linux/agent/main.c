// SPDX-License-Identifier: GPL-2.0-only
/*
 * Issues system calls on command, so that a harness decides every interleaving
 * at their granularity. See protocol.h for what is said on stdin and stdout.
 *
 * Nothing is left behind, whoever is killed: all tasks live below the init of a
 * pid namespace, which dies with its parent, which dies with the harness; IPC
 * objects and mounts are in namespaces that go with them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"
#include "image.h"
#include "protocol.h"
#include "race.h"
#include "restore.h"
#include "steps.h"
#include "task.h"
#include "times.h"

#define ALL_USERS	65536
#define NEW_NAMESPACES	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC)

#define TIMER_RESTORE_IDS	77	/* PR_TIMER_CREATE_RESTORE_IDS, since 6.15 */
#define TIMER_RESTORE_IDS_GET	2
#define PID_FS_MAGIC		0x50494446	/* since 6.9 */

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die_errno(path);
	close(fd);
}

/* All users where we may map them, or else ourselves as root alone. */
static void map_users(pid_t pid, unsigned int users)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char path[64], map[64];

	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	snprintf(map, sizeof(map), "0 %u %u", uid, users);
	write_file(path, map);
	if (uid) {
		snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
		write_file(path, "deny");
	}
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	snprintf(map, sizeof(map), "0 %u %u", uid ? gid : 0, users);
	write_file(path, map);
}

/* In our namespaces, where nobody else is to take the hint. */
static int can_hint(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int can = fd >= 0 && write(fd, "1", 1) == 1;

	if (fd >= 0)
		close(fd);
	return can;
}

/*
 * A pidfd of each process has a file of its own since 6.9. Later kernels keep
 * in mind that a dead process was not to be looked into, and say ESRCH where a
 * number is only the group's of one that was waited for.
 */
static int has_pidfds(void)
{
	struct statfs fs;
	pid_t child = fork();
	int fd, can;

	if (child == 0) {
		prctl(PR_SET_DUMPABLE, 0);
		setpgid(0, 0);
		if (fork() == 0)
			pause();
		_exit(0);
	}
	if (child < 0 || waitid(P_PID, child, NULL, WEXITED | WNOWAIT))
		return 0;
	fd = syscall(SYS_pidfd_open, child, 0);
	can = fd >= 0 && !fstatfs(fd, &fs) && fs.f_type == PID_FS_MAGIC &&
	      syscall(SYS_pidfd_getfd, fd, 0, 0) < 0 && errno == EPERM;
	if (fd >= 0)
		close(fd);
	waitpid(child, NULL, 0);
	can = can && syscall(SYS_pidfd_open, child, 0) < 0 && errno == ESRCH;
	kill(-child, SIGKILL);
	wait(NULL);
	return can;
}

/* To the namespace that we are in. */
static int can_setns(void)
{
	int fd = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	int can = fd >= 0 && !syscall(SYS_setns, fd, CLONE_NEWIPC);

	if (fd >= 0)
		close(fd);
	return can;
}

/* What containers and older kernels refuse, found out by trying. */
static uint32_t find_features(unsigned int users)
{
	uint32_t features = 0;

	/* Its own /proc is refused where parts of the old one are hidden. */
	if (!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    !mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		   NULL))
		features |= FEATURE_OWN_PROC;
	if (syscall(SYS_clone3, NULL, 0) < 0 && errno == EINVAL)
		features |= FEATURE_CLONE3;
	if (!unshare(0))
		features |= FEATURE_UNSHARE;
	if (can_hint("/proc/sys/kernel/ns_last_pid"))
		features |= FEATURE_LAST_PID;
	if (can_hint("/proc/sys/kernel/msg_next_id"))
		features |= FEATURE_NEXT_ID;
	if (prctl(TIMER_RESTORE_IDS, TIMER_RESTORE_IDS_GET, 0, 0, 0) >= 0)
		features |= FEATURE_TIMER_IDS;
	if (image_prepare(users))
		features |= FEATURE_EXECVE;
	if (can_setns())
		features |= FEATURE_SETNS;
	if (has_pidfds())
		features |= FEATURE_PIDFD;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) < 0 &&
	    errno == EFAULT && !prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
		features |= FEATURE_SECCOMP;
	if (image_keeps_user(users))
		features |= FEATURE_KEEPS_USER;
	return features;
}

static _Noreturn void serve(unsigned int users)
{
	put_number(AGENT_MAGIC, 4);
	put_number(AGENT_VERSION, 4);
	put_number(users, 4);
	put_number(find_features(users), 4);
	put_number((uint64_t)MEMORY_BASE, 8);
	put_number((uint64_t)STACKS_BASE, 8);
	put_number((uint64_t)task_handlers, 8);
	put_number((uint64_t)task_restorer, 8);
	flush();
	for (;;) {
		read_request();
		switch (take_number(4)) {
		case REQUEST_STEPS:
			run_steps();
			break;
		case REQUEST_RACE:
			run_races();
			break;
		case REQUEST_TIMES:
			run_times();
			break;
		case REQUEST_RESTORE:
			run_restore();
			break;
		default:
			die(2, "the request is of no known kind");
		}
	}
}

/* The init of what is ours; its parent's end of the pipe tells of its death. */
static _Noreturn void run_init(int go[2], unsigned int users)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(go[1]);
	if (read(go[0], &byte, 1) != 1)
		exit(0);
	close(go[0]);
	setgroups(0, NULL);	/* where it is forbidden, they mean nothing */
	/* kill(0) of a script reaches its group: us, who can't be killed by it. */
	setsid();
	serve(users);
}

int main(int argc, char *argv[])
{
	pid_t harness = getppid(), pid;
	unsigned int users;
	int go[2], status, is_guest;

	/* A kernel hands what it does not know of its command line to its init. */
	is_guest = !strcmp(argv[0], "/init");
	if (is_guest)
		guest_begin();
	else if (argc > 2)
		times_main(argv[1], atoi(argv[2]));
	else if (argc > 1)
		image_main(argv[1]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != harness)
		return 0;
	users = geteuid() ? 1 : ALL_USERS;
	signal(SIGINT, SIG_IGN);	/* the harness says when to end */
	if (pipe(go))
		die_errno("pipe");
	pid = raw_syscall(SYS_clone, NEW_NAMESPACES | SIGCHLD, 0, 0, 0, 0, 0);
	if (pid == 0)
		run_init(go, users);
	if (pid < 0) {
		errno = -pid;
		die_errno("fresh user, pid, mount and IPC namespaces");
	}
	map_users(pid, users);
	if (write(go[1], "", 1) != 1)
		die_errno("pipe");
	while (waitpid(pid, &status, 0) < 0)
		;
	if (is_guest)
		guest_end();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}
