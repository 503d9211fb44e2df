// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frame.h"
#include "tape.h"
#include "task.h"

#define NO_CALL		(-1)
#define ROOM		(1ul << 30)
#define ALIGNED		64

struct tape *tapes;
uint32_t tape_count;
int64_t (*tape_own_call)(long nr, int64_t arg);
void (*tape_refused)(uint32_t tape, uint32_t call);

static const int64_t zero;
static char *room, *stacks, *mapped, *mapped_stacks;
static size_t room_left, stacks_left;

static char *map(int sharing, size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       sharing | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		die_errno("mmap");
	return p;
}

/* Shared by all tasks, so that no fork has to copy page tables for it. */
void *tape_allocate(size_t count, size_t size)
{
	size_t bytes = (count * size + ALIGNED - 1) / ALIGNED * ALIGNED;

	if (bytes > room_left)
		die(2, "the request has more tapes than there is room for");
	room_left -= bytes;
	room += bytes;
	return room - bytes;
}

/*
 * Touched, so that the page fault is not its user's; but not for a restore,
 * of whose many stacks each fork would have the pages to copy.
 */
static char *take_stack(void)
{
	char *stack;

	if (!stacks_left--)
		die(2, "the request makes more threads than there are stacks");
	stack = stacks + stacks_left * TAPE_STACK_SIZE;
	if (!tape_own_call)
		stack[TAPE_STACK_SIZE - 1] = 0;
	return stack;
}

static int64_t value_of(uint8_t kind, uint64_t value, char *memory, uint32_t size)
{
	switch (kind) {
	case ARG_NUMBER:
		return value;
	case ARG_MEMORY:
		if (value < size)
			return (int64_t)(memory + value);
		break;
	case ARG_STACK:
		return (int64_t)take_stack();
	case ARG_STACK_END:
		return (int64_t)take_stack() + TAPE_STACK_SIZE;
	}
	die(2, "the request has an argument that is none");
}

static void take_pointer(char *memory, uint32_t size)
{
	uint32_t at = take_number(4);
	uint8_t kind = take_number(1);
	int64_t value = value_of(kind, take_number(8), memory, size);

	if (at > size || size - at < sizeof(value))
		die(2, "the request has a pointer beyond its memory");
	memcpy(memory + at, &value, sizeof(value));
}

static void take_call(struct tape *tape, uint32_t n, char *memory, uint32_t size)
{
	struct tape_call *call = &tape->calls[n];
	uint64_t value;
	uint8_t args, kind, i;

	call->nr = take_number(2);
	args = take_number(1);
	call->is_checked = take_number(1);
	call->child = take_number(4);
	call->expects = take_number(8);
	if (call->nr >= OWN_ARRIVE && !tape_own_call)
		die(2, "the request has a call that none but a restore has");
	if (args > MAX_ARGS)
		die(2, "the request has a call with too many arguments");
	for (i = 0; i < args; i++) {
		kind = take_number(1);
		value = take_number(8);
		call->args[i] = &call->own[i];
		if (kind != ARG_RESULT)
			call->own[i] = value_of(kind, value, memory, size);
		else if (value < n)
			call->args[i] = &tape->results[value];
		else
			die(2, "the request uses what no call has returned");
	}
	for (; i < MAX_ARGS; i++)
		call->args[i] = &zero;
}

static void take_tape(struct tape *tape)
{
	uint32_t size, pointers, n;
	char *memory;

	tape->count = take_number(4);
	size = take_number(4);
	pointers = take_number(4);
	if (tape->count > MAX_CALLS || size > MAX_FRAME)
		die(2, "the request has a tape that is too long");
	tape->calls = tape_allocate(tape->count, sizeof(*tape->calls));
	tape->results = tape_allocate(tape->count, sizeof(*tape->results));
	memory = tape_allocate(size, 1);
	memcpy(memory, take(size), size);
	while (pointers--)
		take_pointer(memory, size);
	for (n = 0; n < tape->count; n++) {
		take_call(tape, n, memory, size);
		if (tape->calls[n].child != NO_TAPE &&
		    (tape->calls[n].child >= tape_count ||
		     !makes_task(tape->calls[n].nr, NULL)))
			die(2, "the request names a tape that can't be");
	}
}

void take_tapes(void)
{
	uint32_t n;

	tape_count = take_number(4);
	if (tape_count > MAX_TAPES)
		die(2, "the request has too many tapes");
	room = map(MAP_SHARED, room_left = ROOM);
	stacks_left = MAX_TAPES;
	/* What is shared is not copied on write where a tape has forked before. */
	stacks = map(tape_own_call ? MAP_PRIVATE : MAP_SHARED,
		     stacks_left * TAPE_STACK_SIZE);
	mapped = room;
	mapped_stacks = stacks;
	tapes = tape_allocate(tape_count, sizeof(*tapes));
	for (n = 0; n < tape_count; n++)
		take_tape(&tapes[n]);
}

void forget_tapes(void)
{
	munmap(mapped, ROOM);
	munmap(mapped_stacks, MAX_TAPES * TAPE_STACK_SIZE);
}

void tape_live(uint32_t index)
{
	uint32_t played = tape_play(&tapes[index], 0, tapes[index].count);

	if (played < tapes[index].count && tape_refused)
		tape_refused(index, played);
	for (;;)
		raw_syscall(SYS_pause, 0, 0, 0, 0, 0, 0);
}

static int64_t make_call(const struct tape_call *call)
{
	const int64_t *const *a = call->args;

	if (call->nr == NO_CALL)
		return call->expects;
	if (call->nr >= OWN_ARRIVE)
		return tape_own_call(call->nr, *a[0]);
	if (call->child != NO_TAPE) {
		int64_t args[] = { *a[0], *a[1], *a[2], *a[3], *a[4] };

		return make_task(call->nr, args, tape_live, call->child);
	}
	return raw_syscall(call->nr, *a[0], *a[1], *a[2], *a[3], *a[4], *a[5]);
}

uint32_t tape_play(const struct tape *tape, uint32_t from, uint32_t to)
{
	const struct tape_call *call = tape->calls + from;
	int64_t result;
	uint32_t n;

	for (n = from; n < to; n++, call++) {
		result = make_call(call);
		tape->results[n] = result;
		if (call->is_checked ? result != call->expects : result < 0)
			break;
	}
	return n;
}

struct tape tape_emptied(const struct tape *tape)
{
	struct tape empty = *tape;
	uint32_t n;

	empty.calls = tape_allocate(tape->count, sizeof(*empty.calls));
	memcpy(empty.calls, tape->calls, tape->count * sizeof(*empty.calls));
	for (n = 0; n < empty.count; n++)
		empty.calls[n].nr = NO_CALL;
	return empty;
}
