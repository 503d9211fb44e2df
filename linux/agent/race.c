// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks that race: nobody says whose call is next. What each does is a tree,
 * which has an edge for each result that is allowed; so where a task ends says
 * what all of its calls returned.
 *
 * All tasks share memory, processes too, as with vfork(): what is raced for is
 * in the kernel, and copying page tables would take longer than the race. They
 * use no libc.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "protocol.h"
#include "race.h"
#include "task.h"

#define RACER_STACK	16384
#define INIT		MAX_RACERS	/* index of its stack */
#define PATIENCE	20		/* seconds */
#define SPINS		1000
#define MOST_DESCRIPTORS	64	/* of the agent's */
#define A_THREAD	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
			 CLONE_THREAD | CLONE_SYSVSEM)

struct edge {
	int64_t result;
	uint32_t next;
};

struct store {
	uint16_t offset;
	uint16_t length;
	unsigned char *bytes;
};

struct node {
	uint16_t nr;
	uint8_t args;
	uint8_t stores;
	uint32_t edges;
	uint8_t kinds[MAX_ARGS];
	int64_t values[MAX_ARGS];
	struct store *store;
	struct edge *edge;
};

struct racer {
	uint32_t process;
	uint32_t first;
	uint32_t end;
	int64_t result;
	uint64_t random;
};

struct outcome {
	uint32_t runs;
	uint32_t ends[MAX_RACERS];
	int64_t results[MAX_RACERS];
};

static struct racer racers[MAX_RACERS];
static struct node *nodes;
static struct outcome *outcomes;
static uint32_t racer_count, node_count, outcome_count, mode;
static char stacks[MAX_RACERS + 1][RACER_STACK] __attribute__((aligned(16)));
static cpu_set_t cpus;
/* Of this run: whose turn it is to be made, who is ready, who is done. */
static uint32_t made, ready, done;

static void *allocate(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		die_errno("calloc");
	return p;
}

static void take_node(struct node *node)
{
	uint32_t n;

	node->nr = take_number(2);
	node->args = take_number(1);
	node->stores = take_number(1);
	node->edges = take_number(4);
	if (node->args > MAX_ARGS)
		die(2, "the request has a call with too many arguments");
	for (n = 0; n < node->args; n++) {
		node->kinds[n] = take_number(1);
		node->values[n] = take_number(8);
		if (node->kinds[n] != ARG_NUMBER && node->kinds[n] != ARG_MEMORY)
			die(2, "the request has an argument that is none");
	}
	node->store = allocate(node->stores, sizeof(*node->store));
	for (n = 0; n < node->stores; n++) {
		node->store[n].offset = take_number(2);
		node->store[n].length = take_number(2);
		node->store[n].bytes = allocate(node->store[n].length, 1);
		memcpy(node->store[n].bytes, take(node->store[n].length),
		       node->store[n].length);
		if (node->store[n].offset + node->store[n].length > MEMORY_SIZE)
			die(2, "the request stores beyond the memory of a task");
	}
	if (node->edges > MAX_OUTCOMES)
		die(2, "the request has too many edges");
	node->edge = allocate(node->edges, sizeof(*node->edge));
	for (n = 0; n < node->edges; n++) {
		node->edge[n].result = take_number(8);
		node->edge[n].next = take_number(4);
		if (node->edge[n].next < RACE_END &&
		    node->edge[n].next >= node_count)
			die(2, "the request has an edge to nowhere");
	}
}

static void take_races(void)
{
	struct racer *racer;
	uint32_t n;

	racer_count = take_number(4);
	node_count = take_number(4);
	if (!racer_count || racer_count > MAX_RACERS || node_count > MAX_NODES)
		die(2, "the request has too many tasks or nodes");
	for (n = 0; n < racer_count; n++) {
		racer = &racers[n];
		racer->process = take_number(4);
		racer->first = take_number(4);
		if (racer->process > n ||
		    racers[racer->process].process != racer->process)
			die(2, "the request names a task that can't be");
		if (racer->first < RACE_END && racer->first >= node_count)
			die(2, "the request begins nowhere");
	}
	nodes = allocate(node_count, sizeof(*nodes));
	for (n = 0; n < node_count; n++)
		take_node(&nodes[n]);
	end_request();
}

/* Marsaglia's xorshift. */
static uint64_t draw(struct racer *racer)
{
	racer->random ^= racer->random << 13;
	racer->random ^= racer->random >> 7;
	racer->random ^= racer->random << 17;
	return racer->random;
}

/* Mostly a little, now and then much; sometimes whoever waits for the CPU has it. */
static void be_held_up(struct racer *racer)
{
	uint64_t random = draw(racer);
	volatile uint64_t spins = random >> 32 & ((1 << (random & 15)) - 1);

	if ((random >> 4 & 7) == 0)
		raw_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
	while (spins)
		spins--;
}

/* Without a system call as long as the others are likely to be running. */
static void wait_for(const uint32_t *count, uint32_t least)
{
	uint32_t spins = 0;

	while (__atomic_load_n(count, __ATOMIC_ACQUIRE) < least)
		if (mode == MODE_TOGETHER || ++spins > SPINS)
			raw_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

static uint32_t nth_cpu(uint32_t n)
{
	uint32_t cpu = 0;

	for (n %= CPU_COUNT(&cpus); ; cpu++)
		if (CPU_ISSET(cpu, &cpus) && !n--)
			return cpu;
}

static void choose_cpu(uint32_t index)
{
	cpu_set_t set = cpus;

	if (mode != MODE_FREE) {
		CPU_ZERO(&set);
		CPU_SET(nth_cpu(mode == MODE_APART ? index : 0), &set);
	}
	raw_syscall(SYS_sched_setaffinity, 0, sizeof(set), (int64_t)&set, 0, 0,
		    0);
}

/* A child of a racer: only there. */
static void idle(uint32_t unused)
{
	(void)unused;
	for (;;)
		raw_syscall(SYS_pause, 0, 0, 0, 0, 0, 0);
}

static int64_t make_call(const struct node *node, char *memory)
{
	int64_t a[MAX_ARGS] = { 0 }, result;
	uint32_t n;

	for (n = 0; n < node->stores; n++)
		memcpy(memory + node->store[n].offset, node->store[n].bytes,
		       node->store[n].length);
	for (n = 0; n < node->args; n++)
		a[n] = node->kinds[n] == ARG_MEMORY ?
			(int64_t)memory + node->values[n] : node->values[n];
	if (makes_task(node->nr, a))
		return make_task(node->nr, a, idle, 0);
	result = raw_syscall(node->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (node->nr == SYS_timer_create && !result)
		result = *(int32_t *)a[2];
	return result;
}

static void race(uint32_t index)
{
	struct racer *racer = &racers[index];
	char *memory = MEMORY_BASE + index * MEMORY_SIZE;
	uint32_t at = racer->first, n;
	const struct node *node;

	while (at < RACE_END) {
		node = &nodes[at];
		be_held_up(racer);
		racer->result = make_call(node, memory);
		for (n = 0; n < node->edges; n++)
			if (node->edge[n].result == racer->result)
				break;
		if (n == node->edges)
			break;
		at = node->edge[n].next;
	}
	racer->end = at;
}

static void make_those_of(uint32_t process);

static void begin(uint32_t index)
{
	choose_cpu(index);
	__atomic_fetch_add(&made, 1, __ATOMIC_ACQ_REL);
	make_those_of(index);
	__atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
	wait_for(&ready, racer_count);
	race(index);
	__atomic_fetch_add(&done, 1, __ATOMIC_ACQ_REL);
	futex_wake(&done);
	idle(0);
}

/* In their order, so that numbers are the same in each run: of a process, or, for init, all leaders. */
static void make_those_of(uint32_t process)
{
	int64_t args[5] = { 0 };
	uint32_t n;

	for (n = 0; n < racer_count; n++) {
		int leads = racers[n].process == n;

		if (process == INIT ? !leads : leads || racers[n].process != process)
			continue;
		wait_for(&made, n);
		args[0] = leads ? CLONE_VM | SIGCHLD : A_THREAD;
		args[1] = (int64_t)stacks[n] + RACER_STACK;
		make_task(SYS_clone, args, begin, n);
	}
}

/* Its children find no descriptor open, as those of the model do. */
static void run_init(uint32_t unused)
{
	int fd;

	(void)unused;
	if (raw_syscall(SYS_close_range, 0, ~0U, 0, 0, 0, 0) < 0)
		for (fd = 0; fd < MOST_DESCRIPTORS; fd++)
			raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	make_those_of(INIT);
	for (;;) {
		uint32_t count = __atomic_load_n(&done, __ATOMIC_ACQUIRE);

		if (count == racer_count)
			break;
		futex_wait(&done, count, 0);
	}
	raw_syscall(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

static void count_outcome(void)
{
	struct outcome *outcome;
	uint32_t n, i;

	for (n = 0; n < outcome_count; n++) {
		outcome = &outcomes[n];
		for (i = 0; i < racer_count; i++)
			if (outcome->ends[i] != racers[i].end ||
			    outcome->results[i] != racers[i].result)
				break;
		if (i == racer_count) {
			outcome->runs++;
			return;
		}
	}
	if (outcome_count == MAX_OUTCOMES)
		die(3, "more outcomes are seen than can be counted");
	outcome = &outcomes[outcome_count++];
	outcome->runs = 1;
	for (i = 0; i < racer_count; i++) {
		outcome->ends[i] = racers[i].end;
		outcome->results[i] = racers[i].result;
	}
}

static volatile sig_atomic_t late;

static void give_up(int sig)
{
	(void)sig;
	late = 1;
}

static void run_once(uint64_t seed)
{
	const int64_t args[5] = {
		CLONE_VM | CLONE_NEWPID | CLONE_NEWIPC | SIGCHLD,
		(int64_t)stacks[INIT] + RACER_STACK,
	};
	int64_t pid;
	uint32_t n;

	made = ready = done = 0;
	memset(MEMORY_BASE, 0, racer_count * MEMORY_SIZE);
	for (n = 0; n < racer_count; n++) {
		racers[n].end = RACE_STUCK;
		racers[n].result = 0;
		/* Knuth's multiplier: neighbours get numbers that are not alike. */
		racers[n].random = ((seed + 1) * MAX_RACERS + n) *
				   6364136223846793005ull | 1;
		draw(&racers[n]);
	}
	pid = make_task(SYS_clone, args, run_init, 0);
	if (pid < 0) {
		errno = -pid;
		die_errno("fresh pid and IPC namespaces");
	}
	alarm(PATIENCE);
	while (waitpid(pid, NULL, 0) != pid)
		if (late)
			kill(pid, SIGKILL);
	alarm(0);
	count_outcome();
}

static void put_outcomes(void)
{
	uint32_t n, i;

	put_number(outcome_count, 4);
	for (n = 0; n < outcome_count; n++) {
		put_number(outcomes[n].runs, 4);
		for (i = 0; i < racer_count; i++) {
			put_number(outcomes[n].ends[i], 4);
			put_number(outcomes[n].results[i], 8);
		}
	}
}

static void release(void)
{
	uint32_t n, i;

	for (n = 0; n < node_count; n++) {
		for (i = 0; i < nodes[n].stores; i++)
			free(nodes[n].store[i].bytes);
		free(nodes[n].store);
		free(nodes[n].edge);
	}
	free(nodes);
	free(outcomes);
}

void run_races(void)
{
	struct sigaction action = { .sa_handler = give_up };
	uint32_t runs = take_number(4), n;
	uint64_t seed = take_number(8);

	mode = take_number(4);
	if (mode > MODE_TOGETHER)
		die(2, "the request has a mode that is none");
	take_races();
	outcomes = allocate(MAX_OUTCOMES, sizeof(*outcomes));
	outcome_count = 0;
	late = 0;
	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		die_errno("sched_getaffinity");
	sigaction(SIGALRM, &action, NULL);	/* interrupts waitpid() */
	/* What is stuck once is likely to be again, and each time we wait long. */
	for (n = 0; n < runs && !late; n++)
		run_once(seed + n);
	put_outcomes();
	release();
	flush();
}
