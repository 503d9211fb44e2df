// SPDX-License-Identifier: MIT
/** What comes back from machines that count, and from those that don't get there. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DESIGNS, type Design } from '../../core/kernel/strategy.ts';
import { AGENT_MAGIC, AGENT_VERSION, word } from '../host/protocol.ts';
import { isThere } from './command.ts';
import { answers } from './counting.ts';
import { patchLines } from './patch-lines.ts';
import { decodeLaps, total, USER } from './second-counter.ts';
import { sizesOf, symbolsThatDiffer } from './size.ts';
import { seriesBy } from './source.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sideband-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const framed = (bytes: Buffer) => Buffer.concat([word(bytes.length, 4), bytes]);
const HELLO = framed(
  Buffer.concat([...[AGENT_MAGIC, AGENT_VERSION, 1, 0].map((n) => word(n, 4)), Buffer.alloc(32)]),
);

describe.skipIf(!isThere('cc'))(
  `a machine that counts${isThere('cc') ? '' : ' (SKIPPED: no cc)'}`,
  () => {
    /** In its place, what says the same whatever it is asked. */
    function saying(replies: Buffer, console = ''): string {
      const path = join(directory, 'qemu');
      writeFileSync(join(directory, 'said'), replies);
      writeFileSync(join(directory, 'shown'), console);
      writeFileSync(
        path,
        `#!/bin/sh
for arg; do
  case $arg in
  file,id=agent,path=*) cp ${directory}/said "\${arg#file,id=agent,path=}" ;;
  file,id=console,path=*) cp ${directory}/shown "\${arg#file,id=console,path=}" ;;
  esac
done
`,
      );
      chmodSync(path, 0o755);
      return path;
    }
    const kernel = { path: '/a/vmlinux' };
    const ask = (qemu: string) =>
      answers(kernel, { cpu: 'qemu64', qemu }, [Buffer.from('one'), Buffer.from('two')]);

    it('answers each request', async () => {
      const [one, two] = [Buffer.from('first'), Buffer.from('second')];
      const said = saying(Buffer.concat([HELLO, framed(one), framed(two)]));
      expect(await ask(said)).toEqual([one, two]);
    });

    it('that stops in between is an error, with what its console said', async () => {
      const half = framed(Buffer.from('second')).subarray(0, 6);
      const said = saying(Buffer.concat([HELLO, framed(Buffer.from('first')), half]), 'BUG: no\n');
      await expect(ask(said)).rejects.toThrow(
        /^the guest: 1 of 2 requests answered; the machine is off; its console says:\nBUG: no\n/,
      );
    });

    it('that is not there is named', async () => {
      await expect(ask('no-such-qemu')).rejects.toThrow(
        'a guest: no-such-qemu missing; apt-get install qemu-system-x86',
      );
    });
  },
);

it('the second counter is read from the last reading of a clock, by function', () => {
  const map = 'ffffffff81000000 T one\nffffffff81000010 d data\nffffffff81000020 t two\n';
  const reading = (...counts: readonly (readonly [number, number])[]) =>
    Buffer.concat([counts.length, ...counts.flat()].map((n) => word(n, 4)));
  const before = reading([0, 999]);
  const laps = [
    ...[reading([0, 5]), reading([0, 10], [1, 20], [2, 30]), reading(), reading([0, 4], [2, 1])],
    ...[reading(), reading([0, 7]), reading(), reading([0, 3])],
  ];
  const plays = [{ tape: 0, laps: [1, 2] }];
  const bytes = Buffer.concat([before, ...laps]);
  const [[one, two] = []] = decodeLaps(bytes, map, plays);
  expect([...(one?.with ?? [])]).toEqual([
    [USER, 10],
    ['one', 20],
    ['two', 30],
  ]);
  expect([total(one?.with ?? new Map()), total(one?.without ?? new Map())]).toEqual([60, 7]);
  expect([total(two?.with ?? new Map()), total(two?.without ?? new Map())]).toEqual([5, 3]);
  expect(() => decodeLaps(Buffer.concat(laps.slice(2)), map, plays)).toThrow('6 readings');
});

it('lines of a patch are counted by what they go into, with numbers and entries', () => {
  const read = (design: Design) => seriesBy(design).own.map(patchLines);
  const numbers = (design: Design) => read(design).reduce((sum, p) => sum + p.numbers, 0);
  expect(DESIGNS.map(numbers)).toEqual([8, 0, 1, 1]);
  const [withId] = read('with_id');
  expect(withId?.compat).toBe(3);
  const path = join(directory, '0007-a-patch.patch');
  const file = (name: string, lines: string) =>
    `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n${lines}`;
  writeFileSync(
    path,
    `Subject: x\n\n+ not counted\n${file('a.c', '+one\n+two\n-three\n')}${file('init/Kconfig', '+four\n')}` +
      file('arch/x86/entry/syscalls/syscall_64.tbl', '+451\tcommon\tx\tsys_x\n'),
  );
  expect(patchLines(path)).toEqual({
    name: 'a-patch',
    ...{ code: [2, 1], tables: [1, 0], other: [1, 0], numbers: 1, compat: 0 },
  });
});

const tools = ['gcc', 'nm', 'pahole'].filter((command) => !isThere(command));
const why = tools.length === 0 ? '' : ` (SKIPPED: ${tools.join(', ')} missing)`;
it.skipIf(tools.length > 0)(`sizes are of symbols and of task_struct${why}`, () => {
  const [source, object] = [join(directory, 'a.c'), join(directory, 'a.o')];
  writeFileSync(
    source,
    `struct task_struct { long a; char b; void *next_syscall_data; };
struct task_struct init_task;
int data[4] = { 1 };
int f(void) { return data[0]; }
`,
  );
  execFileSync('gcc', ['-g', '-O2', '-c', '-o', object, source]);
  const other = join(directory, 'b.o');
  writeFileSync(source, 'int data[8] = { 1 };\nint f(void) { return data[0]; }\nint g;\n');
  execFileSync('gcc', ['-O2', '-c', '-o', other, source]);
  expect(symbolsThatDiffer(object, other)).toEqual({ data: 16, g: 4, init_task: -24 });
  const { text, data, task } = sizesOf({ path: object, taskObject: object });
  expect(text).toBeGreaterThan(0);
  expect(data).toBe(16 + 24);
  expect(task).toEqual({ size: 24, members: 17, holes: 7, fields: { next_syscall_data: 16 } });
});
