// SPDX-License-Identifier: GPL-2.0-only
/* Steps, run one after the other by tasks in fresh namespaces. */
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include "frame.h"
#include "fresh.h"
#include "steps.h"
#include "task.h"
#include "watch.h"

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

static void run_init(void)
{
	task_run(0);
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
	init = fresh_init(run_init);
	watch_init(steps);
	for (n = 0; n < steps; n++)
		run_step(n);
	end_request();
	end_events();
	put_tasks();
	fresh_end(init);
	flush();
}
