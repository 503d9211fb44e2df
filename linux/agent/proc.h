/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc says of a task, by its number in the namespace of that /proc. */
#ifndef SIDEBAND_PROC_H
#define SIDEBAND_PROC_H

#include <stddef.h>
#include <sys/types.h>

#define PF_EXITING	0x4		/* include/linux/sched.h */

struct proc_stat {
	char letter;		/* R, S, D, Z, ...; X once it is gone */
	long ppid;
	unsigned long flags;
};

/* So many bytes of a file of its directory; 0 if there is none. */
ssize_t proc_read(long tid, const char *name, char *to, size_t size);
struct proc_stat proc_stat(long tid);
int proc_is_dead(long tid);
/* Is anything pending to it that it does not block? */
int proc_has_signal(long tid);
/* How often it has given up its CPU to sleep. */
long proc_switches(long tid);

#endif
