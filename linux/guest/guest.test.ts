// SPDX-License-Identifier: MIT
/** Machines that are none: programs in place of QEMU. That which is one is run by `linux run`. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNoHost } from '../host/availability.ts';
import { type Accelerator, Guest } from './guest.ts';
import { initrd } from './initrd.ts';
import { answersIn } from './world.ts';

const noHost = await whyNoHost();
const why = noHost === null ? '' : ` (SKIPPED: ${noHost})`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sideband-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Boots by a shell script, which finds the console's file in $console. */
function bootBy(script: string, by?: Accelerator): Promise<Guest> {
  const qemu = join(directory, 'qemu');
  const find = 'console=$(echo "$*" | sed "s/.*id=console,path=\\([^ ]*\\).*/\\1/")';
  writeFileSync(qemu, `#!/bin/sh\n${find}\n${script}\n`);
  chmodSync(qemu, 0o755);
  return Guest.boot(
    { path: '/a/vmlinux' },
    {
      ...{ cpus: 1, patienceMs: 1500, qemu },
      ...(by === undefined ? {} : { by }),
    },
  );
}

describe.skipIf(noHost !== null)(`a guest${why}`, () => {
  it('that there is no QEMU for is one sentence', async () => {
    const boot = Guest.boot({ path: '/a/vmlinux' }, { cpus: 1, qemu: 'qemu-of-nowhere' });
    await expect(boot).rejects.toThrow(
      'a guest: qemu-of-nowhere missing; apt-get install qemu-system-x86',
    );
  });

  it('that panics shows what its console said from there on', async () => {
    const boot = bootBy(
      'printf "one\\r\\nKernel panic - not syncing: no\\r\\ntwo\\r\\n" >"$console"',
    );
    await expect(boot).rejects.toThrow(
      'the guest: the machine is off; its console says:\nKernel panic - not syncing: no\ntwo; ' +
        'the kernel was /a/vmlinux',
    );
  });

  it('that hangs is given up', async () => {
    const boot = bootBy('echo "Run /init as init process" >"$console"; exec sleep 60');
    await expect(boot).rejects.toThrow(/no answer within 1\.5 s.*\nRun \/init as init process\n/);
  });

  it('is run by hardware where that is asked for, and else emulated', async () => {
    const says = 'echo "$*" | grep -o -- "-accel [a-z]*" >"$console"';
    await expect(bootBy(says)).rejects.toThrow(/says:\n-accel tcg/);
    await expect(bootBy(says, 'kvm')).rejects.toThrow(/says:\n-accel kvm/);
  });

  it('that talks nonsense is found out', async () => {
    await expect(bootBy('printf "\\377\\377\\377\\377"; exec sleep 60')).rejects.toThrow(
      'it sends a frame of 4294967295 bytes',
    );
  });
});

/** Of a cpio archive of the form newc: name, mode and bytes. */
function entriesOf(archive: Buffer): [string, string, string][] {
  const entries: [string, string, string][] = [];
  for (let at = 0; at < archive.length; ) {
    const head = archive.subarray(at, at + 110).toString();
    const number = (nth: number) => Number.parseInt(head.slice(6 + 8 * nth, 14 + 8 * nth), 16);
    const [size, length] = [number(6), number(11)];
    const name = archive.subarray(at + 110, at + 109 + length).toString();
    const data = Math.ceil((at + 110 + length) / 4) * 4;
    entries.push([name, number(1).toString(8), archive.subarray(data, data + size).toString()]);
    at = Math.ceil((data + size) / 4) * 4;
  }
  return entries;
}

it('an initrd has its programs, and where things are mounted', () => {
  const archive = initrd({ init: Buffer.from('a program') });
  expect(entriesOf(archive)).toEqual([
    ...['proc', 'sys', 'dev', 'bin', 'tmp', 'empty'].map((name) => [name, '40755', '']),
    ['init', '100755', 'a program'],
    ['TRAILER!!!', '0', ''],
  ]);
  expect(initrd({ init: Buffer.from('a program') }).equals(archive)).toBe(true);
});

describe('answers on a console', () => {
  const CONSOLE = [
    'Run /init as init process',
    'world: a directed msgget / setter: as wanted\r',
    'world: audit setter begins\r',
    'audit: type=1300 audit(1.0:2): arch=c000003e syscall=459 success=yes exit=0 a0=4 a1=10 a2=0 a3=0 items=0',
    'audit: type=1300 audit(1.0:3): arch=c000003e syscall=453 success=yes exit=4242 a0=0 a1=180 a2=1092 a3=0 items=0',
    'world: audit setter ends',
    'world: done',
  ];

  it('are read, the audit log among them', () => {
    expect(answersIn(CONSOLE.join('\n'))).toEqual([
      { question: 'a directed msgget', design: 'setter', answer: 'as wanted' },
      { question: 'the audit log has calls', design: 'setter', answer: '459 453; id in it' },
    ]);
  });

  it('that break off are none', () => {
    expect(() => answersIn(CONSOLE.slice(0, -1).join('\n'))).toThrow(
      'the guest: it did not come to its end:',
    );
  });
});
