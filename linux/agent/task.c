// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a task: wait for a call, make it, leave its result. Threads made
 * here share the libc state of their maker, so nothing below calls into libc.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <time.h>

#include "task.h"

int64_t raw_syscall(long nr, int64_t a, int64_t b, int64_t c, int64_t d,
		    int64_t e, int64_t f)
{
	register int64_t r10 asm("r10") = d;
	register int64_t r8 asm("r8") = e;
	register int64_t r9 asm("r9") = f;
	int64_t result;

	asm volatile("syscall"
		     : "=a"(result)
		     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
		       "r"(r9)
		     : "rcx", "r11", "memory");
	return result;
}

void futex_wait(uint32_t *word, uint32_t value, long timeout_ns)
{
	struct timespec timeout = { .tv_nsec = timeout_ns };

	raw_syscall(SYS_futex, (int64_t)word, FUTEX_WAIT, value,
		    timeout_ns ? (int64_t)&timeout : 0, 0, 0);
}

void futex_wake(uint32_t *word)
{
	raw_syscall(SYS_futex, (int64_t)word, FUTEX_WAKE, 1, 0, 0, 0);
}

static void set_state(struct mailbox *box, uint32_t state)
{
	__atomic_store_n(&box->state, state, __ATOMIC_RELEASE);
	futex_wake(&box->state);
}

static void leave_status(struct mailbox *box)
{
	int64_t fd, got;

	box->status_size = 0;
	fd = raw_syscall(SYS_open, (int64_t)"/proc/thread-self/status",
			 O_RDONLY, 0, 0, 0, 0);
	if (fd < 0)
		return;
	got = raw_syscall(SYS_read, fd, (int64_t)box->status, STATUS_SIZE, 0, 0,
			  0);
	if (got > 0)
		box->status_size = got;
	raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
}

/*
 * clone3 with a stack of the child's own. The child finds its mailbox's index
 * on that stack and never returns into the frames of its maker.
 */
static int64_t clone_thread(struct mailbox *box)
{
	struct clone_args *args = (struct clone_args *)box->args[0];
	char *stack = stacks + box->child * STACK_SIZE;
	uint64_t *top = (uint64_t *)(stack + STACK_SIZE - 16);
	int64_t result;

	top[0] = box->child;
	args->stack = (uint64_t)stack;
	args->stack_size = STACK_SIZE - 16;
	asm volatile("syscall\n\t"
		     "test %%rax, %%rax\n\t"
		     "jnz 1f\n\t"
		     "xor %%ebp, %%ebp\n\t"
		     "mov (%%rsp), %%rdi\n\t"
		     "call task_run\n\t"
		     "1:"
		     : "=a"(result)
		     : "a"(SYS_clone3), "D"(args), "S"(box->args[1])
		     : "rcx", "r11", "memory");
	return result;
}

/* In a child of fork or clone this returns too, with 0. */
static int64_t make_call(struct mailbox *box)
{
	const int64_t *a = box->args;

	if (box->nr == NR_THREAD)
		return clone_thread(box);
	return raw_syscall(box->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int makes_task(const struct mailbox *box)
{
	return box->nr == SYS_fork || box->nr == SYS_clone ||
	       box->nr == SYS_clone3;
}

_Noreturn __attribute__((used)) void task_run(uint32_t index)
{
	struct mailbox *box = &shared->mailboxes[index];
	int64_t result;
	uint32_t state, child;

	leave_status(box);
	set_state(box, MAILBOX_BORN);
	for (;;) {
		state = __atomic_load_n(&box->state, __ATOMIC_ACQUIRE);
		if (state != MAILBOX_POSTED) {
			futex_wait(&box->state, state, 0);
			continue;
		}
		child = box->child;
		__atomic_store_n(&box->state, MAILBOX_RUNNING,
				 __ATOMIC_RELEASE);
		result = make_call(box);
		if (result == 0 && makes_task(box)) {
			/* Its maker's mailbox is not the child's to touch. */
			box = &shared->mailboxes[child];
			leave_status(box);
			set_state(box, MAILBOX_BORN);
			continue;
		}
		box->result = result;
		set_state(box, MAILBOX_DONE);
	}
}
