/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIDEBAND_RACE_H
#define SIDEBAND_RACE_H

/* Runs of tasks that race freely, as the request has it; the reply counts how they end. */
void run_races(void);

#endif
