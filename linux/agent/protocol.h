/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a harness and the agent say to each other: version 5.
 *
 * Both directions carry frames: a 32-bit length, then so many bytes. All
 * numbers are little-endian and unaligned. The agent's first frame is a
 * hello; then each request is answered by one reply, until either end closes.
 *
 * hello	u32 AGENT_MAGIC, u32 AGENT_VERSION, u32 users, u32 features,
 *		u64 memory, u64 stacks, u64 handlers, u64 restorer
 *		So many user and group numbers are mapped, from 0 on: 1 without
 *		privilege. Features are what this kernel lets the agent do, found
 *		out by trying. The rest are addresses, the same in every process:
 *		task t has MEMORY_SIZE bytes of user memory from memory + t *
 *		MEMORY_SIZE, and STACK_SIZE bytes of stack from stacks + t *
 *		STACK_SIZE, which a task that shares memory is to be given.
 *		rt_sigaction is to be given handlers + t * HANDLER_SIZE for a
 *		handler that task t stands for, and restorer.
 *
 * request	u32 kind, and what follows from it.
 *
 * REQUEST_STEPS
 *		u32 steps, then each step:
 *		u8 task, u8 child, u16 nr, u8 args, u8 stores, u8 loads, u8 0
 *		args:   u8 kind, u64 value	ARG_NUMBER: the value itself
 *						ARG_RESULT: the result of step `value`
 *						ARG_MEMORY: address of byte `value`
 *						of the task's own memory
 *		stores: u16 offset, u16 length, length bytes
 *		loads:  u16 offset, u16 length
 *		Runs in fresh pid and IPC namespaces. Task 0 is their init and is
 *		there from the start; fork, clone and clone3 make task `child`,
 *		which waits for its steps. nr is a system call number.
 *		rt_sigaction says with `child` which task, not 0, stands for the
 *		handler: while it runs, that task's steps are the handler's, and
 *		those of the task that it interrupted are not taken. rt_sigreturn
 *		ends it. A handler whose task is in use returns at once.
 *		execve takes a path alone. Of /bin/agent and /bin/agent-setuid,
 *		which are root's and have modes 0755 and 4755, the new image makes
 *		the calls of the same task, or of the one that the handler which
 *		made the call interrupted; that task's memory is zeroed, its
 *		handlers and the other tasks of its group are gone.
 *
 *		The reply is u32 events, then each event:
 *		u32 step, u8 kind, u8 0, u16 length, s64 result, length bytes
 *		EVENT_DONE    the call of this step returned; the bytes are what
 *			      its loads read, one after the other
 *		EVENT_BLOCKED the call had not returned when its step was over;
 *			      should it return, EVENT_DONE follows later
 *		EVENT_GONE    the task is dead, or died of this call, or its
 *			      handler has become a new image
 *		EVENT_BUSY    the step was skipped: its task is in a call still,
 *			      or in a handler
 *		EVENT_BORN    the result is a task that came to be in this step,
 *			      the bytes are its status file
 *		Then u32 tasks, each u8 task, u8 0, u16 length, and so many bytes
 *		of its status file; 0 if it is gone. Handlers are not in here.
 *
 * REQUEST_RACE
 *		u32 runs, u64 seed, u32 mode, u32 tasks, u32 nodes, then
 *		tasks:	u32 process, u32 first	the task that leads its process, itself
 *						if it does; the node that it begins at
 *		nodes:	u16 nr, u8 args, u8 stores, u32 edges,
 *			args and stores as above,
 *			edges: s64 result, u32 next	RACE_END and up: over; how
 *		In each run all tasks are made anew, in fresh pid and IPC namespaces,
 *		in their order, so that their pids are 2 and up; they share their
 *		memory, and threads the rest. They begin at once, and each makes the
 *		call of its node, and goes on as the edge of its result says; that of
 *		timer_create is the id. Where there is none, it is off the tree. They
 *		are held up for moments that follow from the seed and the run.
 *		MODE_FREE, MODE_APART: each stays on a CPU of its own; MODE_TOGETHER:
 *		all stay on one.
 *		The reply is u32 outcomes, each u32 runs, and for each task u32 end,
 *		s64 result: RACE_END and up, or the node whose result has no edge, or
 *		RACE_STUCK if it did not return, which ends the runs.
 *
 * REQUEST_TIMES
 *		u32 environment, u32 clock, then tapes, then plays.
 *		tapes:    u32 tapes, each u32 calls, u32 memory, u32 pointers,
 *			  so many bytes of memory, then
 *		pointers: u32 at, u8 kind, u64 value	an address in that memory
 *		calls:	  u16 nr, u8 args, u8 checked, u32 child, s64 expects,
 *			  args: u8 kind, u64 value
 *		Kinds are those above, of the tape's own calls and memory, and
 *		ARG_STACK, ARG_STACK_END: of TAPE_STACK_SIZE bytes, for one task.
 *		A call that makes a task says which tape it plays, others NO_TAPE.
 *		A call must return what it expects, where that is checked, or no
 *		error.
 *		plays:    u32 plays, each u32 tape, u32 levels, u32 laps,
 *			  each u32 calls
 *		All are made in a fresh image with so many bytes of environment,
 *		one after the other, each by a fresh process that is the init of
 *		fresh pid and IPC namespaces, so many of pids one in the other, on
 *		one CPU. Time is read between laps, which end behind so many calls
 *		each; then the same laps are run without their calls. CLOCK_NS has
 *		nanoseconds, CLOCK_TICKS what rdtsc counts.
 *		The reply is u32 plays, each u32 calls that were made, s64 what
 *		the one behind them returned, u32 how often another process was
 *		let in, u32 laps, and for each u64 time with its calls, u64
 *		without.
 *
 * REQUEST_RESTORE
 *		u32 tallies, each u32 how many are to arrive, then tapes as above.
 *		Beside system calls their calls may be
 *		OWN_ARRIVE(tally)    the task is one of those who are to arrive
 *		OWN_WAIT(tally)      until all have arrived
 *		OWN_SEE_OFF(thread)  until a thread of the process is gone
 *		Tape 0 is the init's of fresh pid and IPC namespaces. Who has
 *		played a tape stays. All is over when the last tally is full, or
 *		when a call is refused.
 *		The reply is u64 ns since tape 0 began, u32 tape and u32 call that
 *		was refused, NO_TAPE if none was, s64 its result, and of each tally
 *		s64 ns until it was full, or -1. What came of it stays until a
 *		request of this kind with nothing in it, whose reply is u64 ns
 *		until all of it was gone.
 *
 * A request that is none of these ends the agent with a message on standard
 * error and exit code 2; a kernel that refuses what the agent needs, with exit
 * code 3.
 */
#ifndef SIDEBAND_PROTOCOL_H
#define SIDEBAND_PROTOCOL_H

#define AGENT_MAGIC	0x42444953	/* "SIDB" */
#define AGENT_VERSION	5

#define REQUEST_STEPS	0
#define REQUEST_RACE	1
#define REQUEST_TIMES	2
#define REQUEST_RESTORE	3

#define MAX_TASKS	32
#define MAX_STEPS	8192
#define MAX_ARGS	6
#define MEMORY_SIZE	16384
#define STACK_SIZE	65536
#define HANDLER_SIZE	16
#define MAX_RACERS	8
#define MAX_NODES	65536
#define MAX_OUTCOMES	4096
#define RACE_END	0x80000000
#define RACE_STUCK	0x7fffffff
#define MODE_FREE	0
#define MODE_APART	1
#define MODE_TOGETHER	2

#define MAX_TAPES	65536
#define MAX_CALLS	65536
#define MAX_PLAYS	1024
#define MAX_LAPS	512
#define MAX_TALLIES	65536
#define MAX_LEVELS	8
#define CLOCK_NS	0
#define CLOCK_TICKS	1
#define TAPE_STACK_SIZE	16384
#define MAX_FRAME	(1 << 28)	/* of a request */
#define MAX_REPLY	(1 << 21)

#define FEATURE_CLONE3		1
#define FEATURE_UNSHARE		2
#define FEATURE_LAST_PID	4	/* ns_last_pid can be written */
#define FEATURE_NEXT_ID		8	/* msg_next_id and its like, too */
#define FEATURE_TIMER_IDS	16	/* PR_TIMER_CREATE_RESTORE_IDS */
#define FEATURE_OWN_PROC	32	/* a /proc of the agent's namespace */
#define FEATURE_EXECVE		64	/* of the files named above */
#define FEATURE_SETNS		128
#define FEATURE_PIDFD		256	/* pidfds as of 6.18, and pidfd_getfd */
#define FEATURE_SECCOMP		512	/* filters, and no_new_privs not set */
#define FEATURE_KEEPS_USER	1024	/* an exec with it set keeps the effective one */

#define ARG_NUMBER	0
#define ARG_RESULT	1
#define ARG_MEMORY	2
#define ARG_STACK	3
#define ARG_STACK_END	4

#define NO_TAPE		0xffffffff	/* no tape */

#define OWN_ARRIVE	0xff00
#define OWN_WAIT	0xff01
#define OWN_SEE_OFF	0xff02

/* Calls of linux/patches that make tasks; indirect() if what it wraps does. */
#define NR_FORK_WITH_ID		451
#define NR_CLONE_WITH_ID	452
#define NR_INDIRECT		460

#define EVENT_DONE	0
#define EVENT_BLOCKED	1
#define EVENT_GONE	2
#define EVENT_BUSY	3
#define EVENT_BORN	4

#endif
