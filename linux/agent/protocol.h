/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a harness and the agent say to each other: version 1.
 *
 * Both directions carry frames: a 32-bit length, then so many bytes. All
 * numbers are little-endian and unaligned. The agent's first frame is a
 * hello; then each request is answered by one reply, until either end closes.
 *
 * hello	u32 AGENT_MAGIC, u32 AGENT_VERSION, u64 base, u32 size, u32 users
 *		Each task has `size` bytes of user memory; that of task t begins
 *		at address base + t * size in every process. So many user and
 *		group numbers are mapped, from 0 on: 1 without privilege.
 *
 * request	u32 steps, then each step:
 *		u8 task, u8 child, u16 nr, u8 args, u8 stores, u8 loads, u8 0
 *		args:   u8 kind, u64 value	ARG_NUMBER: the value itself
 *						ARG_RESULT: the result of step `value`
 *						ARG_MEMORY: address of byte `value`
 *						of the task's own memory
 *		stores: u16 offset, u16 length, length bytes
 *		loads:  u16 offset, u16 length
 *		Runs in fresh pid and IPC namespaces. Task 0 is their init and is
 *		there from the start; fork and clone make task `child`, which
 *		waits for its steps. nr is a system call number, or NR_THREAD for
 *		a clone3 that makes a thread.
 *
 * reply	u32 events, then each event:
 *		u32 step, u8 kind, u8 0, u16 length, s64 result, length bytes
 *		EVENT_DONE    the call of this step returned; the bytes are what
 *			      its loads read, one after the other
 *		EVENT_BLOCKED the call sleeps; should it return, EVENT_DONE
 *			      follows after the step that woke it
 *		EVENT_GONE    the task is dead, or died of this call
 *		EVENT_BUSY    the step was skipped: its task still sleeps
 *		EVENT_BORN    the bytes are the status file of the new task
 *		Then u32 tasks, each u8 task, u8 0, u16 length, and so many bytes
 *		of its status file; 0 if it is gone.
 *
 * A request that is none of these ends the agent with a message on standard
 * error and exit code 2.
 */
#ifndef SIDEBAND_PROTOCOL_H
#define SIDEBAND_PROTOCOL_H

#define AGENT_MAGIC	0x42444953	/* "SIDB" */
#define AGENT_VERSION	1

#define MAX_TASKS	16
#define MAX_STEPS	256
#define MAX_ARGS	6
#define MEMORY_SIZE	4096
#define MAX_FRAME	(1 << 20)

#define ARG_NUMBER	0
#define ARG_RESULT	1
#define ARG_MEMORY	2

#define EVENT_DONE	0
#define EVENT_BLOCKED	1
#define EVENT_GONE	2
#define EVENT_BUSY	3
#define EVENT_BORN	4

/* No system call has this number; the flags are those of clone3. */
#define NR_THREAD	0xfffe

#endif
