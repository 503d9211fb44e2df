/* SPDX-License-Identifier: GPL-2.0-only */
/* Tapes that are timed. */
#ifndef SIDEBAND_TIMES_H
#define SIDEBAND_TIMES_H

/* Has the plays of the request made in a fresh image, and replies. */
void run_times(void);
/* main() of that image; the request is in a descriptor, and its reply is to be. */
_Noreturn void times_main(const char *kind, int fd);

#endif
