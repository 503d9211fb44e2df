// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the System V IPC objects of a task's IPC namespace, pids as the task
 * itself sees them. Reads only: MSG_COPY leaves messages where they are.
 *
 *	ipc-objects PID
 *
 * One JSON object a line. All have type ("msg", "sem", "shm"), id, key, uid,
 * gid, cuid, cgid and mode, as *_STAT_ANY gives them, and then
 *
 *	msg	qbytes, lspid, lrpid, stime, rtime, ctime
 *		messages: [{type, text}], text in hex; first in, first printed
 *	sem	otime, ctime
 *		values (GETALL) and pids (GETPID), one a semaphore
 *	shm	size, cpid, lpid, atime, dtime, ctime
 *
 * Where the contents may not be read, "errno" stands in their place. Exits
 * with 1 and a sentence on stderr if it can't get into the namespaces.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* linux/msg.h, linux/sem.h, linux/shm.h; older headers lack them */
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY	13
#endif
#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY	20
#endif
#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY	15
#endif
#ifndef MSG_COPY
#define MSG_COPY	040000
#endif

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
	struct seminfo *info;
};

static void *allocate(size_t size)
{
	void *p = malloc(size);

	if (!p) {
		perror("malloc");
		exit(1);
	}
	return p;
}

static void print_perm(const char *type, int id, const struct ipc_perm *perm)
{
	printf("{\"type\":\"%s\",\"id\":%d,\"key\":%d,\"uid\":%u,\"gid\":%u,",
	       type, id, perm->__key, perm->uid, perm->gid);
	printf("\"cuid\":%u,\"cgid\":%u,\"mode\":%u",
	       perm->cuid, perm->cgid, perm->mode);
}

static void print_messages(int id, size_t bytes)
{
	struct {
		long type;
		unsigned char text[];
	} *message = allocate(sizeof(*message) + bytes);
	ssize_t size, at;
	int nth;

	for (nth = 0; ; nth++) {
		size = msgrcv(id, message, bytes, nth,
			      MSG_COPY | IPC_NOWAIT | MSG_NOERROR);
		if (size < 0)
			break;
		printf("%s{\"type\":%ld,\"text\":\"",
		       nth ? "," : ",\"messages\":[", message->type);
		for (at = 0; at < size; at++)
			printf("%02x", message->text[at]);
		printf("\"}");
	}
	if (errno == ENOMSG)
		printf(nth ? "]" : ",\"messages\":[]");
	else
		printf("%s,\"errno\":%d", nth ? "]" : "", errno);
	free(message);
}

static void print_queues(void)
{
	struct msqid_ds ds;
	int index, id, last = msgctl(0, MSG_INFO, &ds);

	for (index = 0; index <= last; index++) {
		id = msgctl(index, MSG_STAT_ANY, &ds);
		if (id < 0)
			continue;
		print_perm("msg", id, &ds.msg_perm);
		printf(",\"qbytes\":%lu,\"lspid\":%d,\"lrpid\":%d",
		       (unsigned long)ds.msg_qbytes, ds.msg_lspid,
		       ds.msg_lrpid);
		printf(",\"stime\":%lld,\"rtime\":%lld,\"ctime\":%lld",
		       (long long)ds.msg_stime, (long long)ds.msg_rtime,
		       (long long)ds.msg_ctime);
		/* It may have grown since it was asked; never beyond qbytes. */
		print_messages(id, ds.msg_qbytes);
		printf("}\n");
	}
}

static void print_semaphores(int id, unsigned long count)
{
	unsigned short *values = allocate(count * sizeof(*values));
	union semun arg = { .array = values };
	unsigned long nth;

	if (semctl(id, 0, GETALL, arg) < 0) {
		printf(",\"errno\":%d", errno);
	} else {
		printf(",\"values\":[");
		for (nth = 0; nth < count; nth++)
			printf("%s%u", nth ? "," : "", values[nth]);
		printf("],\"pids\":[");
		for (nth = 0; nth < count; nth++)
			printf("%s%d", nth ? "," : "", semctl(id, nth, GETPID));
		printf("]");
	}
	free(values);
}

static void print_sets(void)
{
	struct semid_ds ds;
	struct seminfo info;
	union semun arg = { .info = &info };
	int index, id, last = semctl(0, 0, SEM_INFO, arg);

	arg.buf = &ds;
	for (index = 0; index <= last; index++) {
		id = semctl(index, 0, SEM_STAT_ANY, arg);
		if (id < 0)
			continue;
		print_perm("sem", id, &ds.sem_perm);
		printf(",\"otime\":%lld,\"ctime\":%lld",
		       (long long)ds.sem_otime, (long long)ds.sem_ctime);
		print_semaphores(id, ds.sem_nsems);
		printf("}\n");
	}
}

static void print_segments(void)
{
	struct shmid_ds ds;
	int index, id, last = shmctl(0, SHM_INFO, &ds);

	for (index = 0; index <= last; index++) {
		id = shmctl(index, SHM_STAT_ANY, &ds);
		if (id < 0)
			continue;
		print_perm("shm", id, &ds.shm_perm);
		printf(",\"size\":%lu,\"cpid\":%d,\"lpid\":%d",
		       (unsigned long)ds.shm_segsz, ds.shm_cpid, ds.shm_lpid);
		printf(",\"atime\":%lld,\"dtime\":%lld,\"ctime\":%lld}\n",
		       (long long)ds.shm_atime, (long long)ds.shm_dtime,
		       (long long)ds.shm_ctime);
	}
}

/* The namespace's link of a task; -1 where it is the one that we are in. */
static int open_other(const char *pid, const char *name)
{
	struct stat theirs, ours;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	if (stat(path, &ours)) {
		perror(path);
		exit(1);
	}
	snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &theirs)) {
		perror(path);
		exit(1);
	}
	if (theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino)
		return fd;
	close(fd);
	return -1;
}

/*
 * Privilege in the others may come with the user namespace, or be lost with
 * it: whoever may enter first does.
 */
static void enter(const char *pid)
{
	static const char *const names[] = { "ipc", "pid", "user" };
	int fds[3], pass, n, failed = 0;

	for (n = 0; n < 3; n++)
		fds[n] = open_other(pid, names[n]);
	for (pass = 0; pass < 2; pass++) {
		failed = 0;
		for (n = 0; n < 3; n++) {
			if (fds[n] < 0)
				continue;
			if (setns(fds[n], 0)) {
				failed = errno;
				continue;
			}
			close(fds[n]);
			fds[n] = -1;
		}
	}
	if (failed) {
		fprintf(stderr, "setns: %s\n", strerror(failed));
		exit(1);
	}
}

int main(int argc, char **argv)
{
	int status;
	pid_t child;

	if (argc != 2 || !*argv[1] || strspn(argv[1], "0123456789") != strlen(argv[1])) {
		fprintf(stderr, "usage: ipc-objects PID\n");
		return 2;
	}
	enter(argv[1]);
	/* A child is the first to be in the pid namespace that was entered. */
	child = fork();
	if (child < 0) {
		perror("fork");
		return 1;
	}
	if (!child) {
		print_queues();
		print_sets();
		print_segments();
		return 0;
	}
	if (waitpid(child, &status, 0) != child || status) {
		fprintf(stderr, "reading the objects failed\n");
		return 1;
	}
	return 0;
}
