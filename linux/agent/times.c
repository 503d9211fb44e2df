// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each request in a new image, so that where its code and stack lie differs
 * from one to the next (Mytkowicz et al., ASPLOS 2009); and each play in fresh
 * namespaces, so that ids begin anew and nothing has to be cleaned up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "tape.h"
#include "task.h"
#include "times.h"

#define MOST_ENVIRONMENT	65536
#define PATIENCE		60	/* seconds */
#define STANDARD		3	/* descriptors of stdin and the like */

struct play {
	uint32_t tape;
	uint32_t levels;
	uint32_t laps;
	uint32_t ends[MAX_LAPS];
	uint32_t made;			/* calls */
	uint32_t preempted;
	uint64_t with[MAX_LAPS], without[MAX_LAPS];
};

static struct play *plays;			/* shared: no fork has them to copy */
static char stacks[MAX_LEVELS + 1][65536];	/* of tasks that we wait for */
static uint32_t depth;				/* of the one that runs */
static uint32_t environment, clock_kind;
static int request;
static pid_t image;

/* As vfork() has it, but for the stack: goes on when the task is gone or a new image. */
static pid_t make(int flags, void (*run)(uint32_t), uint32_t index)
{
	const int64_t args[] = {
		CLONE_VM | CLONE_VFORK | SIGCHLD | flags,
		(int64_t)(stacks[depth] + sizeof(stacks[depth])), 0, 0, 0
	};
	pid_t pid = make_task(SYS_clone, args, run, index);

	if (pid < 0) {
		errno = -pid;
		die_errno("fresh pid and IPC namespaces");
	}
	return pid;
}

static void become(uint32_t unused)
{
	static char number[16], filler[MOST_ENVIRONMENT + 1];
	char *kind = clock_kind == CLOCK_TICKS ? "ticks" : "times";
	char *argv[] = { "agent", kind, number, NULL };
	char *env[] = { filler, NULL };

	(void)unused;
	memset(filler, 'x', environment);
	filler[environment] = '\0';
	snprintf(number, sizeof(number), "%d", request);
	execve("/proc/self/exe", argv, env);
	_exit(3);
}

static void give_up(int sig)
{
	(void)sig;
	kill(image, SIGKILL);
}

void run_times(void)
{
	int status;

	environment = take_number(4);
	clock_kind = take_number(4);
	if (environment > MOST_ENVIRONMENT)
		die(2, "the request has too large an environment");
	request = memfd_create("request", 0);
	if (request < 0)
		die_errno("memfd_create");
	leave_request(request);
	image = make(0, become, 0);
	signal(SIGALRM, give_up);
	alarm(PATIENCE);
	while (waitpid(image, &status, 0) != image)
		;
	alarm(0);
	if (WIFSIGNALED(status))
		die(3, "a tape does not end");
	if (status)
		exit(WEXITSTATUS(status));
	find_reply(request);
	close(request);
	flush();
}

/* The last one that we may use: the harness is more often on the first. */
static void stay_on_one_cpu(void)
{
	cpu_set_t all, one;
	int cpu;

	if (sched_getaffinity(0, sizeof(all), &all))
		return;
	for (cpu = CPU_SETSIZE - 1; cpu > 0; cpu--)
		if (CPU_ISSET(cpu, &all))
			break;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static uint64_t now(void)
{
	struct timespec t;

	if (clock_kind == CLOCK_TICKS)
		return __builtin_ia32_rdtsc();
	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* How many calls were made; all, or those before one that was refused. */
static uint32_t play_laps(const struct play *play, const struct tape *tape,
			  uint64_t *ns)
{
	uint32_t lap, made = 0, from;
	uint64_t begun;

	for (lap = 0; lap < play->laps; lap++) {
		from = made;
		begun = now();
		made = tape_play(tape, from, play->ends[lap]);
		ns[lap] = now() - begun;
		if (made < play->ends[lap])
			break;
	}
	return made;
}

/* The init of namespaces of its own; so are all that are around it. */
static void play_one(uint32_t index)
{
	struct play *play = &plays[index];
	const struct tape *tape = &tapes[play->tape];
	struct rusage before, after;
	struct tape empty;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (++depth < play->levels) {
		waitpid(make(CLONE_NEWPID, play_one, index), NULL, 0);
		_exit(0);
	}
	empty = tape_emptied(tape);
	getrusage(RUSAGE_SELF, &before);
	play->made = play_laps(play, tape, play->with);
	getrusage(RUSAGE_SELF, &after);
	play->preempted = after.ru_nivcsw - before.ru_nivcsw;
	if (play->made == play->ends[play->laps - 1])
		play_laps(play, &empty, play->without);
	_exit(0);
}

static void take_play(struct play *play)
{
	uint32_t lap, last = 0;

	play->tape = take_number(4);
	play->levels = take_number(4);
	play->laps = take_number(4);
	if (play->tape >= tape_count)
		die(2, "the request names a tape that can't be");
	if (!play->levels || play->levels > MAX_LEVELS)
		die(2, "the request has no levels, or too many");
	if (!play->laps || play->laps > MAX_LAPS)
		die(2, "the request has no laps, or too many");
	for (lap = 0; lap < play->laps; lap++) {
		play->ends[lap] = take_number(4);
		if (play->ends[lap] < last ||
		    play->ends[lap] > tapes[play->tape].count)
			die(2, "the request has a lap that can't be");
		last = play->ends[lap];
	}
}

static void put_play(const struct play *play)
{
	const struct tape *tape = &tapes[play->tape];
	int is_whole = play->made == play->ends[play->laps - 1];
	uint32_t lap, laps = is_whole ? play->laps : 0;

	put_number(play->made, 4);
	put_number(is_whole ? 0 : tape->results[play->made], 8);
	put_number(play->preempted, 4);
	put_number(laps, 4);
	for (lap = 0; lap < laps; lap++) {
		put_number(play->with[lap], 8);
		put_number(play->without[lap], 8);
	}
}

_Noreturn void times_main(const char *kind, int fd)
{
	uint32_t count, n;
	int standard;

	if (!strcmp(kind, "ticks"))
		clock_kind = CLOCK_TICKS;
	find_request(fd);
	take_tapes();
	count = take_number(4);
	if (count > MAX_PLAYS)
		die(2, "the request has too many plays");
	plays = tape_allocate(count, sizeof(*plays));
	for (n = 0; n < count; n++)
		take_play(&plays[n]);
	end_request();
	/* Tapes find no descriptor open but the one that the reply is for. */
	for (standard = 0; standard < STANDARD; standard++)
		close(standard);
	stay_on_one_cpu();
	for (n = 0; n < count; n++) {
		depth = 0;
		waitpid(make(CLONE_NEWPID | CLONE_NEWIPC, play_one, n), NULL, 0);
	}
	/* Not before: the forks of what is played later would have the reply to copy. */
	put_number(count, 4);
	for (n = 0; n < count; n++)
		put_play(&plays[n]);
	leave_reply(fd);
	exit(0);
}
