/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of the calls that tasks were given. */
#ifndef SIDEBAND_WATCH_H
#define SIDEBAND_WATCH_H

#include <stdint.h>
#include <sys/types.h>

#include "protocol.h"

/* How a step's task stands before it: can it take the call? */
enum standing {
	STANDS_FREE,
	STANDS_BUSY,
	STANDS_GONE,
};

extern int64_t results[MAX_STEPS];

/* Forgets the tasks of the last request. */
void watch_begin(void);
/* Waits for the first task of a request to come to its mailbox. */
void watch_init(uint32_t step);
enum standing standing_of(uint32_t task);
/* The call of `step` is in the task's mailbox; posts it and waits until all rest. */
void watch_call(uint32_t task, uint32_t step, const unsigned char *loads,
		uint8_t load_count);
/* The last part of a reply: who is left. */
void put_tasks(void);
char *memory_of(uint32_t task);
/* The task that a handler runs on, or itself. */
uint32_t task_below(uint32_t task);

#endif
