// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frame.h"
#include "protocol.h"

static unsigned char *frame;		/* mapped as long as it is read */
static unsigned char reply[MAX_REPLY];
static size_t at, frame_size, reply_size, events_at;
static uint32_t events;

_Noreturn void die(int code, const char *what)
{
	fprintf(stderr, "agent: %s\n", what);
	exit(code);
}

_Noreturn void die_errno(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void read_all(void *to, size_t size)
{
	char *p = to;
	ssize_t got;

	while (size) {
		got = read(STDIN_FILENO, p, size);
		if (got == 0)
			exit(0);
		if (got < 0 && errno != EINTR)
			die_errno("read");
		if (got > 0) {
			p += got;
			size -= got;
		}
	}
}

static void write_all(const void *from, size_t size)
{
	const char *p = from;
	ssize_t done;

	while (size) {
		done = write(STDOUT_FILENO, p, size);
		if (done < 0 && errno != EINTR)
			exit(0);
		if (done > 0) {
			p += done;
			size -= done;
		}
	}
}

static void map_frame(size_t size)
{
	if (frame)
		munmap(frame, frame_size + 1);
	frame = mmap(NULL, size + 1, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (frame == MAP_FAILED)
		die_errno("mmap");
	frame_size = size;
	at = 0;
}

void read_request(void)
{
	uint32_t size;

	read_all(&size, sizeof(size));
	if (size > MAX_FRAME)
		die(2, "the request is longer than a frame");
	map_frame(size);
	read_all(frame, size);
}

void leave_request(int fd)
{
	if (pwrite(fd, frame + at, frame_size - at, 0) < 0)
		die_errno("pwrite");
}

void find_request(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (size < 0)
		die_errno("lseek");
	map_frame(size);
	if (pread(fd, frame, size, 0) != size)
		die_errno("pread");
}

void end_request(void)
{
	if (at != frame_size)
		die(2, "the request goes on after its end");
	munmap(frame, frame_size + 1);
	frame = NULL;
}

const unsigned char *take(size_t size)
{
	const unsigned char *p = frame + at;

	if (size > frame_size - at)
		die(2, "the request ends in the middle of a value");
	at += size;
	return p;
}

uint64_t take_number(size_t size)
{
	uint64_t value = 0;

	memcpy(&value, take(size), size);
	return value;
}

void put(const void *from, size_t size)
{
	if (size > MAX_REPLY - reply_size)
		die(2, "the reply is longer than a frame");
	memcpy(reply + reply_size, from, size);
	reply_size += size;
}

void put_number(uint64_t value, size_t size)
{
	put(&value, size);
}

void begin_events(void)
{
	events = 0;
	events_at = reply_size;
	put_number(0, 4);
}

void put_event(uint32_t step, uint8_t kind, int64_t result, uint16_t length)
{
	events++;
	put_number(step, 4);
	put_number(kind, 1);
	put_number(0, 1);
	put_number(length, 2);
	put_number(result, 8);
}

void end_events(void)
{
	memcpy(reply + events_at, &events, 4);
}

void flush(void)
{
	uint32_t size = reply_size;

	write_all(&size, sizeof(size));
	write_all(reply, reply_size);
	reply_size = 0;
}

void leave_reply(int fd)
{
	if (ftruncate(fd, 0) || pwrite(fd, reply, reply_size, 0) < 0)
		die_errno("pwrite");
}

void find_reply(int fd)
{
	ssize_t size = pread(fd, reply + reply_size, MAX_FRAME - reply_size, 0);

	if (size < 0)
		die_errno("pread");
	reply_size += size;
}
