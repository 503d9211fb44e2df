/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIDEBAND_RESTORE_H
#define SIDEBAND_RESTORE_H

/*
 * Plays the tapes of the request that was read, in namespaces of their own,
 * replies, and ends what came of it once the harness has looked at it.
 */
void run_restore(void);

#endif
