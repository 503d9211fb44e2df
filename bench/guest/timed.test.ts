// SPDX-License-Identifier: MIT
/** Times of machines that are made up, so that what is true is known. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { isThere } from '../../linux/guest/command.ts';
import { AGENT_MAGIC, AGENT_VERSION, word } from '../../linux/host/protocol.ts';
import { timedSection } from '../../reports/sections/costs/timed.ts';
import { renderSections } from '../../reports/text.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { requestFor } from './count.ts';
import { timedCalls } from './timed.ts';

const directory = mkdtempSync(join(tmpdir(), 'sideband-'));
afterAll(() => rmSync(directory, { recursive: true }));

const setter = (await loadStrategies()).filter(({ name }) => name === 'setter');
const framed = (bytes: Buffer) => Buffer.concat([word(bytes.length, 4), bytes]);
const eight = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

/** What the agent says of plays whose every lap takes so long by itself. */
function saidOf(strategies: readonly Strategy[], lapNs: (row: string) => number): Buffer {
  const { warming, plays } = requestFor(strategies, false);
  const all = [...warming.map((play) => ['warming', play] as const), ...plays];
  const played = all.map(([row, { laps }]) =>
    Buffer.concat([
      ...[word(laps.at(-1) ?? 0, 4), eight(0), word(0, 4), word(laps.length, 4)],
      ...laps.flatMap(() => [eight(5 + lapNs(row)), eight(5)]),
    ]),
  );
  const hello = [AGENT_MAGIC, AGENT_VERSION, 1, 0].map((n) => word(n, 4));
  return Buffer.concat([
    framed(Buffer.concat([...hello, Buffer.alloc(32)])),
    framed(Buffer.concat([word(all.length, 4), ...played])),
  ]);
}

describe.skipIf(!isThere('cc'))(
  `calls that are timed${isThere('cc') ? '' : ' (SKIPPED: no cc)'}`,
  () => {
    it('are held against the floor of the same block, call by call', async () => {
      const [none, one, qemu] = ['none', 'setter', 'qemu'].map((name) => join(directory, name));
      if (none === undefined || one === undefined || qemu === undefined)
        throw new Error('no names');
      writeFileSync(
        none,
        saidOf([], () => 100),
      );
      writeFileSync(
        one,
        saidOf(setter, (row) => (row.startsWith('msgget by setter') ? 60 : 999)),
      );
      writeFileSync(
        qemu,
        `#!/bin/sh
for arg; do
  case $arg in file,id=agent,path=*) to="\${arg#file,id=agent,path=}" ;; esac
  test "$last" = -kernel && from=$arg
  test "$last" = -accel && test "$arg" = kvm && virtual=1
  last=$arg
done
test -n "$virtual" && cp "$from" "$to"
`,
      );
      chmodSync(qemu, 0o755);
      const timed = await timedCalls(
        { kernel: { path: none }, strategies: [] },
        [{ kernel: { path: one }, strategies: setter }],
        { cpu: 'host', qemu },
      );
      // Two calls of 60 against one of 100; a fork is 999 twice.
      expect(timed).toMatchObject({
        kind: 'run',
        rows: [
          { call: 'msgget', by: 'setter', beyond: { estimate: 20, low: 20, high: 20 } },
          { call: 'fork, 1 of 2 pids', by: 'setter', beyond: { estimate: 1898 } },
        ],
      });
      expect(renderSections([timedSection(timed)])).toMatch(/msgget +setter +20 +\[20, 20\]/);
    });

    it('are none where no guest can be run by hardware, and the report says why', () => {
      const text = renderSections([
        timedSection({ kind: 'not run', reason: 'there is no /dev/kvm' }),
      ]);
      expect(text).toContain('Not timed: there is no /dev/kvm.');
    });
  },
);
