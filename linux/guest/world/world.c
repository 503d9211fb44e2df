// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first process of a machine, which tries what the designs mean for the
 * world around them: tracers, filters, the audit log, 32-bit callers, and so
 * on. Each answer is a line on the console:
 *
 *	world: QUESTION / DESIGN: ANSWER
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR_CLONE_WITH_ID	452
#define NR_MSGGET_WITH_ID	453
#define NR_SET			459
#define NR_INDIRECT		460
#define I386_FORK		2
#define I386_MSGGET		399
#define IO_URING_SQPOLL		2
#define IO_URING_PARAMS		120

#define KIND_PID		1
#define KIND_MSG		2
#define WANTED			4242
#define FILE			"/proc/thread-self/next_syscall_data"
#define SETUID			"/tmp/world"
#define NOBODY			65534

enum design { WITH_ID, PROCFS, SETTER, INDIRECT, DESIGNS };

static const char *const names[] = { "with_id", "procfs", "setter", "indirect" };

/* In the first 4 GB, for 32-bit callers. */
static struct low {
	struct {
		uint32_t kind;
		uint32_t count;
		int64_t value;
	} data;
	uint64_t regs[7];
	uint32_t regs32[7];
	int32_t pid;
	char path[64];
	char text[64];
} *low;

static void say(const char *question, enum design design, const char *answer)
{
	printf("world: %s / %s: %s\n", question, names[design], answer);
}

static void say_result(const char *question, enum design design, long result)
{
	char text[64];

	if (result == WANTED)
		strcpy(text, "as wanted");
	else if (result < 0)
		snprintf(text, sizeof(text), "%s", strerrorname_np(-result));
	else
		snprintf(text, sizeof(text), "not as wanted");
	say(question, design, text);
}

static long result_of(long result)
{
	return result < 0 ? -errno : result;
}

static void want(uint32_t kind)
{
	low->data.kind = kind;
	low->data.count = 1;
	low->data.value = WANTED;
	low->pid = WANTED;
	snprintf(low->text, sizeof(low->text), "%s LONG1 %d\n",
		 kind == KIND_PID ? "pid" : "msg", WANTED);
}

/* The first pass of designs that have two; 0 or -errno. */
static long ask(enum design design, uint32_t kind)
{
	long result;
	int fd;

	want(kind);
	if (design == SETTER)
		return result_of(syscall(NR_SET, &low->data, sizeof(low->data)));
	if (design != PROCFS)
		return 0;
	fd = open(FILE, O_WRONLY);
	if (fd < 0)
		return -errno;
	result = result_of(write(fd, low->text, strlen(low->text)));
	close(fd);
	return result < 0 ? result : 0;
}

static long indirect(const uint64_t *regs)
{
	memcpy(low->regs, regs, sizeof(low->regs));
	return result_of(syscall(NR_INDIRECT, low->regs, &low->data,
				 sizeof(low->data), 0));
}

/* Whoever asks for it gets a queue of the id. */
static long directed_msgget(enum design design)
{
	const uint64_t regs[7] = { SYS_msgget, IPC_PRIVATE, 0600 };
	long asked = ask(design, KIND_MSG);

	if (asked < 0)
		return asked;
	switch (design) {
	case WITH_ID:
		return result_of(syscall(NR_MSGGET_WITH_ID, IPC_PRIVATE, 0600,
					 WANTED));
	case INDIRECT:
		return indirect(regs);
	default:
		return result_of(msgget(IPC_PRIVATE, 0600));
	}
}

/* A child of such flags, which is gone when this returns; its pid. */
static long directed_clone(enum design design, unsigned long flags)
{
	const uint64_t regs[7] = { SYS_clone, flags | SIGCHLD, 0,
				   (uint64_t)&low->path };
	long pid = ask(design, KIND_PID);

	if (pid < 0)
		return pid;
	switch (design) {
	case WITH_ID:
		pid = syscall(NR_CLONE_WITH_ID, flags | SIGCHLD, 0, &low->pid, 1);
		break;
	case INDIRECT:
		pid = syscall(NR_INDIRECT, memcpy(low->regs, regs, sizeof(regs)),
			      &low->data, sizeof(low->data), 0);
		break;
	default:
		pid = syscall(SYS_clone, flags | SIGCHLD, 0, &low->path, 0, 0);
	}
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	waitpid(pid, NULL, 0);
	return pid;
}

/* Runs a question where it leaves nothing behind; what it returns, or -errno. */
static long apart(long (*question)(enum design), enum design design)
{
	long *result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();

	*result = -ECHILD;
	if (pid == 0) {
		unshare(CLONE_NEWIPC);
		*result = question(design);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return *result;
}

/* strace, and who stops a task between its calls. */
static void trace(enum design design)
{
	char seen[160] = "";
	const char *where = "behind pointers";
	int status, stops = 0, is_entry = 0;
	struct user_regs_struct regs;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		unshare(CLONE_NEWIPC);
		raise(SIGSTOP);
		directed_msgget(design);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		if (waitpid(pid, &status, 0) < 0 || WIFEXITED(status))
			break;
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		is_entry = !is_entry;
		ptrace(PTRACE_GETREGS, pid, 0, &regs);
		if (!is_entry || regs.orig_rax == SYS_exit_group ||
		    regs.orig_rax == SYS_tgkill || regs.orig_rax == SYS_getpid ||
		    regs.orig_rax == SYS_gettid ||
		    regs.orig_rax == SYS_rt_sigprocmask)
			continue;
		stops++;
		snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s%llu",
			 *seen ? " " : "", regs.orig_rax);
		if (regs.rdi == WANTED || regs.rsi == WANTED || regs.rdx == WANTED)
			where = "in a register";
	}
	snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "; id %s", where);
	say("a tracer sees calls", design, seen);
	say("a tracer can stop it while it is armed", design,
	    stops > 1 ? "yes" : "no");
}

static int filter(struct sock_filter *program, unsigned short length)
{
	struct sock_fprog fprog = { .len = length, .filter = program };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog);
}

static long behind_filter(enum design design)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_msgget, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return filter(program, 4) ? -errno : directed_msgget(design);
}

static long in_chroot(enum design design)
{
	if (chroot("/empty") || chdir("/"))
		return -errno;
	return directed_msgget(design);
}

static long by_vfork(enum design design)
{
	return directed_clone(design, CLONE_VFORK);
}

static long with_settid(enum design design)
{
	return directed_clone(design, CLONE_PARENT_SETTID);
}

static long int80(uint32_t nr, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	long result;

	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int32_t)result;
}

static uint32_t address(const void *of)
{
	return (uint32_t)(uintptr_t)of;
}

static long by_compat(enum design design)
{
	const uint32_t regs[7] = { I386_MSGGET, IPC_PRIVATE, 0600 };

	want(KIND_MSG);
	switch (design) {
	case WITH_ID:
		return int80(NR_MSGGET_WITH_ID, IPC_PRIVATE, 0600, WANTED, 0);
	case SETTER:
		if (int80(NR_SET, address(&low->data), sizeof(low->data), 0, 0))
			return -EINVAL;
		break;
	case INDIRECT:
		memcpy(low->regs32, regs, sizeof(regs));
		return int80(NR_INDIRECT, address(low->regs32),
			     address(&low->data), sizeof(low->data), 0);
	default:
		if (ask(design, KIND_MSG) < 0)
			return -EINVAL;
	}
	return int80(I386_MSGGET, IPC_PRIVATE, 0600, 0, 0);
}

/* A set-uid program makes a queue, and exits with 1 if it got the id. */
static long by_setuid_program(enum design design)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		/* Armed first: who is not dumpable can't open its own file. */
		if (ask(design, KIND_MSG) < 0)
			_exit(2);
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(3);
		execl(SETUID, SETUID, NULL);
		_exit(4);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* io_uring's poller is a task that the kernel makes of the caller. */
static long beside_kernel_task(enum design design)
{
	uint32_t params[IO_URING_PARAMS / 4] = { [2] = IO_URING_SQPOLL };
	long asked = ask(design, KIND_PID);
	pid_t pid;

	if (asked < 0)
		return asked;
	if (syscall(SYS_io_uring_setup, 1, params) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	waitpid(pid, NULL, 0);
	return pid;
}

/* What the audit log says of one call; it goes to the console, without a daemon. */
static void audit(enum design design)
{
	struct {
		struct nlmsghdr head;
		union {
			struct audit_status status;
			struct audit_rule_data rule;
		};
	} message = { .head = { .nlmsg_flags = NLM_F_REQUEST } };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT), nr;

	message.head.nlmsg_type = AUDIT_SET;
	message.head.nlmsg_len = NLMSG_LENGTH(sizeof(message.status));
	message.status.mask = AUDIT_STATUS_ENABLED;
	message.status.enabled = 1;
	sendto(fd, &message, message.head.nlmsg_len, 0,
	       (struct sockaddr *)&kernel, sizeof(kernel));
	memset(&message.rule, 0, sizeof(message.rule));
	message.head.nlmsg_type = AUDIT_ADD_RULE;
	message.head.nlmsg_len = NLMSG_LENGTH(sizeof(message.rule));
	message.rule.flags = AUDIT_FILTER_EXIT;
	message.rule.action = AUDIT_ALWAYS;
	for (nr = NR_MSGGET_WITH_ID; nr <= NR_INDIRECT; nr++)
		message.rule.mask[AUDIT_WORD(nr)] |= AUDIT_BIT(nr);
	message.rule.mask[AUDIT_WORD(SYS_msgget)] |= AUDIT_BIT(SYS_msgget);
	message.rule.mask[AUDIT_WORD(SYS_write)] |= AUDIT_BIT(SYS_write);
	sendto(fd, &message, message.head.nlmsg_len, 0,
	       (struct sockaddr *)&kernel, sizeof(kernel));
	printf("world: audit %s begins\n", names[design]);
	apart(directed_msgget, design);
	printf("world: audit %s ends\n", names[design]);
	message.head.nlmsg_type = AUDIT_DEL_RULE;
	sendto(fd, &message, message.head.nlmsg_len, 0,
	       (struct sockaddr *)&kernel, sizeof(kernel));
	close(fd);
}

/* The console has a limit on lines of the audit log. */
static void log_everything(void)
{
	int fd = open("/proc/sys/kernel/printk_ratelimit", O_WRONLY);

	if (fd < 0 || write(fd, "0", 1) != 1)
		printf("world: the audit log may be cut\n");
	close(fd);
}

/* This file again, set-uid, where a mount lets it be so. */
static int copy_self(void)
{
	static char bytes[1 << 20];
	int from = open("/init", O_RDONLY), to;
	ssize_t size = read(from, bytes, sizeof(bytes));

	mount("tmpfs", "/tmp", "tmpfs", 0, "mode=755");
	to = open(SETUID, O_WRONLY | O_CREAT, 0755);
	if (size <= 0 || write(to, bytes, size) != size)
		return -1;
	close(from);
	close(to);
	return chmod(SETUID, 04755);
}

int main(int argc, char *argv[])
{
	enum design design;
	long result;

	(void)argc;
	if (!strcmp(argv[0], SETUID))
		return msgget(IPC_PRIVATE, 0600) == WANTED ? 1 : 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	mount("proc", "/proc", "proc", 0, NULL);
	log_everything();
	low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED || copy_self())
		printf("world: it can't be tried (%s)\n", strerror(errno));
	for (design = 0; design < DESIGNS; design++) {
		say_result("a directed msgget", design,
			   apart(directed_msgget, design));
		trace(design);
		audit(design);
		say_result("with a filter that refuses msgget", design,
			   apart(behind_filter, design));
		say_result("in a chroot without /proc", design,
			   apart(in_chroot, design));
		say_result("by a 32-bit caller", design, apart(by_compat, design));
		say_result("a child by CLONE_VFORK", design, apart(by_vfork, design));
		say_result("a child by CLONE_PARENT_SETTID", design,
			   apart(with_settid, design));
		if (design != PROCFS && design != SETTER)
			continue;
		result = apart(by_setuid_program, design);
		say("a set-uid program gets what was armed before exec", design,
		    result == 0 ? "no" : result == 1 ? "YES" : "can't be tried");
		say_result("a fork behind a task that the kernel made", design,
			   apart(beside_kernel_task, design));
	}
	printf("world: done\n");
	reboot(RB_AUTOBOOT);
	return 0;
}
