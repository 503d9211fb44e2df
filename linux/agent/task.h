/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks that wait at a mailbox for their next system call, in memory that
 * every process of the agent shares.
 */
#ifndef SIDEBAND_TASK_H
#define SIDEBAND_TASK_H

#include <stdint.h>

#include "protocol.h"

#define STATUS_SIZE	4096
#define FIRST_INDEX	'@'		/* of a mailbox, as one letter */

/* At the same addresses in every process. */
#define MEMORY_BASE	((char *)0x200000000000)
#define STACKS_BASE	((char *)0x210000000000)

enum mailbox_state {
	MAILBOX_FREE,		/* no task, or a handler that does not run */
	MAILBOX_BEGUN,		/* a handler, soon to be BORN */
	MAILBOX_POSTED,		/* a call waits to be taken */
	MAILBOX_RUNNING,	/* the task is on its way into the kernel */
	MAILBOX_DONE,		/* the call returned */
	MAILBOX_BORN,		/* a new task, which has left its status */
	MAILBOX_IDLE,
	MAILBOX_GONE,		/* its task died */
};

struct mailbox {
	uint32_t state;		/* a futex */
	uint32_t nr;
	uint32_t child;		/* mailbox of what the call makes: a task, an image */
	int64_t args[MAX_ARGS];
	int64_t result;
	char status[STATUS_SIZE];
	uint32_t status_size;
	uint32_t birth;		/* how many were before it, at any mailbox */
};

struct shared {
	struct mailbox mailboxes[MAX_TASKS];
	uint32_t births;
};

extern struct shared *shared;

int64_t raw_syscall(long nr, int64_t a, int64_t b, int64_t c, int64_t d,
		    int64_t e, int64_t f);
void futex_wait(uint32_t *word, uint32_t value, long timeout_ns);
void futex_wake(uint32_t *word);
/* By its number, and by what indirect() is to find at its first argument, if that is known. */
int makes_task(uint32_t nr, const int64_t *args);
/* A call that does; `run`, which never returns, is what the task does. */
int64_t make_task(long nr, const int64_t *args, void (*run)(uint32_t),
		  uint32_t index);
_Noreturn void task_run(uint32_t index);
/* In a new image: whose execve() that was, and whose calls are made from now on. */
_Noreturn void task_go_on(uint32_t caller, uint32_t index);
extern char task_handlers[];
extern char task_restorer[];

#endif
