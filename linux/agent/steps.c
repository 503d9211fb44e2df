// SPDX-License-Identifier: GPL-2.0-only
/* Steps, run one after the other by tasks in fresh namespaces. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "steps.h"
#include "task.h"
#include "watch.h"

#define KERNEL_SIGSET	8
#define SIGNALS		64
#define MOST_DESCRIPTORS	64	/* of the agent's */
#define PATIENCE	60		/* seconds */
#define QUICK_LOOKS	10
#define LOOK_US		50

static uint32_t most_used;		/* of the tasks' memory, by the last request */

static int64_t argument(uint32_t task, uint8_t kind, uint64_t value)
{
	switch (kind) {
	case ARG_NUMBER:
		return value;
	case ARG_RESULT:
		if (value < MAX_STEPS)
			return results[value];
		break;
	case ARG_MEMORY:
		if (value < MEMORY_SIZE)
			return (int64_t)memory_of(task) + value;
		break;
	}
	die(2, "the request has an argument that is none");
}

static void take_arguments(uint32_t task, uint8_t count, int is_free)
{
	struct mailbox *box = &shared->mailboxes[task];
	uint8_t i, kind;
	int64_t value;

	if (count > MAX_ARGS)
		die(2, "the request has a call with too many arguments");
	if (is_free)
		memset(box->args, 0, sizeof(box->args));
	for (i = 0; i < count; i++) {
		kind = take_number(1);
		value = argument(task, kind, take_number(8));
		if (is_free)
			box->args[i] = value;
	}
}

static void take_store(uint32_t task, int is_free)
{
	uint16_t offset = take_number(2), length = take_number(2);
	const unsigned char *bytes = take(length);

	if (offset + length > MEMORY_SIZE)
		die(2, "the request stores beyond the memory of a task");
	if (is_free)
		memcpy(memory_of(task) + offset, bytes, length);
}

static const unsigned char *take_loads(uint8_t count)
{
	const unsigned char *loads = take(4 * count);
	uint16_t where[2];
	uint8_t i;

	for (i = 0; i < count; i++) {
		memcpy(where, loads + 4 * i, 4);
		if (where[0] + where[1] > MEMORY_SIZE)
			die(2, "the request loads beyond the memory of a task");
	}
	return loads;
}

static void run_step(uint32_t step)
{
	uint8_t task = take_number(1), child = take_number(1), stores, count;
	uint16_t nr = take_number(2);
	uint8_t args = take_number(1);
	const unsigned char *loads;
	enum standing standing;
	int is_free;

	stores = take_number(1);
	count = take_number(1);
	take(1);
	if (task >= MAX_TASKS || child >= MAX_TASKS)
		die(2, "the request names a task that can't be");
	standing = standing_of(task);
	is_free = standing == STANDS_FREE;
	if (is_free) {
		shared->mailboxes[task].nr = nr;
		shared->mailboxes[task].child =
			nr == SYS_execve ? task_below(task) : child;
		if (task >= most_used)
			most_used = task + 1;
	}
	take_arguments(task, args, is_free);
	while (stores--)
		take_store(task, is_free);
	loads = take_loads(count);
	if (is_free)
		watch_call(task, step, loads, count);
	else
		put_event(step, standing == STANDS_GONE ? EVENT_GONE :
			  EVENT_BUSY, 0, 0);
}

/*
 * Tasks start as if there were no agent: named as an init, signals as in a new
 * process, and no descriptor open, least of all the pipes to the harness.
 */
static _Noreturn void run_init(void)
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
	task_run(0);
}

static pid_t make_init(void)
{
	pid_t pid;

	pid = raw_syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWIPC | SIGCHLD, 0, 0,
			  0, 0, 0);
	if (pid == 0)
		run_init();
	if (pid < 0) {
		errno = -pid;
		die_errno("fresh pid and IPC namespaces");
	}
	return pid;
}

/* Waits too, so that the next request finds nobody of this one. */
static void end_init(pid_t init)
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

void run_steps(void)
{
	uint32_t steps, n;
	pid_t init;

	memset(shared, 0, sizeof(*shared));
	memset(MEMORY_BASE, 0, most_used * MEMORY_SIZE);
	most_used = 0;
	watch_begin();
	begin_events();
	steps = take_number(4);
	if (steps > MAX_STEPS)
		die(2, "the request has too many steps");
	init = make_init();
	watch_init(steps);
	for (n = 0; n < steps; n++)
		run_step(n);
	end_request();
	end_events();
	put_tasks();
	end_init(init);
	flush();
}
