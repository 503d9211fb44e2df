// SPDX-License-Identifier: MIT
/**
 * A machine whose clock is its instructions: one more is a nanosecond later, and nothing comes in from
 * outside, as all requests are in its initrd. So every run of the same is the same to the last digit.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../../core/input-error.ts';
import { buildGuestAgent } from '../host/build-agent.ts';
import { decodeHello } from '../host/protocol.ts';
import type { Kernel } from './build.ts';
import { needCommands } from './command.ts';
import { argsOf, emulated, epitaph, prepare, QEMU, VIRTUAL } from './guest.ts';

/** The oldest that runs 64-bit kernels, and all that the emulator knows. */
export const CPU_MODELS = ['qemu64', 'max'] as const;
export type CpuModel = (typeof CPU_MODELS)[number];

/** sleep=off: nobody waits for a clock that stands still while the guest is idle. */
const COUNTED = [
  ...emulated(1),
  ...['-icount', 'shift=0,sleep=off', '-rtc', 'base=2000-01-01,clock=vm'],
  ...['-seed', '1'],
];
const PATIENCE_MS = 120_000;

export interface CountingMachine {
  /** Emulated and counted; or a virtual machine, whose CPU is the host's and whose clock is time. */
  readonly cpu: CpuModel | 'host';
  /** A plugin of QEMU, with its arguments, that is to watch. */
  readonly plugin?: string;
  /** Of PATH; another one in tests. */
  readonly qemu?: string;
}

/**
 * Boots a kernel, has the agent answer each request, and switches off.
 * @throws InputError where there is no QEMU, or it does not get to the end: with its console's end
 */
export async function answers(
  kernel: Pick<Kernel, 'path'>,
  { cpu, plugin, qemu = QEMU }: CountingMachine,
  requests: readonly Buffer[],
): Promise<Buffer[]> {
  needCommands('a guest', { [qemu]: 'qemu-system-x86' });
  const prepared = prepare(await buildGuestAgent(), { requests: Buffer.concat(requests) });
  const { directory, console } = prepared;
  const replies = join(directory, 'replies');
  const args = [
    ...argsOf(kernel, 1, prepared),
    ...(cpu === 'host' ? VIRTUAL : ['-cpu', cpu, ...COUNTED]),
    ...(plugin === undefined ? [] : ['-plugin', plugin]),
    ...['-chardev', `file,id=agent,path=${replies}`, '-serial', 'chardev:agent'],
  ];
  try {
    const failure = await promisify(execFile)(qemu, args, {
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    }).then(
      () => null,
      (error: Error) => error,
    );
    const said = existsSync(replies) ? readFileSync(replies) : Buffer.alloc(0);
    const [hello, ...frames] = framesOf(said);
    if (hello !== undefined) decodeHello(hello);
    if (failure !== null || frames.length < requests.length) {
      const why = `${frames.length} of ${requests.length} requests answered; ${epitaph(console)}`;
      throw new InputError('the guest', why, `the kernel was ${kernel.path}`);
    }
    return frames;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Those that are whole. */
function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.length) break;
    frames.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return frames;
}
