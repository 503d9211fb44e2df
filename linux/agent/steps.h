/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIDEBAND_STEPS_H
#define SIDEBAND_STEPS_H

/* Runs the steps of the request that was read, in namespaces of its own, and replies. */
void run_steps(void);

#endif
