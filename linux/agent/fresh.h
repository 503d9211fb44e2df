/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIDEBAND_FRESH_H
#define SIDEBAND_FRESH_H

#include <sys/types.h>

/*
 * A child that is init of a fresh pid namespace, alone in a fresh IPC
 * namespace, and as if there were no agent: named as an init, signals as in a
 * new process, and no descriptor open, least of all the pipes to the harness.
 */
pid_t fresh_init(void (*run)(void));
/* Ends it and all below it, and waits until nobody is left. */
void fresh_end(pid_t init);

#endif
