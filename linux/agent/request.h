/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIDEBAND_REQUEST_H
#define SIDEBAND_REQUEST_H

/* Runs the request that was read, in namespaces of its own, and replies. */
void run_request(void);

#endif
