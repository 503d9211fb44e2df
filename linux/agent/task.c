// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a task: wait for a call, make it, leave its result. Threads made
 * here share the libc state of their maker, so nothing below calls into libc.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

#include "task.h"

#define TEXT_OF(x)	#x
#define TEXT(x)		TEXT_OF(x)

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

static int makes_task_plainly(uint64_t nr)
{
	return nr == SYS_fork || nr == SYS_clone || nr == SYS_clone3;
}

int makes_task(uint32_t nr, const int64_t *args)
{
	switch (nr) {
	case NR_FORK_WITH_ID:
	case NR_CLONE_WITH_ID:
		return 1;
	case NR_INDIRECT:
		/* Below our memory is what faults. */
		return !args || (args[0] >= (int64_t)MEMORY_BASE &&
				 makes_task_plainly(*(uint64_t *)args[0]));
	default:
		return makes_task_plainly(nr);
	}
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
 * The child, on a stack of its own if it was given one, finds what it runs in
 * registers and never returns into the frames of its maker.
 */
int64_t make_task(long nr, const int64_t *a, void (*run)(uint32_t),
		  uint32_t index)
{
	register int64_t r10 asm("r10") = a[3];
	register int64_t r8 asm("r8") = a[4];
	register void (*r12)(uint32_t) asm("r12") = run;
	int64_t result;

	asm volatile("syscall\n\t"
		     "test %%rax, %%rax\n\t"
		     "jnz 1f\n\t"
		     "xor %%ebp, %%ebp\n\t"
		     "and $-16, %%rsp\n\t"
		     "mov %%ebx, %%edi\n\t"
		     "call *%%r12\n\t"
		     "1:"
		     : "=a"(result)
		     : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10),
		       "r"(r8), "r"(r12), "b"(index)
		     : "rcx", "r11", "memory");
	return result;
}

/* What runs on success is told by its argument whose call this was. */
static int64_t make_image(struct mailbox *box)
{
	char told[] = {
		FIRST_INDEX + (box - shared->mailboxes),
		FIRST_INDEX + box->child, 0
	};
	const char *argv[] = { "agent", told, 0 };

	return raw_syscall(SYS_execve, box->args[0], (int64_t)argv, 0, 0, 0, 0);
}

static int64_t make_call(struct mailbox *box)
{
	const int64_t *a = box->args;

	if (box->nr == SYS_execve)
		return make_image(box);
	if (makes_task(box->nr, a))
		return make_task(box->nr, a, task_run, box->child);
	return raw_syscall(box->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* Until the step that ends a handler; a task itself has none. */
static void make_calls(struct mailbox *box)
{
	uint32_t state;

	for (;;) {
		state = __atomic_load_n(&box->state, __ATOMIC_ACQUIRE);
		if (state != MAILBOX_POSTED) {
			futex_wait(&box->state, state, 0);
			continue;
		}
		if (box->nr == SYS_rt_sigreturn) {
			/* The next signal may find it here at once. */
			set_state(box, MAILBOX_FREE);
			return;
		}
		__atomic_store_n(&box->state, MAILBOX_RUNNING,
				 __ATOMIC_RELEASE);
		box->result = make_call(box);
		set_state(box, MAILBOX_DONE);
	}
}

static void serve(struct mailbox *box)
{
	leave_status(box);
	box->birth = __atomic_fetch_add(&shared->births, 1, __ATOMIC_ACQ_REL);
	set_state(box, MAILBOX_BORN);
	make_calls(box);
}

_Noreturn void task_run(uint32_t index)
{
	for (;;)
		serve(&shared->mailboxes[index]);
}

_Noreturn void task_go_on(uint32_t caller, uint32_t index)
{
	struct mailbox *box = &shared->mailboxes[caller];

	leave_status(box);
	box->result = 0;
	set_state(box, MAILBOX_DONE);
	for (;;)
		make_calls(&shared->mailboxes[index]);
}

/* What a handler is: the task that stands for it, if that is not in use. */
__attribute__((used)) void task_handle(uint32_t index)
{
	struct mailbox *box = &shared->mailboxes[index];
	uint32_t state = MAILBOX_FREE;

	if (__atomic_compare_exchange_n(&box->state, &state, MAILBOX_BEGUN, 0,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		serve(box);
}

/*
 * Where handlers begin, HANDLER_SIZE bytes for each task, so that the address
 * tells which task stands for one; and what they return to.
 */
asm(".text\n"
    ".balign 16\n"
    ".global task_handlers\n"
    "task_handlers:\n\t"
    ".set index, 0\n\t"
    ".rept " TEXT(MAX_TASKS) "\n\t"
    ".balign 16\n\t"
    "mov $index, %edi\n\t"
    "jmp task_handle\n\t"
    ".set index, index + 1\n\t"
    ".endr\n"
    ".global task_restorer\n"
    "task_restorer:\n\t"
    "mov $15, %eax\n\t"		/* rt_sigreturn */
    "syscall\n");
