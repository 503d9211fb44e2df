// SPDX-License-Identifier: MIT
/**
 * What a guest finds at first: the agent as /init, and where it mounts things. A cpio archive of the
 * form "newc" (Documentation/driver-api/early-userspace/buffer-format.rst), the same bytes each time.
 */

interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

const DIRECTORY = 0o040755;
const EXECUTABLE = 0o100755;
const NOTHING = Buffer.alloc(0);
const DIRECTORIES = ['proc', 'sys', 'dev', 'bin', 'tmp', 'empty'];
const TRAILER = { name: 'TRAILER!!!', mode: 0, bytes: NOTHING };

/** @param programs by path without the first slash, `init` among them */
export function initrd(programs: Readonly<Record<string, Buffer>>): Buffer {
  const entries: Entry[] = [
    ...DIRECTORIES.map((name) => ({ name, mode: DIRECTORY, bytes: NOTHING })),
    ...Object.entries(programs).map(([name, bytes]) => ({ name, mode: EXECUTABLE, bytes })),
    TRAILER,
  ];
  return Buffer.concat(entries.flatMap((entry, index) => archived(entry, index + 1)));
}

function archived({ name, mode, bytes }: Entry, inode: number): Buffer[] {
  const path = Buffer.from(`${name}\0`);
  const links = mode === DIRECTORY ? 2 : 1;
  // inode, mode, uid, gid, links, time, size, devices of the file and its own, length of the name
  const numbers = [inode, mode, 0, 0, links, 0, bytes.length, 0, 0, 0, 0, path.length, 0];
  const head = numbers.map((number) => number.toString(16).padStart(8, '0').toUpperCase());
  const header = Buffer.concat([Buffer.from(`070701${head.join('')}`), path]);
  return [padded(header), padded(bytes)];
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
