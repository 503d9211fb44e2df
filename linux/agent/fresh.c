// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "fresh.h"
#include "task.h"

#define KERNEL_SIGSET	8
#define SIGNALS		64
#define MOST_DESCRIPTORS	64	/* of the agent's */
#define PATIENCE	60		/* seconds */
#define QUICK_LOOKS	10
#define LOOK_US		50

static void forget_agent(void)
{
	uint64_t action[4] = { (uint64_t)SIG_DFL }, none = 0;
	int sig, fd;

	if (raw_syscall(SYS_close_range, 0, ~0U, 0, 0, 0, 0) < 0)
		for (fd = 0; fd < MOST_DESCRIPTORS; fd++)
			raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);

	for (sig = 1; sig <= SIGNALS; sig++)
		raw_syscall(SYS_rt_sigaction, sig, (int64_t)action, 0,
			    KERNEL_SIGSET, 0, 0);
	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (int64_t)&none, 0,
		    KERNEL_SIGSET, 0, 0);
	raw_syscall(SYS_prctl, PR_SET_NAME, (int64_t)"init", 0, 0, 0, 0);
}

pid_t fresh_init(void (*run)(void))
{
	pid_t pid;

	pid = raw_syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWIPC | SIGCHLD, 0, 0,
			  0, 0, 0);
	if (pid == 0) {
		forget_agent();
		run();
	}
	if (pid < 0) {
		errno = -pid;
		die_errno("fresh pid and IPC namespaces");
	}
	return pid;
}

/* Waits too, so that the next request finds nobody of this one. */
void fresh_end(pid_t init)
{
	time_t late = time(NULL) + PATIENCE;
	int looks = 0;

	kill(init, SIGKILL);
	while (waitpid(init, NULL, WNOHANG) != init) {
		if (time(NULL) > late)
			die(3, "a namespace of a request does not end");
		if (++looks > QUICK_LOOKS)
			usleep(LOOK_US);
	}
}
