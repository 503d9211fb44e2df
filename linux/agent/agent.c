// SPDX-License-Identifier: GPL-2.0-only
/*
 * Issues system calls on command, so that a harness decides every interleaving
 * at their granularity. See protocol.h for what is said on stdin and stdout.
 *
 * Nothing is left behind, whoever is killed: all tasks live below the init of a
 * pid namespace, which dies with its parent, which dies with the harness.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "task.h"

#define BASE		((char *)0x200000000000)
#define SPINS		2000
#define ALL_USERS	65536
#define LOOK_NS		50000		/* between looks at a task that is late */
#define PATIENCE	100000		/* looks */
#define ASLEEP		5		/* looks, for a short sleep is no block */

struct shared *shared;
char *stacks;

static unsigned char frame[MAX_FRAME];
static unsigned char reply[MAX_FRAME];
static size_t at, frame_size, reply_size;

/* Of each task: the number that procfs knows it by, and the step it is in. */
static long tids[MAX_TASKS];
static uint32_t steps_of[MAX_TASKS];
static int asleep[MAX_TASKS];		/* looks in a row that found it so */
static int64_t results[MAX_STEPS];
static const unsigned char *loads_of[MAX_TASKS];
static uint8_t load_counts[MAX_TASKS];
static uint32_t events;
static int died;			/* somebody, in this step */
static uint32_t users;			/* mapped in our namespace */

static _Noreturn void die(int code, const char *what)
{
	fprintf(stderr, "agent: %s\n", what);
	exit(code);
}

static _Noreturn void die_errno(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void read_all(void *to, size_t size)
{
	char *p = to;
	ssize_t got;

	while (size) {
		got = read(STDIN_FILENO, p, size);
		if (got == 0)
			exit(0);
		if (got < 0 && errno != EINTR)
			die_errno("read");
		if (got > 0) {
			p += got;
			size -= got;
		}
	}
}

static void write_all(const void *from, size_t size)
{
	const char *p = from;
	ssize_t put;

	while (size) {
		put = write(STDOUT_FILENO, p, size);
		if (put < 0 && errno != EINTR)
			exit(0);
		if (put > 0) {
			p += put;
			size -= put;
		}
	}
}

static const unsigned char *take(size_t size)
{
	const unsigned char *p = frame + at;

	if (size > frame_size - at)
		die(2, "the request ends in the middle of a step");
	at += size;
	return p;
}

static uint64_t take_number(size_t size)
{
	uint64_t value = 0;

	memcpy(&value, take(size), size);
	return value;
}

static void put(const void *from, size_t size)
{
	if (size > MAX_FRAME - reply_size)
		die(2, "the reply is longer than a frame");
	memcpy(reply + reply_size, from, size);
	reply_size += size;
}

static void put_number(uint64_t value, size_t size)
{
	put(&value, size);
}

static void flush(void)
{
	uint32_t size = reply_size;

	write_all(&size, sizeof(size));
	write_all(reply, reply_size);
	reply_size = 0;
}

static void put_event(uint32_t step, uint8_t kind, int64_t result,
		      uint16_t length)
{
	events++;
	put_number(step, 4);
	put_number(kind, 1);
	put_number(0, 1);
	put_number(length, 2);
	put_number(result, 8);
}

static char *memory_of(uint32_t task)
{
	return BASE + task * MEMORY_SIZE;
}

/* The number by which /proc/self knows the writer of a status file. */
static long tid_of(const struct mailbox *box)
{
	const char *line;

	line = memmem(box->status, box->status_size, "\nNSpid:\t", 8);
	return line ? strtol(line + 8, NULL, 10) : -1;
}

static ssize_t read_proc(long tid, const char *name, char *to, size_t size)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/%s", tid, tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, to, size);
	close(fd);
	return got > 0 ? got : 0;
}

#define PF_EXITING	0x4		/* include/linux/sched.h */

/* Its letter in stat (R, S, D, Z, ...; X once it is gone), and its flags. */
static char letter_of(long tid, unsigned long *flags)
{
	char stat[512];
	ssize_t got = read_proc(tid, "stat", stat, sizeof(stat) - 1);
	char letter, *end;

	*flags = 0;
	stat[got] = '\0';
	end = strrchr(stat, ')');
	if (!end || sscanf(end + 1, " %c %*d %*d %*d %*d %*d %lu", &letter,
			   flags) != 2)
		return 'X';
	/* Dead, but release_task() is to come, and tells the parent. */
	return letter == 'X' ? 'R' : letter;
}

static uint32_t state_of(uint32_t task)
{
	return __atomic_load_n(&shared->mailboxes[task].state,
			       __ATOMIC_ACQUIRE);
}

static int is_busy(uint32_t task)
{
	uint32_t state = state_of(task);

	return state == MAILBOX_POSTED || state == MAILBOX_RUNNING;
}

static void wait_for_birth(uint32_t step, uint32_t child)
{
	struct mailbox *box = &shared->mailboxes[child];
	int looks;

	for (looks = 0; state_of(child) != MAILBOX_BORN; looks++) {
		if (looks > PATIENCE)
			die(3, "a new task never came to its mailbox");
		futex_wait(&box->state, state_of(child), LOOK_NS);
	}
	tids[child] = tid_of(box);
	put_event(step, EVENT_BORN, child, box->status_size);
	put(box->status, box->status_size);
	box->state = MAILBOX_IDLE;
}

static int makes_task(uint32_t nr)
{
	return nr == SYS_fork || nr == SYS_clone || nr == SYS_clone3 ||
	       nr == NR_THREAD;
}

static void put_done(uint32_t task)
{
	struct mailbox *box = &shared->mailboxes[task];
	const unsigned char *load = loads_of[task];
	uint16_t where[2], total = 0;
	uint8_t n;

	for (n = 0; n < load_counts[task]; n++) {
		memcpy(where, load + 4 * n, 4);
		total += where[1];
	}
	results[steps_of[task]] = box->result;
	put_event(steps_of[task], EVENT_DONE, box->result, total);
	for (n = 0; n < load_counts[task]; n++) {
		memcpy(where, load + 4 * n, 4);
		put(memory_of(task) + where[0], where[1]);
	}
	box->state = MAILBOX_IDLE;
	asleep[task] = 0;
	if (box->result > 0 && makes_task(box->nr))
		wait_for_birth(steps_of[task], box->child);
}

static void put_gone(uint32_t task)
{
	died = 1;
	put_event(steps_of[task], EVENT_GONE, 0, 0);
	shared->mailboxes[task].state = MAILBOX_FREE;
	asleep[task] = 0;
	/* exit_notify() holds the lock that this takes; it is over after it. */
	setpgid(0, 0);
}

/* An init that exits sleeps until its namespace is empty, and no longer. */
static int is_exit(uint32_t nr)
{
	return nr == SYS_exit || nr == SYS_exit_group;
}

/* One look at a task that has a call: 1 if anything is new. */
static int look_at(uint32_t task)
{
	struct mailbox *box = &shared->mailboxes[task];
	uint32_t state = state_of(task);
	unsigned long flags;
	char letter;
	int n;

	for (n = 0; n < SPINS && state != MAILBOX_DONE && !asleep[task]; n++)
		state = state_of(task);
	if (state == MAILBOX_DONE) {
		put_done(task);
		return 1;
	}
	letter = letter_of(tids[task], &flags);
	if (letter == 'Z' || letter == 'X') {
		put_gone(task);
		return 1;
	}
	/* Between RUNNING and its call a task runs; asleep, it is in the call. */
	state = state_of(task);
	if (letter == 'S' && state == MAILBOX_RUNNING && !is_exit(box->nr)) {
		if (asleep[task] > ASLEEP)
			return 0;
		if (++asleep[task] > ASLEEP) {
			put_event(steps_of[task], EVENT_BLOCKED, 0, 0);
			return 1;
		}
	} else {
		asleep[task] = 0;
	}
	if (state != MAILBOX_DONE)
		futex_wait(&box->state, state, LOOK_NS);
	return 1;
}

/* Is anybody dying still? One death can be that of a group or a namespace. */
static int is_dying(void)
{
	unsigned long flags;
	uint32_t task;
	char letter;

	for (task = 0; task < MAX_TASKS; task++) {
		if (!tids[task])
			continue;
		letter = letter_of(tids[task], &flags);
		if (letter == 'Z' || letter == 'X')
			continue;
		if (letter != 'S' || (flags & PF_EXITING))
			return 1;
	}
	return 0;
}

/* Until every call has returned or sleeps, and whoever dies is dead. */
static void settle(void)
{
	int news, looks = 0;
	uint32_t task;

	died = 0;
	do {
		news = 0;
		for (task = 0; task < MAX_TASKS; task++)
			if (is_busy(task) || state_of(task) == MAILBOX_DONE)
				news |= look_at(task);
		if (!news && died && is_dying()) {
			sched_yield();
			news = 1;
		}
		if (++looks > PATIENCE)
			die(3, "a call neither returned nor slept");
	} while (news);
}

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

static void store(uint32_t task, int is_free)
{
	uint16_t offset = take_number(2), length = take_number(2);
	const unsigned char *bytes = take(length);

	if (offset + length > MEMORY_SIZE)
		die(2, "the request stores beyond the memory of a task");
	if (is_free)
		memcpy(memory_of(task) + offset, bytes, length);
}

static void step(uint32_t number)
{
	uint8_t task = take_number(1), child = take_number(1), args, stores, n;
	struct mailbox *box = &shared->mailboxes[task % MAX_TASKS];
	uint16_t where[2];
	int is_free;

	if (task >= MAX_TASKS || child >= MAX_TASKS)
		die(2, "the request names a task that can't be");
	is_free = state_of(task) == MAILBOX_IDLE;
	if (is_free) {
		box->nr = take_number(2);
		box->child = child;
	} else {
		take(2);
	}
	args = take_number(1);
	stores = take_number(1);
	n = take_number(1);
	take(1);
	if (is_free) {
		steps_of[task] = number;
		load_counts[task] = n;
		memset(box->args, 0, sizeof(box->args));
	}
	if (args > MAX_ARGS)
		die(2, "the request has a call with too many arguments");
	for (uint8_t i = 0; i < args; i++) {
		uint8_t kind = take_number(1);
		int64_t value = argument(task, kind, take_number(8));

		if (is_free)
			box->args[i] = value;
	}
	while (stores--)
		store(task, is_free);
	for (uint8_t i = 0; i < n; i++) {
		memcpy(where, take(4), 4);
		if (where[0] + where[1] > MEMORY_SIZE)
			die(2, "the request loads beyond the memory of a task");
		if (i == 0 && is_free)
			loads_of[task] = frame + at - 4;
	}
	if (!is_free) {
		put_event(number, state_of(task) == MAILBOX_FREE ?
			  EVENT_GONE : EVENT_BUSY, 0, 0);
		return;
	}
	__atomic_store_n(&box->state, MAILBOX_POSTED, __ATOMIC_RELEASE);
	futex_wake(&box->state);
	settle();
}

static pid_t make_init(void)
{
	pid_t pid;

	pid = raw_syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWIPC | SIGCHLD, 0, 0,
			  0, 0, 0);
	if (pid == 0)
		task_run(0);
	if (pid < 0) {
		errno = -pid;
		die_errno("fresh pid and IPC namespaces");
	}
	return pid;
}

static void put_tasks(void)
{
	char status[STATUS_SIZE];
	uint32_t count = 0, task;
	ssize_t size;

	for (task = 0; task < MAX_TASKS; task++)
		count += tids[task] != 0;
	put_number(count, 4);
	for (task = 0; task < MAX_TASKS; task++) {
		if (!tids[task])
			continue;
		size = read_proc(tids[task], "status", status, sizeof(status));
		put_number(task, 1);
		put_number(0, 1);
		put_number(size, 2);
		put(status, size);
	}
}

static void run_request(void)
{
	uint32_t steps, n;
	pid_t init;

	at = 0;
	events = 0;
	reply_size = 4;
	memset(shared, 0, sizeof(*shared));
	memset(BASE, 0, MAX_TASKS * MEMORY_SIZE);
	memset(tids, 0, sizeof(tids));
	memset(asleep, 0, sizeof(asleep));
	memset(results, 0, sizeof(results));
	steps = take_number(4);
	if (steps > MAX_STEPS)
		die(2, "the request has too many steps");
	init = make_init();
	wait_for_birth(steps, 0);
	for (n = 0; n < steps; n++)
		step(n);
	if (at != frame_size)
		die(2, "the request goes on after its last step");
	memcpy(reply, &events, 4);
	put_tasks();
	kill(init, SIGKILL);
	for (n = 0; waitpid(init, NULL, WNOHANG) != init; n++) {
		if (n > PATIENCE)
			die(3, "a namespace of a request does not end");
		if (n > 10)
			usleep(LOOK_NS / 1000);
	}
	flush();
}

static _Noreturn void serve(void)
{
	uint32_t size;

	put_number(AGENT_MAGIC, 4);
	put_number(AGENT_VERSION, 4);
	put_number((uint64_t)BASE, 8);
	put_number(MEMORY_SIZE, 4);
	put_number(users, 4);
	flush();
	for (;;) {
		read_all(&size, sizeof(size));
		if (size > MAX_FRAME)
			die(2, "the request is longer than a frame");
		read_all(frame, size);
		frame_size = size;
		run_request();
	}
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die_errno(path);
	close(fd);
}

/* All users where we may map them, or else ourselves as root alone. */
static void map_users(pid_t pid)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char path[64], map[64];

	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	snprintf(map, sizeof(map), "0 %u %u", uid, users);
	write_file(path, map);
	if (uid) {
		snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
		write_file(path, "deny");
	}
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	snprintf(map, sizeof(map), "0 %u %u", uid ? gid : 0, users);
	write_file(path, map);
}

static void *map(void *address, size_t size, int flags)
{
	void *p = mmap(address, size, PROT_READ | PROT_WRITE,
		       flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || (address && p != address))
		die_errno("mmap");
	return p;
}

/* The init of what is ours; its parent's end of the pipe tells of its death. */
static _Noreturn void run_init(int go[2])
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(go[1]);
	if (read(go[0], &byte, 1) != 1)
		exit(0);
	close(go[0]);
	setgroups(0, NULL);	/* where it is forbidden, they mean nothing */
	serve();
}

int main(void)
{
	pid_t harness = getppid(), pid;
	int go[2], status;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != harness)
		return 0;
	users = geteuid() ? 1 : ALL_USERS;
	signal(SIGINT, SIG_IGN);	/* the harness says when to end */
	shared = map(NULL, sizeof(*shared), MAP_SHARED);
	map(BASE, MAX_TASKS * MEMORY_SIZE, MAP_SHARED);
	stacks = map(NULL, MAX_TASKS * STACK_SIZE, MAP_PRIVATE);
	if (pipe(go))
		die_errno("pipe");
	pid = raw_syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | SIGCHLD, 0, 0,
			  0, 0, 0);
	if (pid == 0)
		run_init(go);
	if (pid < 0) {
		errno = -pid;
		die_errno("fresh user and pid namespaces");
	}
	map_users(pid);
	if (write(go[1], "", 1) != 1)
		die_errno("pipe");
	while (waitpid(pid, &status, 0) < 0)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}
