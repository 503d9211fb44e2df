// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { type Capture, CaptureSchema } from './capture.ts';
import { parseCapture } from './parse-capture.ts';

const TEXT = readFileSync(new URL('./fixtures/last-pids.json', import.meta.url), 'utf8');

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** The fixture with something changed, as JSON. */
function changed(change: (capture: Mutable<Capture>) => void): string {
  const capture = JSON.parse(TEXT) as Mutable<Capture>;
  change(capture);
  return JSON.stringify(capture);
}

/** Changes one task, by index. */
const task = (index: number, fields: Record<string, unknown>) =>
  changed(({ tasks }) => Object.assign(tasks[index] ?? {}, fields));
const object = (type: 'msg' | 'sem' | 'shm', index: number, fields: Record<string, unknown>) =>
  changed(({ ipc }) => Object.assign(ipc[type][index] ?? {}, fields));

/** The same as one of version 2, with the objects once more in another namespace. */
const second = (
  index: number,
  fields: Record<string, unknown>,
  change: (other: Mutable<Capture['ipc']>) => void = () => {},
) =>
  changed((capture) => {
    const other = structuredClone(capture.ipc);
    change(other);
    Object.assign(capture, { schema: 'sideband-capture/2', otherIpc: [other] });
    Object.assign(capture.tasks[index] ?? {}, fields);
  });

describe('a capture', () => {
  it('is read as it was written', () => {
    expect(parseCapture(TEXT, 'file')).toEqual(JSON.parse(TEXT));
  });

  it('of version 2 holds other IPC namespaces', () => {
    const text = second(1, { ipcNs: 1 });
    expect(parseCapture(text, 'file')).toEqual(JSON.parse(text));
  });

  it('has a published schema, which is the one that it is validated by', async () => {
    const schema = toJsonSchema(CaptureSchema, { errorMode: 'ignore' });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('capture.schema.json');
  });
});

describe('a capture that is none', () => {
  it.each<[string, string, string]>([
    ['empty', '', 'file: not JSON ('],
    ['truncated', TEXT.slice(0, 500), 'file: not JSON ('],
    ['an array', '[]', 'file: '],
    [
      'of another schema',
      changed((c) => Object.assign(c, { schema: 'sideband-capture/3' })),
      'file: schema: "sideband-capture/3" is none of sideband-capture/1 and sideband-capture/2',
    ],
    ['without tasks', changed((c) => c.tasks.splice(0)), 'file: tasks: '],
    ['with a field that nobody knows', task(3, { pdi: 4 }), 'file: tasks[3].pdi: '],
    ['with a number that is none', task(2, { ppid: '20' }), 'file: tasks[2].ppid: '],
    ['with half a number', task(2, { ppid: 1.5 }), 'file: tasks[2].ppid: '],
    [
      'with a name that is too long',
      task(2, { comm: 'sixteen letters!' }),
      'file: tasks[2].comm: ',
    ],
    [
      'with a message that is not base64',
      changed((c) => Object.assign(c.ipc.msg[0]?.messages[0] ?? {}, { text: '%' })),
      'file: ipc.msg[0].messages[0].text: ',
    ],
    ['with a key beyond an int', object('msg', 0, { key: 2 ** 31 }), 'file: ipc.msg[0].key: '],
    ['with an id below 0', object('shm', 0, { id: -1 }), 'file: ipc.shm[0].id: '],
    ['with an id beyond INT_MAX', object('sem', 0, { id: 2 ** 31 }), 'file: ipc.sem[0].id: '],
    [
      'with a semaphore beyond SEMVMX',
      object('sem', 0, { values: [32768, 0, 0] }),
      'file: ipc.sem[0].values[0]: ',
    ],
  ])('because it is %s is refused by its schema', (_, text, message) => {
    expect(() => parseCapture(text, 'file')).toThrow(InputError);
    expect(() => parseCapture(text, 'file')).toThrow(message);
  });

  it.each<[string, string, string]>([
    ['two roots', task(1, { ppid: 0 }), 'tasks[1].ppid: a second root beside tasks[0]'],
    ['no root', task(0, { ppid: 20 }), 'tasks[0].ppid: parents go round in a circle, 1 -> 20 -> 1'],
    ['a circle of parents', task(4, { ppid: 26 }), 'parents go round in a circle, 25 -> 26 -> 25'],
    ['its own parent', task(2, { ppid: 23 }), 'parents go round in a circle, 23 -> 23'],
    ['a parent that is missing', task(2, { ppid: 999 }), 'tasks[2].ppid: no task has number 999'],
    [
      'a number twice',
      task(2, { nspid: [20] }),
      'tasks[2].nspid: number 20 is also that of tasks[1]',
    ],
    [
      "a thread's number twice",
      task(2, { threads: [[21]] }),
      'tasks[2].threads[0]: number 21 at level 0 is taken by tasks[1].threads[0]',
    ],
    [
      'an inner number twice',
      task(10, { nspid: [41, 4] }),
      'number 4 at level 1 is taken by tasks[9]',
    ],
    [
      'pid_max',
      task(12, { nspid: [4194304] }),
      'tasks[12]: number 4194304 is not from 1 to pid_max, 4194304',
    ],
    ['number 0', task(12, { nspid: [0] }), 'tasks[12]: number 0 is not from 1'],
    [
      'a group beyond pid_max',
      task(12, { pgid: 4194304 }),
      'tasks[12]: number 4194304 is beyond pid_max',
    ],
    [
      'a level too few',
      task(10, { nspid: [41] }),
      'tasks[10].nspid: 1 numbers ending in 41, below a parent with 2',
    ],
    [
      'a namespace whose init is not 1',
      task(9, { nspid: [40, 5] }),
      'tasks[9].nspid: 2 numbers ending in 5, below a parent with 1',
    ],
    [
      "a thread with another's levels",
      task(1, { threads: [[21, 3]] }),
      'tasks[1].threads[0]: 2 numbers, where its leader has 1',
    ],
    [
      'a group in two sessions',
      task(2, { sid: 23 }),
      'tasks[3].sid: group 23 is in session 23 (tasks[2]) and in 20',
    ],
    [
      "a thread's number as a group",
      task(12, { pgid: 21 }),
      "tasks[12].pgid: 21 is a thread's number",
    ],
    [
      'a zombie with children',
      task(2, { state: 'zombie' }),
      'tasks[4].ppid: parent 23 is a zombie',
    ],
    ['a zombie with threads', task(3, { threads: [[99]] }), 'tasks[3]: a zombie with threads'],
    [
      'an exit code of the living',
      task(2, { exitCode: 1 }),
      'tasks[2].exitCode: a running task has none',
    ],
    [
      'an id twice',
      object('msg', 1, { id: 65541 }),
      'ipc.msg[1].id: id 65541 is in the slot of ipc.msg[0]',
    ],
    [
      'a slot twice',
      object('msg', 1, { id: 5 }),
      'ipc.msg[1].id: id 5 is in the slot of ipc.msg[0]',
    ],
    [
      'a key twice',
      object('msg', 1, { key: 1234 }),
      'ipc.msg[1].key: key 1234 is that of ipc.msg[0]',
    ],
    [
      'a queue fuller than full',
      object('msg', 0, { qbytes: 4 }),
      'ipc.msg[0]: 5 bytes of messages exceed qbytes 4',
    ],
    [
      'a pid too few',
      changed((c) => c.ipc.sem[0]?.state?.pids.pop()),
      'ipc.sem[0].state.pids: not one pid for each of 3',
    ],
  ])('because of %s is refused: no kernel was ever in that state', (_, text, message) => {
    expect(() => parseCapture(text, 'file')).toThrow(InputError);
    expect(() => parseCapture(text, 'file')).toThrow(message);
  });

  it.each<[string, string, string]>([
    [
      'namespaces in version 1',
      changed((c) => Object.assign(c, { otherIpc: [] })),
      'otherIpc: sid',
    ],
    ['a member in version 1', task(1, { ipcNs: 0 }), 'tasks[1].ipcNs: sideband-capture/1 has none'],
    ['a namespace that is not there', second(1, { ipcNs: 2 }), 'ipcNs: there is no otherIpc[1]'],
    ['a zombie in one', second(3, { ipcNs: 1 }), 'tasks[3].ipcNs: a zombie is in no IPC namespace'],
    ['a root in another', second(0, { ipcNs: 1 }), "tasks[0].ipcNs: the root's is 0"],
    ['a namespace without a member', second(1, { ipcNs: 0 }), 'otherIpc[0]: no living task is in'],
    [
      'an id twice in another namespace',
      second(1, { ipcNs: 1 }, (other) => other.shm.push(...other.shm)),
      'otherIpc[0].shm[1].id: id 32771 is in the slot of otherIpc[0].shm[0]',
    ],
  ])('of version 2 because of %s is refused', (_, text, message) => {
    expect(() => parseCapture(text, 'file')).toThrow(InputError);
    expect(() => parseCapture(text, 'file')).toThrow(message);
  });

  it('on any text throws nothing but its own error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => parseCapture(text, 'file')).toThrow(InputError);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('made of a real one by any change of one value throws nothing but its own error', () => {
    const paths: (string | number)[][] = [];
    const walk = (value: unknown, path: (string | number)[]) => {
      paths.push(path);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, part] of Object.entries(value)) walk(part, [...path, key]);
    };
    walk(JSON.parse(TEXT), []);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths.slice(1)),
        fc.jsonValue({ maxDepth: 2 }),
        (path, value) => {
          const capture = JSON.parse(TEXT);
          let at = capture;
          for (const key of path.slice(0, -1)) at = at[key];
          at[path.at(-1) ?? ''] = value;
          try {
            parseCapture(JSON.stringify(capture), 'file');
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('with a cycle among a hundred thousand tasks is refused at once', () => {
    const tasks = Array.from({ length: 100_000 }, (_, n) => ({
      nspid: [n + 1],
      ppid: n,
      pgid: 1,
      sid: 1,
      state: 'running',
      threads: [],
    }));
    const last = tasks[99_998];
    if (last !== undefined) last.ppid = 100_000;
    const ipc = { msg: [], sem: [], shm: [] };
    const text = JSON.stringify({ schema: 'sideband-capture/1', source: 'made', tasks, ipc });
    expect(() => parseCapture(text, 'file')).toThrow('99999 -> 100000 -> 99999');
  });
});
