// SPDX-License-Identifier: GPL-2.0-only
/*
 * A tree to be captured: what CRIU's checkpoints lack, made by the calls that
 * make it on any system. Prints the number of its root once all is in place,
 * and goes when its standard input ends. Numbers in the root's pid namespace:
 *
 *	1	the root, which leads a session
 *	4	in session 3, whose leader is dead
 *	6	in group 5, whose leader is dead
 *	7/1	init of a pid namespace; 8/2 and 9/3 are its threads
 *	10/4	child of that init
 *	11/5/1	init of one further in, with an IPC namespace of its own
 *	12	a zombie that exited with 3
 *	13	leads a group, of which 14 is a member
 *
 * 2, 3 and 5 are dead. Last users of IPC objects are among the living, the dead,
 * and somebody outside whom the tree does not see. Numbers are the same each
 * time, as each step waits for the one before.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUEUE_KEY	0x51
#define FOREIGN_KEY	0x52
#define SET_KEY		0x53
#define SEGMENT_KEY	0x54
#define OWN_KEY		0x55

#define SEMAPHORES	4
#define DEAD_GROUP	5
#define JOB		13

/* Where a new task says that it is in place. */
static int ready;

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void await(int fd)
{
	char byte;

	must(read(fd, &byte, 1) == 1, "a step that failed");
}

static void done(void)
{
	must(write(ready, "", 1) == 1, "write");
}

static pid_t child(void (*part)(void), unsigned long flags)
{
	int fds[2];
	pid_t pid;

	must(!pipe(fds), "pipe");
	pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
	must(pid >= 0, "clone");
	if (!pid) {
		close(fds[0]);
		ready = fds[1];
		part();
		done();
		for (;;)
			pause();
	}
	close(fds[1]);
	await(fds[0]);
	close(fds[0]);
	return pid;
}

/* It does its part and is gone. */
static void gone(pid_t pid)
{
	must(!kill(pid, SIGKILL), "kill");
	must(waitpid(pid, NULL, 0) == pid, "waitpid");
}

static void *thread(void *unused)
{
	done();
	for (;;)
		pause();
	return unused;
}

static void threads(int count)
{
	int outer = ready, fds[2];
	pthread_t unused;

	must(!pipe(fds), "pipe");
	ready = fds[1];
	while (count--) {
		must(!pthread_create(&unused, NULL, thread, NULL), "thread");
		await(fds[0]);
	}
	close(fds[0]);
	close(fds[1]);
	ready = outer;
}

static void name(const char *comm)
{
	must(!prctl(PR_SET_NAME, comm), "prctl");
}

static void enqueue(key_t key, const char *text)
{
	struct {
		long type;
		char text[16];
	} message = { .type = strlen(text) };

	strncpy(message.text, text, sizeof(message.text) - 1);
	must(!msgsnd(msgget(key, 0), &message, strlen(text), 0), "msgsnd");
}

static void up(key_t key, unsigned short nth)
{
	struct sembuf op = { .sem_num = nth, .sem_op = 1 };

	must(!semop(semget(key, 0, 0), &op, 1), "semop");
}

/* 2, which nobody remembers but the objects that it used. */
static void visitor(void)
{
	struct {
		long type;
		char text[16];
	} message;

	enqueue(QUEUE_KEY, "taken");
	must(msgrcv(msgget(QUEUE_KEY, 0), &message, 16, 0, 0) == 5, "msgrcv");
	enqueue(QUEUE_KEY, "left");
	up(SET_KEY, 1);
}

static void orphan(void)
{
	name("orphan");
	enqueue(QUEUE_KEY, "of the orphan");
}

static void session_leader(void)
{
	must(setsid() > 0, "setsid");
	up(SET_KEY, 2);
	child(orphan, 0);
}

static void group_leader(void)
{
	must(!setpgid(0, 0), "setpgid");
	must(shmget(SEGMENT_KEY, 12345, IPC_CREAT | 0640) >= 0, "shmget");
}

static void member_of_the_dead(void)
{
	void *at;

	must(!setpgid(0, DEAD_GROUP), "setpgid");
	name("member");
	at = shmat(shmget(SEGMENT_KEY, 0, 0), NULL, 0);
	must(at != (void *)-1 && !shmdt(at), "shmat");
}

static void inner(void)
{
	name("inner");
	up(SET_KEY, 3);
}

static void innermost(void)
{
	must(setsid() > 0, "setsid");
	name("innermost");
	must(semget(OWN_KEY, 2, IPC_CREAT | 0600) >= 0, "semget");
	up(OWN_KEY, 1);
}

static void inner_init(void)
{
	must(setsid() > 0, "setsid");
	name("inner-init");
	threads(2);
	child(inner, 0);
	child(innermost, CLONE_NEWPID | CLONE_NEWIPC);
}

static void zombie(void)
{
	name("zombie");
	done();
	exit(3);
}

static void job(void)
{
	must(!setpgid(0, 0), "setpgid");
	name("job");
}

static void job_member(void)
{
	must(!setpgid(0, JOB), "setpgid");
	name("job-member");
}

static void root(void)
{
	pid_t leader;

	must(!prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
	must(setsid() > 0, "setsid");
	name("root");
	gone(child(visitor, 0));
	gone(child(session_leader, 0));
	leader = child(group_leader, 0);
	child(member_of_the_dead, 0);
	gone(leader);
	child(inner_init, CLONE_NEWPID);
	/* It says that it is in place and then exits: see that it has. */
	waitid(P_PID, child(zombie, 0), NULL, WEXITED | WNOWAIT);
	child(job, 0);
	child(job_member, 0);
}

int main(void)
{
	char byte;

	must(!unshare(CLONE_NEWIPC), "unshare");
	must(msgget(QUEUE_KEY, IPC_CREAT | 0600) >= 0, "msgget");
	must(msgget(FOREIGN_KEY, IPC_CREAT | 0620) >= 0, "msgget");
	must(semget(SET_KEY, SEMAPHORES, IPC_CREAT | 0600) >= 0, "semget");
	enqueue(FOREIGN_KEY, "from outside");
	printf("%d\n", child(root, CLONE_NEWPID));
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
