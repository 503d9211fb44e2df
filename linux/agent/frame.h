/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames: the request that is being read, the reply that is being written. */
#ifndef SIDEBAND_FRAME_H
#define SIDEBAND_FRAME_H

#include <stddef.h>
#include <stdint.h>

_Noreturn void die(int code, const char *what);
_Noreturn void die_errno(const char *what);

/* The next request; ends the agent where there is none. */
void read_request(void);
/* The same, out of a file, which holds what is left to be taken. */
void leave_request(int fd);
void find_request(int fd);
/* Forgets the request; ends the agent if it is longer than what was taken. */
void end_request(void);
const unsigned char *take(size_t size);
uint64_t take_number(size_t size);

void put(const void *from, size_t size);
void put_number(uint64_t value, size_t size);
/* Of the next reply; its events are counted until put_tasks() or the like. */
void begin_events(void);
void put_event(uint32_t step, uint8_t kind, int64_t result, uint16_t length);
void end_events(void);
void flush(void);
/* The same, by way of a file: what was put, and is then the end of a reply. */
void leave_reply(int fd);
void find_reply(int fd);

#endif
