/* SPDX-License-Identifier: GPL-2.0-only */
/* Tapes: the calls of a task as data, with slots for results, and the loop that plays them. */
#ifndef SIDEBAND_TAPE_H
#define SIDEBAND_TAPE_H

#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

struct tape_call {
	long nr;
	uint32_t child;			/* tape of the task that it makes, or NO_TAPE */
	uint32_t is_checked;
	int64_t expects;
	const int64_t *args[MAX_ARGS];
	int64_t own[MAX_ARGS];		/* of those arguments that no call returns */
};

struct tape {
	struct tape_call *calls;
	int64_t *results;
	uint32_t count;
};

extern struct tape *tapes;
extern uint32_t tape_count;

/* Calls that are none of the kernel's, of who has any. */
extern int64_t (*tape_own_call)(long nr, int64_t arg);
/* Is told, by a task that was made, which call of which tape was refused. */
extern void (*tape_refused)(uint32_t tape, uint32_t call);

/* Those of the request. */
void take_tapes(void);
/* In memory that all tasks share. */
void *tape_allocate(size_t count, size_t size);
void forget_tapes(void);
/* Plays all of one, and then nothing more. */
void tape_live(uint32_t index);
/* Plays calls from one to before another; how far it came before one was refused. */
uint32_t tape_play(const struct tape *tape, uint32_t from, uint32_t to);
/* The same, but its calls are not made: they return what they expect. */
struct tape tape_emptied(const struct tape *tape);

#endif
