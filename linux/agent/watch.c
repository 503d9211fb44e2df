// SPDX-License-Identifier: GPL-2.0-only
/*
 * A step is over when every call has returned or sleeps, and whoever got a
 * signal has died of it or is in its handler. /proc/TID/stat tells: a wake-up
 * or a fatal signal shows there before the call that caused it returns.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "proc.h"
#include "task.h"
#include "watch.h"

#define SPINS		2000
#define LOOK_NS		50000		/* between looks at a task that is late */
#define PATIENCE_MS	60000
#define REAP_MS		50		/* for a wait to find a child that is dead */
#define SLOW_REAP_MS	5000		/* if it never gave up its CPU */
#define RELEASE_MS	5		/* unless a group or session holds it */
#define NO_SWITCHES	-1		/* there is no telling when it gave up its CPU */
#define EXIT_MS		50		/* for an init to find its namespace empty */
#define ASLEEP		5		/* looks, for a short sleep is no block */
#define NOBODY		MAX_TASKS

struct watched {
	long tid;		/* the number that procfs knows it by */
	long tgid;
	uint32_t step;		/* that it is in */
	int in_call;
	int is_ending;		/* the call ends a handler */
	int is_handler;		/* stands for one, whether it runs or not */
	int is_covered;		/* a handler runs on top of it */
	uint32_t below;		/* what a handler covers */
	int asleep;		/* looks in a row that found it so */
	int64_t since;		/* when its call was posted */
	int had_zombie;		/* as a child, if the call is a wait */
	long switches;		/* when its call was posted, if it had */
	int64_t gone_since;
	int is_released;	/* gone, and its number free */
	const unsigned char *loads;
	uint8_t load_count;
};

int64_t results[MAX_STEPS];

static struct watched watched[MAX_TASKS];
static uint32_t now;			/* the step that goes on */
static int is_restless;			/* others than the caller may act */
static int found_dead;

char *memory_of(uint32_t task)
{
	return MEMORY_BASE + task * MEMORY_SIZE;
}

static int64_t milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* A number of a status file: the one by which /proc knows its writer comes first. */
static long number_in(const struct mailbox *box, const char *name)
{
	size_t length = strlen(name);
	const char *line = memmem(box->status, box->status_size, name, length);

	if (!line)
		die(3, "/proc does not tell who is in it");
	return strtol(line + length, NULL, 10);
}

static int has_zombie(long tgid)
{
	struct proc_stat stat;
	uint32_t task;

	for (task = 0; task < MAX_TASKS; task++) {
		if (!watched[task].tid || watched[task].is_released)
			continue;
		stat = proc_stat(watched[task].tid);
		if (stat.letter == 'Z' && stat.ppid == tgid)
			return 1;
	}
	return 0;
}

/*
 * do_wait() is TASK_INTERRUPTIBLE while it looks at the children and releases
 * one: whoever reaps looks asleep, for as long as that takes. Who sleeps has
 * given up its CPU. Who did that may have waited for a lock, before it reaped.
 */
static int may_reap(const struct watched *w)
{
	int64_t elapsed = milliseconds() - w->since;

	return w->had_zombie && elapsed < SLOW_REAP_MS &&
	       (elapsed < REAP_MS || proc_switches(w->tid) == w->switches);
}

static uint32_t state_of(uint32_t task)
{
	return __atomic_load_n(&shared->mailboxes[task].state,
			       __ATOMIC_ACQUIRE);
}

static void put_born(uint32_t step, uint32_t task)
{
	struct mailbox *box = &shared->mailboxes[task];

	watched[task].tid = number_in(box, "\nNSpid:\t");
	watched[task].tgid = number_in(box, "\nTgid:\t");
	put_event(step, EVENT_BORN, task, box->status_size);
	put(box->status, box->status_size);
	box->state = MAILBOX_IDLE;
}

static void wait_for_birth(uint32_t step, uint32_t child)
{
	int64_t late = milliseconds() + PATIENCE_MS;

	while (state_of(child) != MAILBOX_BORN) {
		if (milliseconds() > late)
			die(3, "a new task never came to its mailbox");
		futex_wait(&shared->mailboxes[child].state, state_of(child),
			   LOOK_NS);
	}
	put_born(step, child);
}

/* The mailbox of a handler is left before its rt_sigreturn(). */
static int is_ended(uint32_t task)
{
	return watched[task].is_ending && state_of(task) != MAILBOX_POSTED;
}

static void handler_ends(uint32_t task)
{
	struct watched *w = &watched[task];

	results[w->step] = 0;
	put_event(w->step, EVENT_DONE, 0, 0);
	w->in_call = 0;
	w->is_ending = 0;
	w->tid = 0;
	if (w->below != NOBODY)
		watched[w->below].is_covered = 0;
}

static int is_begun(uint32_t task)
{
	return watched[task].is_handler && state_of(task) == MAILBOX_BORN;
}

/* On one thread others may have begun since the last look: the upper ones later. */
static uint32_t first_begun(uint32_t task)
{
	uint32_t first = task, other;

	for (other = 0; other < MAX_TASKS; other++)
		if (is_begun(other) && shared->mailboxes[other].birth <
				       shared->mailboxes[first].birth)
			first = other;
	return first;
}

/* What its thread did until a signal came is covered by the handler. */
static void handler_begins(uint32_t task)
{
	struct watched *w = &watched[task];
	uint32_t other;

	/* What this begins upon may have ended just before, and made way. */
	for (other = 0; other < MAX_TASKS; other++)
		if (is_ended(other))
			handler_ends(other);
	put_born(now, task);
	w->below = NOBODY;
	for (other = 0; other < MAX_TASKS; other++) {
		if (other == task || watched[other].tid != w->tid ||
		    watched[other].is_covered || state_of(other) == MAILBOX_FREE)
			continue;
		watched[other].is_covered = 1;
		watched[other].asleep = 0;
		w->below = other;
	}
}

uint32_t task_below(uint32_t task)
{
	while (watched[task].is_handler && watched[task].below != NOBODY)
		task = watched[task].below;
	return task;
}

static void put_gone(uint32_t task)
{
	is_restless = 1;
	put_event(watched[task].step, EVENT_GONE, 0, 0);
	shared->mailboxes[task].state = MAILBOX_GONE;
	watched[task].in_call = 0;
	watched[task].is_ending = 0;
}

/* Its group is one task now, with the number of its leader and no handlers. */
static void put_image(uint32_t caller)
{
	uint32_t task = task_below(caller), other;
	struct watched old = watched[task];

	for (other = 0; other < MAX_TASKS; other++) {
		struct watched *w = &watched[other];

		if (!w->tid || w->tgid != old.tgid)
			continue;
		if (w->in_call)
			put_gone(other);
		shared->mailboxes[other].state = MAILBOX_GONE;
		w->is_covered = 0;
		w->tid = 0;
	}
	for (other = caller; other != task; other = watched[other].below)
		shared->mailboxes[other].state = MAILBOX_FREE;
	watched[task] = (struct watched){
		.tid = number_in(&shared->mailboxes[caller], "\nNSpid:\t"),
		.tgid = old.tgid,
		.step = now,
	};
	memset(memory_of(task), 0, MEMORY_SIZE);
	shared->mailboxes[task].state = MAILBOX_IDLE;
}

static void put_done(uint32_t task)
{
	struct mailbox *box = &shared->mailboxes[task];
	struct watched *w = &watched[task];
	uint16_t where[2], total = 0;
	uint8_t n;

	for (n = 0; n < w->load_count; n++) {
		memcpy(where, w->loads + 4 * n, 4);
		total += where[1];
	}
	results[w->step] = box->result;
	put_event(w->step, EVENT_DONE, box->result, total);
	for (n = 0; n < w->load_count; n++) {
		memcpy(where, w->loads + 4 * n, 4);
		put(memory_of(task) + where[0], where[1]);
	}
	box->state = MAILBOX_IDLE;
	w->in_call = 0;
	if (box->result > 0 && makes_task(box->nr, box->args))
		wait_for_birth(w->step, box->child);
	if (box->result == 0 && box->nr == SYS_execve)
		put_image(task);
}

/* One look at a task that has a call: 1 if anything is new, or soon will be. */
static int look_at_call(uint32_t task)
{
	struct mailbox *box = &shared->mailboxes[task];
	struct watched *w = &watched[task];
	uint32_t state = state_of(task);
	struct proc_stat stat;
	char letter;
	int n, in_kernel;

	if (!w->asleep && !w->is_covered)
		for (n = 0; n < SPINS && state != MAILBOX_DONE; n++)
			state = state_of(task);
	if (state == MAILBOX_DONE) {
		put_done(task);
		return 1;
	}
	stat = proc_stat(w->tid);
	letter = stat.letter;
	/*
	 * Who execs leaves its number for that of its leader, who dies of it, and
	 * has the number that was left until it is released: exchange_tids().
	 */
	if ((letter == 'X' || letter == 'Z') && box->nr == SYS_execve)
		letter = proc_stat(w->tgid).letter;
	if (letter == 'Z' || letter == 'X') {
		/* It may die of what its rt_sigreturn() let in. */
		if (is_ended(task))
			handler_ends(task);
		else
			put_gone(task);
		return 1;
	}
	if (w->is_covered)
		return 0;
	/*
	 * Between RUNNING and its call a task runs; asleep, it is in the call. An
	 * init that was killed before sleeps as well, and never takes the call.
	 */
	state = state_of(task);
	in_kernel = state == MAILBOX_RUNNING || (stat.flags & PF_EXITING);
	if (letter == 'S' && in_kernel) {
		if (w->asleep > ASLEEP && !may_reap(w))
			return 0;
		w->asleep++;
	} else {
		w->asleep = 0;
	}
	if (state != MAILBOX_DONE)
		futex_wait(&box->state, state, LOOK_NS);
	return 1;
}

static int look_at(uint32_t task)
{
	if (is_ended(task)) {
		handler_ends(task);
		return 1;
	}
	if (is_begun(task)) {
		handler_begins(first_begun(task));
		return 1;
	}
	return watched[task].in_call ? look_at_call(task) : 0;
}

/*
 * Somebody died: a parent that sleeps in its wait4 is woken, and looks asleep
 * once more while it finds out who. It may also wait for another, and sleep on.
 */
static void expect_reaps(void)
{
	uint32_t task;

	for (task = 0; task < MAX_TASKS; task++) {
		struct watched *w = &watched[task];

		if (!w->in_call || w->is_covered ||
		    shared->mailboxes[task].nr != SYS_wait4 ||
		    !has_zombie(w->tgid))
			continue;
		w->had_zombie = 1;
		w->since = milliseconds();
		w->switches = NO_SWITCHES;
	}
}

/* free_pid() comes a little after the task has left /proc. */
static int is_released(struct watched *w)
{
	if (!w->gone_since)
		w->gone_since = milliseconds();
	if (syscall(SYS_pidfd_open, w->tid, 0) < 0 && errno == ESRCH)
		w->is_released = 1;
	else if (milliseconds() - w->gone_since > RELEASE_MS)
		w->is_released = 1;
	return w->is_released;
}

/*
 * Does anybody run, or die? An init that exits sleeps until its namespace is
 * empty, which may need a parent outside of it: then nobody else moves.
 */
static int is_moving(int64_t *quiet_since)
{
	int is_exiting = 0, dead = 0, exits;
	struct proc_stat stat;
	uint32_t task;

	/*
	 * exit_notify() holds the lock that this takes: of whoever was found
	 * dead before, it is over.
	 */
	setpgid(0, 0);
	for (task = 0; task < MAX_TASKS; task++) {
		if (!watched[task].tid)
			continue;
		if (watched[task].is_released) {
			dead++;
			continue;
		}
		stat = proc_stat(watched[task].tid);
		if (stat.letter == 'X' && !is_released(&watched[task]))
			return 1;
		if (stat.letter == 'Z' || stat.letter == 'X') {
			dead++;
			continue;
		}
		/*
		 * On its way to sleep a task looks asleep before it finds out
		 * that a signal has come meanwhile.
		 */
		exits = (stat.flags & PF_EXITING) != 0;
		is_exiting |= exits;
		if (stat.letter != 'S' ||
		    (!exits && proc_has_signal(watched[task].tid))) {
			*quiet_since = milliseconds();
			return 1;
		}
	}
	if (dead != found_dead) {
		found_dead = dead;
		expect_reaps();
		*quiet_since = milliseconds();
		return 1;
	}
	return is_exiting && milliseconds() - *quiet_since < EXIT_MS;
}

static void settle(void)
{
	int64_t quiet_since = milliseconds(), late = quiet_since + PATIENCE_MS;
	int news, moves;
	uint32_t task;

	do {
		/* First who moves: what it did last is found by the looks. */
		moves = is_restless && is_moving(&quiet_since);
		news = 0;
		for (task = 0; task < MAX_TASKS; task++)
			news |= look_at(task);
		if (moves && !news)
			sched_yield();
		if (milliseconds() > late)
			die(3, "a call neither returned nor slept");
	} while (news || moves);
}

/* By a signal, or an init is let go that waited for who is reaped. */
static int may_rouse(uint32_t nr)
{
	return nr == SYS_kill || nr == SYS_tgkill || nr == SYS_rt_sigreturn ||
	       nr == SYS_rt_sigprocmask || nr == SYS_exit ||
	       nr == SYS_exit_group || nr == SYS_execve || nr == SYS_wait4;
}

void watch_begin(void)
{
	memset(watched, 0, sizeof(watched));
	memset(results, 0, sizeof(results));
	found_dead = 0;
}

void watch_init(uint32_t step)
{
	wait_for_birth(step, 0);
}

enum standing standing_of(uint32_t task)
{
	switch (state_of(task)) {
	case MAILBOX_FREE:
	case MAILBOX_GONE:
		return STANDS_GONE;
	case MAILBOX_IDLE:
		if (!watched[task].is_covered)
			return STANDS_FREE;
		return proc_is_dead(watched[task].tid) ? STANDS_GONE : STANDS_BUSY;
	default:
		return STANDS_BUSY;
	}
}

void watch_call(uint32_t task, uint32_t step, const unsigned char *loads,
		uint8_t load_count)
{
	struct mailbox *box = &shared->mailboxes[task];
	struct watched *w = &watched[task];

	now = step;
	w->step = step;
	w->loads = loads;
	w->load_count = load_count;
	w->in_call = 1;
	w->asleep = 0;
	w->since = milliseconds();
	w->had_zombie = box->nr == SYS_wait4 && has_zombie(w->tgid);
	if (w->had_zombie)
		w->switches = proc_switches(w->tid);
	w->is_ending = box->nr == SYS_rt_sigreturn;
	if (w->is_ending && !w->is_handler)
		die(2, "the request ends a handler that is none");
	if (box->nr == SYS_rt_sigaction && box->child)
		watched[box->child].is_handler = 1;
	is_restless = may_rouse(box->nr);
	__atomic_store_n(&box->state, MAILBOX_POSTED, __ATOMIC_RELEASE);
	futex_wake(&box->state);
	settle();
	if (w->in_call && w->step == step)
		put_event(step, EVENT_BLOCKED, 0, 0);
}

void put_tasks(void)
{
	char status[STATUS_SIZE];
	uint32_t count = 0, task;
	ssize_t size;

	for (task = 0; task < MAX_TASKS; task++)
		count += watched[task].tid && !watched[task].is_handler;
	put_number(count, 4);
	for (task = 0; task < MAX_TASKS; task++) {
		if (!watched[task].tid || watched[task].is_handler)
			continue;
		size = proc_read(watched[task].tid, "status", status,
				 sizeof(status));
		put_number(task, 1);
		put_number(0, 1);
		put_number(size, 2);
		put(status, size);
	}
}
