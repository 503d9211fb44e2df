/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent as the first process of a machine, which speaks by a serial line. */
#ifndef SIDEBAND_GUEST_H
#define SIDEBAND_GUEST_H

/* Makes stdin and stdout what the host is at the other end of. */
void guest_begin(void);
/* The machine goes with the agent. */
_Noreturn void guest_end(void);

#endif
