// SPDX-License-Identifier: MIT
/** Process trees of machines that do not hold still, hide things, or hold what a capture can't. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/input-error.ts';
import type { Proc } from './proc.ts';
import { readTree } from './tree.ts';

interface Fake {
  readonly pids: readonly number[];
  readonly ppid: number;
  readonly comm?: string;
  readonly state?: string;
  readonly flags?: number;
  readonly exit?: number;
  readonly group?: readonly number[];
  readonly session?: readonly number[];
  readonly threads?: readonly (readonly number[])[];
  readonly ipc?: string;
  /** What reading it throws. */
  readonly error?: string;
  /** Ends that its links throw. */
  readonly links?: string;
}

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}

/** A machine of such processes; `turn` may change them each time that they are listed. */
function machine(all: Fake[], turn: (nth: number, all: Fake[]) => void = () => {}): Proc {
  let listed = 0;
  const of = (path: string): Fake =>
    all.find(({ pids }) => pids[0] === Number(path.split('/')[0])) ?? fail('ENOENT');
  const status = (numbers: readonly number[], fake: Fake) =>
    [
      `State:\t${fake.state ?? 'S (sleeping)'}`,
      `PPid:\t${fake.ppid}`,
      `NSpid:\t${numbers.join('\t')}`,
      `NSpgid:\t${(fake.group ?? fake.pids).join('\t')}`,
      `NSsid:\t${(fake.session ?? fake.pids).join('\t')}`,
    ].join('\n');
  return {
    list(path) {
      if (path === '') {
        turn(listed++, all);
        return ['self', 'sys', ...all.map(({ pids }) => String(pids[0]))];
      }
      const fake = of(path);
      return [fake.pids, ...(fake.threads ?? [])].map(([number]) => String(number));
    },
    read(path) {
      const fake = of(path);
      if (fake.error !== undefined) fail(fake.error);
      const [, file, tid] = path.split('/');
      if (file === 'comm') return Buffer.from(`${fake.comm ?? 'name'}\n`, 'latin1');
      if (file === 'stat') {
        const fields = Array.from({ length: 50 }, () => 0);
        fields[6] = fake.flags ?? 0;
        fields[49] = fake.exit ?? 0;
        return Buffer.from(`1 (a ) (b) S ${fields.slice(1).join(' ')}`);
      }
      const thread = fake.threads?.find(([number]) => number === Number(tid));
      return Buffer.from(status(thread ?? fake.pids, fake));
    },
    link(path) {
      const fake = of(path);
      if (fake.links !== undefined) fail(fake.links);
      return path.endsWith('/ipc') ? (fake.ipc ?? 'ipc:[1]') : 'pid:[1]';
    },
    exists: (pid) => all.some(({ pids }) => pids[0] === pid),
  };
}

const INIT: Fake = { pids: [1], ppid: 0 };
const numbers = (tree: ReturnType<typeof readTree>) => tree.tasks.map(({ nspid }) => nspid);

describe('a tree that is read while it lives', () => {
  it('leaves out kernel threads and the reader', () => {
    const tree = readTree(
      machine([
        INIT,
        { pids: [2], ppid: 0, flags: 0x200000 },
        { pids: [3], ppid: 2, flags: 0x208040 },
        { pids: [7], ppid: 1, group: [1], session: [1] },
      ]),
      1,
      7,
    );
    expect(numbers(tree)).toEqual([[1]]);
    expect(tree.lacks).toEqual(['the reader itself, 7, is left out']);
  });

  it('asks an orphan for its new parent', () => {
    const dying = { pids: [8], ppid: 1 };
    const orphan = { pids: [9], ppid: 8 };
    let asked = 0;
    const proc = machine([INIT, dying, orphan]);
    const read: Proc['read'] = (path) => {
      if (path === '8/stat') fail('ESRCH');
      if (path === '9/status' && asked++ % 2 === 1) Object.assign(orphan, { ppid: 1 });
      else if (path === '9/status') Object.assign(orphan, { ppid: 8 });
      return proc.read(path);
    };
    const tree = readTree({ ...proc, read }, 1, 0);
    expect(tree.tasks.map(({ nspid, ppid }) => [nspid[0], ppid])).toEqual([
      [1, 0],
      [9, 1],
    ]);
    expect(tree.lacks).toEqual([]);
  });

  it('drops one whose parent nobody sees, with what is below, and says so', () => {
    const hidden: Fake = { pids: [4], ppid: 1, error: 'EACCES' };
    const tree = readTree(
      machine([INIT, hidden, { pids: [5], ppid: 4 }, { pids: [6], ppid: 5 }]),
      1,
      0,
    );
    expect(numbers(tree)).toEqual([[1]]);
    expect(tree.lacks).toEqual([
      '1 processes may not be read',
      'left out, as their parents are gone or out of sight: 5',
    ]);
  });

  it('drops one that went between being listed and being read', () => {
    const tree = readTree(machine([INIT, { pids: [4], ppid: 1, error: 'ESRCH' }]), 1, 0);
    expect(numbers(tree)).toEqual([[1]]);
    expect(tree.lacks).toEqual([]);
  });

  it('reads until two readings agree, and says where none do', () => {
    const settles = machine([INIT], (nth, all) => {
      if (nth < 2) all.push({ pids: [20 + nth], ppid: 1 });
    });
    const still = readTree(settles, 1, 0);
    expect([numbers(still), still.lacks]).toEqual([[[1], [20], [21]], []]);
    const never = machine([INIT], (nth, all) => all.push({ pids: [20 + nth], ppid: 1 }));
    const busy = readTree(never, 1, 0);
    expect(busy.tasks).toHaveLength(6);
    expect(busy.lacks[0]).toMatch(/^it changed in each of 5 readings/);
  });

  it('names groups and sessions of the dead, and not those that are led from outside', () => {
    const { tasks } = readTree(
      machine([
        INIT,
        { pids: [10], ppid: 1, group: [9], session: [8] },
        { pids: [11], ppid: 10, group: [1], session: [1] },
        { pids: [12], ppid: 10, group: [10], session: [8] },
      ]),
      10,
      0,
    );
    expect(tasks.map(({ pgid, sid }) => [pgid, sid])).toEqual([
      [9, 8],
      [0, 0],
      [10, 8],
    ]);
  });

  it('gives numbers from the pid namespace of its root inwards', () => {
    const { tasks, lacks } = readTree(
      machine([
        INIT,
        { pids: [30, 1], ppid: 1, threads: [[31, 2]], group: [30, 1], session: [30, 1] },
        { pids: [32, 3], ppid: 30, group: [30, 1], session: [30, 1] },
        { pids: [33, 4, 1], ppid: 32, group: [33, 4, 1], session: [33, 4, 1] },
      ]),
      30,
      0,
    );
    expect(tasks.map(({ nspid, ppid, pgid }) => [nspid, ppid, pgid])).toEqual([
      [[1], 0, 1],
      [[3], 1, 1],
      [[4, 1], 3, 4],
    ]);
    expect(tasks[0]?.threads).toEqual([[2]]);
    expect(lacks).toEqual([]);
  });

  it('leaves out who entered a pid namespace from outside', () => {
    const tree = readTree(machine([INIT, { pids: [5], ppid: 1 }, { pids: [6, 9], ppid: 5 }]), 1, 0);
    expect(numbers(tree)).toEqual([[1], [5]]);
    expect(tree.lacks).toEqual(['left out, as they entered a pid namespace from outside: 6']);
  });

  it('tells how a zombie exited, where it may know and it did', () => {
    const zombie = { ppid: 1, state: 'Z (zombie)', group: [1], session: [1] };
    const { tasks, lacks } = readTree(
      machine([
        INIT,
        { ...zombie, pids: [5], exit: 3 << 8 },
        { ...zombie, pids: [6], exit: 9 },
        { ...zombie, pids: [7], exit: 0, links: 'EACCES' },
      ]),
      1,
      0,
    );
    expect(tasks.map(({ exitCode }) => exitCode)).toEqual([undefined, 3, undefined, undefined]);
    expect(lacks).toEqual(['of 6, 7, how they ended is not captured']);
  });

  it('says of a group whose leader is dead, and of a name that is no text, that it is so', () => {
    const { tasks, lacks } = readTree(
      machine([INIT, { pids: [5], ppid: 1, state: 'Z (zombie)', threads: [[6]], comm: 'caf\xe9' }]),
      1,
      0,
    );
    expect(tasks[1]).toMatchObject({ state: 'running', threads: [[6]] });
    expect(tasks[1]).not.toHaveProperty('comm');
    expect(lacks).toEqual([
      'of 5, their leaders are dead, which is not captured',
      'of 5, their names are not UTF-8',
    ]);
  });

  it('numbers IPC namespaces, the root first, and does without where it may not know', () => {
    const other = { pids: [5], ppid: 1, ipc: 'ipc:[2]' };
    const all = [INIT, other, { pids: [6], ppid: 5, links: 'EPERM' }];
    const known = readTree(machine(all), 1, 0);
    expect(known.tasks.map(({ ipcNs }) => ipcNs)).toEqual([0, 1, undefined]);
    expect(known.ipcNames).toEqual(['ipc:[1]', 'ipc:[2]']);
    expect(known.lacks).toEqual(['of 6, their IPC namespaces may not be known']);
    const closed = readTree(machine([{ ...INIT, links: 'EACCES' }, other]), 1, 0);
    expect(closed.tasks.map(({ ipcNs }) => ipcNs)).toEqual([undefined, undefined]);
    expect(closed.lacks).toEqual(['which IPC namespaces there are may not be known']);
  });

  it('is refused in one sentence where there is no such root or no /proc', () => {
    expect(() => readTree(machine([INIT]), 5, 0)).toThrow(InputError);
    const hidden = machine([INIT, { pids: [5], ppid: 1, error: 'EACCES' }]);
    expect(() => readTree(hidden, 5, 0)).toThrow('process 5: there is none that may be read');
    const none: Proc = { ...hidden, list: () => fail('ENOENT') };
    expect(() => readTree(none, 1, 0)).toThrow("/proc: can't be read (ENOENT)");
  });
});
