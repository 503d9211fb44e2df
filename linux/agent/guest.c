// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

#define LINE		"/dev/ttyS1"	/* the console is ttyS0 */
#define EMPTY		"/empty"
#define REQUESTS	"/requests"	/* to be answered before the machine is off */
#define PID_MAX		"/proc/sys/kernel/pid_max"
#define MOST_PIDS	"4194304"	/* as systemd has it */

void guest_begin(void)
{
	struct termios raw;
	int line, fd;

	if (mount("proc", "/proc", "proc", 0, NULL))
		die_errno("/proc");
	if (mount("sysfs", "/sys", "sysfs", 0, NULL))
		die_errno("/sys");
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL))
		die_errno("/dev");
	fd = open(PID_MAX, O_WRONLY);
	if (fd < 0 || write(fd, MOST_PIDS, strlen(MOST_PIDS)) < 0)
		die_errno(PID_MAX);
	close(fd);
	if (chdir(EMPTY))		/* where no relative path leads anywhere */
		die_errno(EMPTY);
	line = open(LINE, O_RDWR | O_NOCTTY);
	if (line < 0 || tcgetattr(line, &raw))
		die_errno(LINE);
	cfmakeraw(&raw);
	cfsetspeed(&raw, B115200);
	if (tcsetattr(line, TCSANOW, &raw))
		die_errno(LINE);
	fd = open(REQUESTS, O_RDONLY);
	dup2(fd < 0 ? line : fd, 0);
	dup2(line, 1);
	close(line);
}

_Noreturn void guest_end(void)
{
	reboot(RB_AUTOBOOT);
	exit(0);
}
