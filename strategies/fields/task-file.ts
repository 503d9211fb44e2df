// SPDX-License-Identifier: MIT
/** Callers that write a text to a file in front of the call. */
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { O_DIRECTORY, O_RDONLY, O_WRONLY } from '../../core/kernel/flags.ts';
import { putText } from '../../core/kernel/memory.ts';
import type { CallerHalf } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';

/** What a value is in the file. */
export type Format = (want: Want) => string;

export const openFile = ({ memory }: Caller, path: string) =>
  sys('open', putText(memory, path), path.length, O_WRONLY);

export const openDirectory = ({ memory }: Caller, path: string) =>
  sys('open', putText(memory, path), path.length, O_RDONLY | O_DIRECTORY);

export const openIn = ({ memory }: Caller, directory: number, name: string) =>
  sys('openat', directory, putText(memory, name), name.length, O_WRONLY);

export const writeText = ({ memory }: Caller, fd: number, text: string) =>
  sys('write', fd, putText(memory, text), text.length);

/** Opens, writes and closes, and only then makes the call. */
export const openWriteClose = (path: string, format: Format): CallerHalf => ({
  twoPasses: true,
  *direct(me: Caller, want: Want, call: Directable): Program {
    const fd = yield openFile(me, path);
    if (fd < 0) return fd;
    const written = yield writeText(me, fd, format(want));
    yield sys('close', fd);
    return written < 0 ? written : yield call;
  },
});

/** Closes after the call, so that nothing comes between it and the write. */
export const closeLast = (path: string, format: Format): CallerHalf => ({
  twoPasses: true,
  *direct(me: Caller, want: Want, call: Directable): Program {
    const fd = yield openFile(me, path);
    if (fd < 0) return fd;
    const written = yield writeText(me, fd, format(want));
    const result = written < 0 ? written : yield call;
    yield sys('close', fd);
    return result;
  },
});

/** Writes to a descriptor that each thread opens once and keeps. */
export const keptDescriptor = (path: string, format: Format): CallerHalf => ({
  twoPasses: true,
  *prepare(me: Caller): Program {
    return yield openFile(me, path);
  },
  *direct(me: Caller, want: Want, call: Directable, fd: number): Program {
    if (fd < 0) return fd;
    const written = yield writeText(me, fd, format(want));
    return written < 0 ? written : yield call;
  },
});

/** Opens the file each time, from a descriptor of its directory that each thread keeps. */
export const keptDirectory = (directory: string, name: string, format: Format): CallerHalf => ({
  twoPasses: true,
  *prepare(me: Caller): Program {
    return yield openDirectory(me, directory);
  },
  *direct(me: Caller, want: Want, call: Directable, dirfd: number): Program {
    if (dirfd < 0) return dirfd;
    const fd = yield openIn(me, dirfd, name);
    if (fd < 0) return fd;
    const written = yield writeText(me, fd, format(want));
    yield sys('close', fd);
    return written < 0 ? written : yield call;
  },
});
