// SPDX-License-Identifier: GPL-2.0-only
/*
 * A restart: tasks that make each other and play a tape each. What they wait
 * for is in memory that all share, and so are the tapes.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "frame.h"
#include "fresh.h"
#include "restore.h"
#include "tape.h"
#include "task.h"

#define LOOK_NS		100000000
#define PATIENCE_NS	600000000000LL
#define SECOND_NS	1000000000LL
#define CACHE_LINE	64

struct tally {
	uint32_t arrived, of;
	uint32_t is_full;		/* a futex */
	int64_t filled;
} __attribute__((aligned(CACHE_LINE)));

static struct {
	uint32_t go, news;		/* futexes */
	uint32_t refusals, is_refused, tape, call;
} *standing;
static struct tally *tallies;
static uint32_t tally_count;

/* What tasks do: nothing that calls into libc. */

static int64_t now(void)
{
	struct timespec time;

	raw_syscall(SYS_clock_gettime, CLOCK_MONOTONIC, (int64_t)&time, 0, 0, 0,
		    0);
	return time.tv_sec * SECOND_NS + time.tv_nsec;
}

static void set_and_wake(uint32_t *word)
{
	__atomic_store_n(word, 1, __ATOMIC_RELEASE);
	raw_syscall(SYS_futex, (int64_t)word, FUTEX_WAKE, INT_MAX, 0, 0, 0);
}

static void wait_for(uint32_t *word)
{
	while (!__atomic_load_n(word, __ATOMIC_ACQUIRE))
		futex_wait(word, 0, 0);
}

/* Whoever makes the last tally full says so to the agent. */
static void arrive(struct tally *tally)
{
	uint32_t arrived = __atomic_add_fetch(&tally->arrived, 1,
					      __ATOMIC_ACQ_REL);

	if (arrived != tally->of)
		return;
	tally->filled = now();
	set_and_wake(&tally->is_full);
	if (tally == &tallies[tally_count - 1])
		set_and_wake(&standing->news);
}

/* A thread that has said that it goes is there until it has gone. */
static void see_off(int64_t thread)
{
	int64_t pid = raw_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);

	while (!raw_syscall(SYS_tgkill, pid, thread, 0, 0, 0, 0))
		raw_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

static int64_t own_call(long nr, int64_t arg)
{
	if (nr == OWN_SEE_OFF) {
		see_off(arg);
		return 0;
	}
	if (arg < 0 || arg >= tally_count || nr > OWN_SEE_OFF)
		return -EINVAL;
	if (nr == OWN_ARRIVE)
		arrive(&tallies[arg]);
	else
		wait_for(&tallies[arg].is_full);
	return 0;
}

/* Who is refused first ends it. */
static void refuse(uint32_t tape, uint32_t call)
{
	if (__atomic_exchange_n(&standing->refusals, 1, __ATOMIC_ACQ_REL))
		return;
	standing->tape = tape;
	standing->call = call;
	__atomic_store_n(&standing->is_refused, 1, __ATOMIC_RELEASE);
	set_and_wake(&standing->news);
}

static void run_init(void)
{
	wait_for(&standing->go);
	tape_live(0);
}

/* What the agent does. */

/* The tallies come first, and find their place behind the tapes. */
static void take_plan(void)
{
	static uint32_t of[MAX_TALLIES];
	uint32_t n;

	tally_count = take_number(4);
	if (!tally_count || tally_count > MAX_TALLIES)
		die(2, "the request has no tallies, or too many");
	for (n = 0; n < tally_count; n++)
		of[n] = take_number(4);
	tape_own_call = own_call;
	tape_refused = refuse;
	take_tapes();
	if (!tape_count)
		die(2, "the request has no tape for an init");
	end_request();
	standing = tape_allocate(1, sizeof(*standing));
	tallies = tape_allocate(tally_count, sizeof(*tallies));
	for (n = 0; n < tally_count; n++)
		tallies[n].of = of[n];
}

static void await_news(pid_t init, int64_t start)
{
	while (!__atomic_load_n(&standing->news, __ATOMIC_ACQUIRE)) {
		futex_wait(&standing->news, 0, LOOK_NS);
		if (waitpid(init, NULL, WNOHANG) == init)
			die(3, "the init of a restore is dead");
		if (now() - start > PATIENCE_NS)
			die(3, "a restore does not end");
	}
}

static void put_end(int64_t ns, int64_t start)
{
	int is_refused = standing->is_refused;
	uint32_t n;

	put_number(ns, 8);
	put_number(is_refused ? standing->tape : NO_TAPE, 4);
	put_number(standing->call, 4);
	put_number(is_refused ?
		   tapes[standing->tape].results[standing->call] : 0, 8);
	for (n = 0; n < tally_count; n++)
		put_number(tallies[n].is_full ? tallies[n].filled - start : -1,
			   8);
	flush();
}

void run_restore(void)
{
	int64_t start, ns;
	pid_t init;

	take_plan();
	init = fresh_init(run_init);
	start = now();
	set_and_wake(&standing->go);
	await_news(init, start);
	ns = now() - start;
	put_end(ns, start);
	read_request();
	if (take_number(4) != REQUEST_RESTORE)
		die(2, "the request comes while a restore stands");
	end_request();
	start = now();
	fresh_end(init);
	put_number(now() - start, 8);
	flush();
	forget_tapes();
}
