// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "task.h"

ssize_t proc_read(long tid, const char *name, char *to, size_t size)
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

struct proc_stat proc_stat(long tid)
{
	struct proc_stat found = { .letter = 'X' };
	char stat[512], *end;
	ssize_t got;

	got = proc_read(tid, "stat", stat, sizeof(stat) - 1);
	stat[got] = '\0';
	end = strrchr(stat, ')');
	if (!end || sscanf(end + 1, " %c %ld %*d %*d %*d %*d %lu",
			   &found.letter, &found.ppid, &found.flags) != 3)
		return (struct proc_stat){ .letter = 'X' };
	/* Dead, but release_task() is to come, and tells the parent. */
	if (found.letter == 'X')
		found.letter = 'R';
	return found;
}

int proc_is_dead(long tid)
{
	char letter = proc_stat(tid).letter;

	return letter == 'Z' || letter == 'X';
}

/* What stands after a name in a status file; nothing if it is not there. */
static const char *value_in(const char *status, const char *name)
{
	const char *line = strstr(status, name);

	return line ? line + strlen(name) : "";
}

static void read_status(long tid, char status[STATUS_SIZE])
{
	status[proc_read(tid, "status", status, STATUS_SIZE - 1)] = '\0';
}

static unsigned long long set_in(const char *status, const char *name)
{
	return strtoull(value_in(status, name), NULL, 16);
}

int proc_has_signal(long tid)
{
	char status[STATUS_SIZE];

	read_status(tid, status);
	return ((set_in(status, "\nSigPnd:\t") | set_in(status, "\nShdPnd:\t")) &
		~set_in(status, "\nSigBlk:\t")) != 0;
}

long proc_switches(long tid)
{
	char status[STATUS_SIZE];

	read_status(tid, status);
	return strtol(value_in(status, "\nvoluntary_ctxt_switches:\t"), NULL, 10);
}
