// SPDX-License-Identifier: MIT
/** The reader of CRIU images against images that criu wrote, what crit decoded, and garbage. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { captureFromImages, type Images, importCriu } from './import-criu.ts';

const FIXTURE = new URL('./fixtures/criu/', import.meta.url);
const FILES: ReadonlyMap<string, Uint8Array> = new Map(
  readdirSync(FIXTURE)
    .filter((name) => name.endsWith('.img'))
    .map((name) => [name, readFileSync(new URL(name, FIXTURE))]),
);

const imagesOf = (files: ReadonlyMap<string, Uint8Array>): Images => ({
  place: 'dump',
  names: [...files.keys()],
  read: (name) => files.get(name) ?? new Uint8Array(),
});

/** The fixture with one file replaced, or removed by null. */
function withFile(name: string, bytes: Uint8Array | null): Images {
  const files = new Map(FILES);
  if (bytes === null) files.delete(name);
  else files.set(name, bytes);
  return imagesOf(files);
}

const bytesOf = (name: string) => Buffer.from(FILES.get(name) ?? []);

/** The file with the 32-bit word at an offset changed. */
function withWord(name: string, offset: number, word: number): Images {
  const bytes = bytesOf(name);
  bytes.writeUInt32LE(word, offset);
  return withFile(name, bytes);
}

interface Decoded {
  readonly entries: readonly Record<string, unknown>[];
}
const decoded = (name: string): Decoded =>
  JSON.parse(readFileSync(new URL(`decoded/${name}.json`, FIXTURE), 'utf8'));

describe('the images of a real dump', () => {
  const capture = importCriu(fileURLToPath(FIXTURE));

  it('give the process tree that crit decodes', () => {
    expect(
      capture.tasks.map(({ nspid, ppid, pgid, sid, threads }) => {
        const [pid] = nspid;
        return { pid, ppid, pgid, sid, threads: [pid, ...threads.flat()] };
      }),
    ).toEqual(decoded('pstree').entries);
  });

  it('give the queues with their messages', () => {
    const entries = decoded('ipcns-msg-10').entries.map(({ desc, qbytes, extra }) => {
      const parts = extra as unknown[];
      const messages = [];
      for (let at = 0; at < parts.length; at += 2) {
        const { mtype } = parts[at] as { mtype: number };
        messages.push({ type: mtype, text: String(parts[at + 1]).trim() });
      }
      return { ...(desc as object), qbytes, messages };
    });
    expect(entries.length).toBe(2);
    expect(capture.ipc.msg).toEqual(entries);
  });

  it('give the semaphores with their values', () => {
    const entries = decoded('ipcns-sem-10').entries.map(({ desc, extra }) => ({
      ...(desc as object),
      values: extra,
    }));
    expect(capture.ipc.sem).toEqual(entries);
  });

  it('give the segments with their sizes', () => {
    const entries = decoded('ipcns-shm-10').entries.map(({ desc, size }) => ({
      ...(desc as object),
      size,
    }));
    expect(capture.ipc.shm).toEqual(entries);
  });

  it('give names and states, of which the zombie has an exit code', () => {
    const zombies = capture.tasks.filter(({ state }) => state === 'zombie');
    expect(zombies.length).toBe(capture.tasks.filter((task) => 'exitCode' in task).length);
    expect(capture.tasks.every(({ comm }) => (comm ?? '') !== '')).toBe(true);
  });
});

describe('keys', () => {
  it('are signed in a capture, and not in an image', () => {
    const desc = protobuf.Writer.create();
    for (const [field, value] of [0xfffffffb, 0, 0, 0, 0, 0o600, 7].entries()) {
      desc.uint32(((field + 1) << 3) | 0).uint32(value);
    }
    const segment = protobuf.Writer.create();
    segment.uint32((1 << 3) | 2).bytes(desc.finish());
    segment.uint32((2 << 3) | 0).uint64(4096);
    const entry = segment.finish();
    const size = Buffer.alloc(4);
    size.writeUInt32LE(entry.length);
    const bytes = Buffer.concat([bytesOf('ipcns-shm-10.img').subarray(0, 8), size, entry]);
    const { ipc } = captureFromImages(withFile('ipcns-shm-10.img', bytes));
    expect(ipc.shm.map(({ id, key, mode, size: length }) => ({ id, key, mode, length }))).toEqual([
      { id: 7, key: -5, mode: 0o600, length: 4096 },
    ]);
  });
});

describe('images that are not what they should be', () => {
  const inventory = bytesOf('inventory.img');
  it.each<[string, Images, string]>([
    ['no inventory', withFile('inventory.img', null), 'dump: inventory.img is missing; name a'],
    ['no tree', withFile('pstree.img', null), 'dump: pstree.img is missing'],
    ['no core of a task', withFile('core-4.img', null), 'dump: core-4.img is missing'],
    [
      'an empty file',
      withFile('pstree.img', Buffer.alloc(0)),
      'dump/pstree.img, offset 0: the file ends inside a magic number',
    ],
    [
      'a file of 3 bytes',
      withFile('pstree.img', Buffer.from('abc')),
      'dump/pstree.img, offset 0: the file ends inside a magic',
    ],
    [
      'a text file',
      withFile('pstree.img', Buffer.from('hello, world')),
      'dump/pstree.img, offset 4: magic 0x6c6c6568, where one of pstree belongs',
    ],
    [
      'another image by this name',
      withFile('pstree.img', bytesOf('core-1.img')),
      'dump/pstree.img, offset 8: an image of core, where one of pstree belongs',
    ],
    [
      'a wrong type magic',
      withWord('core-1.img', 4, 0x12345678),
      'dump/core-1.img, offset 8: magic 0x12345678, where one of core belongs',
    ],
    [
      'a truncated size',
      withFile('pstree.img', bytesOf('pstree.img').subarray(0, 10)),
      'dump/pstree.img, offset 8: the file ends inside a size',
    ],
    [
      'a truncated entry',
      withFile('pstree.img', bytesOf('pstree.img').subarray(0, -1)),
      ' bytes of a pstree entry, but the file has ',
    ],
    [
      'a size past the end',
      withWord('pstree.img', 8, 0x7fffffff),
      'dump/pstree.img, offset 12: 2147483647 bytes of a pstree entry, but the file has 68 left',
    ],
    [
      'a version of the future',
      withFile(
        'inventory.img',
        Buffer.concat([inventory.subarray(0, 8), Buffer.from([0x08, 9]), inventory.subarray(10)]),
      ),
      'dump/inventory.img: image version 9, of which nothing is known here; dump with a CRIU that writes version 2',
    ],
    [
      'a truncated message',
      withFile('ipcns-msg-10.img', bytesOf('ipcns-msg-10.img').subarray(0, 50)),
      'dump/ipcns-msg-10.img, offset ',
    ],
    [
      'two IPC namespaces',
      imagesOf(new Map([...FILES, ['ipcns-msg-11.img', bytesOf('ipcns-msg-10.img')]])),
      'dump: 2 IPC namespaces (ipcns-msg-10.img, ipcns-msg-11.img)',
    ],
  ])('%s are refused with the place and the remedy', (_, images, message) => {
    let refused: unknown = null;
    try {
      captureFromImages(images);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(InputError);
    expect(String(refused)).toContain(message);
  });

  it('are refused if there is no such directory', () => {
    expect(() => importCriu('/no/such/directory')).toThrow(
      "/no/such/directory: can't be read (ENOENT); name a directory that criu dump wrote",
    );
  });
});

describe('garbage in images', () => {
  const names = [...FILES.keys()].filter((name) => !/^(ids|core-2|ipcns-var)/.test(name));
  const offset = fc.nat({ max: 1 << 12 });
  const damage = fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at: offset, bit: fc.nat({ max: 7 }) }),
    fc.record({ kind: fc.constant('cut' as const), at: offset }),
    fc.record({ kind: fc.constant('insert' as const), at: offset, bytes: fc.uint8Array() }),
    fc.record({ kind: fc.constant('replace' as const), bytes: fc.uint8Array({ maxLength: 200 }) }),
  );
  type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

  function damaged(bytes: Buffer, how: Damage): Buffer {
    if (how.kind === 'replace') return Buffer.from(how.bytes);
    const at = bytes.length === 0 ? 0 : how.at % bytes.length;
    if (how.kind === 'cut') return bytes.subarray(0, at);
    if (how.kind === 'insert') {
      return Buffer.concat([bytes.subarray(0, at), how.bytes, bytes.subarray(at)]);
    }
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << how.bit);
    return flipped;
  }

  it('is read as a capture or refused, and nothing else happens', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        (name, hows) => {
          try {
            captureFromImages(withFile(name, hows.reduce(damaged, bytesOf(name))));
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            refused++;
          }
        },
      ),
      { seed: 200807, numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });
});
