// SPDX-License-Identifier: MIT
/**
 * A machine under QEMU whose first process is the agent: it says on the second serial line what the
 * agent of the host says on standard output. The first is the console, which goes into a file.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../../core/input-error.ts';
import { Agent } from '../host/agent.ts';
import { buildGuestAgent } from '../host/build-agent.ts';
import type { Kernel } from './build.ts';
import { needCommands } from './command.ts';
import { initrd } from './initrd.ts';

export const QEMU = 'qemu-system-x86_64';
const MEMORY_MB = 256;
/** Emulation is slow, and a machine that is busy elsewhere slower still. */
const PATIENCE_MS = 120_000;

/**
 * `acpi=off`: SeaBIOS then lists each package as a CPU, and not its cores. The bare kernel is an ELF
 * file with a PVH entry, so that nothing has to be unpacked.
 */
const MACHINE = ['-M', 'pc,acpi=off,hpet=off', '-m', String(MEMORY_MB), '-nodefaults'];
const APPEND = 'console=ttyS0 panic=-1 reboot=t nokaslr norandmaps tsc=reliable no_timer_check';
/** Calibrating it takes longer than all the rest; with one CPU there is no need of it. */
const ALONE = 'noapic nolapic';

/** What runs the CPUs: an emulator, or hardware. */
export const ACCELERATORS = ['tcg', 'kvm'] as const;
export type Accelerator = (typeof ACCELERATORS)[number];

export interface Machine {
  readonly cpus: number;
  /** Emulated, if it is left out. */
  readonly by?: Accelerator;
  /** Patience for each answer. */
  readonly patienceMs?: number;
  /** Of PATH; another one in tests. */
  readonly qemu?: string;
}

/** Emulated; several CPUs at once. */
export const emulated = (cpus: number): string[] => [
  ...['-accel', `tcg,thread=${cpus === 1 ? 'single' : 'multi'}`],
];

/** By hardware, whose CPU it has. */
export const VIRTUAL = ['-accel', 'kvm', '-cpu', 'host'];

/** What QEMU is to be told, but for what runs the CPUs and who is at the second serial line. */
export const argsOf = (
  kernel: Pick<Kernel, 'path'>,
  cpus: number,
  { image, console }: Pick<Prepared, 'image' | 'console'>,
) => [
  ...MACHINE,
  ...['-smp', `${cpus},sockets=${cpus},cores=1,threads=1`],
  ...['-display', 'none', '-no-user-config', '-no-reboot'],
  ...['-chardev', `file,id=console,path=${console}`, '-serial', 'chardev:console'],
  ...['-kernel', kernel.path, '-initrd', image],
  ...['-append', cpus === 1 ? `${APPEND} ${ALONE}` : APPEND],
];

export interface Prepared {
  /** Whose it is to remove it. */
  readonly directory: string;
  /** The initrd. */
  readonly image: string;
  /** What the console says. */
  readonly console: string;
}

/** @param files beside the program, by path without the first slash */
export function prepare(program: string, files: Readonly<Record<string, Buffer>> = {}): Prepared {
  const directory = mkdtempSync(join(tmpdir(), 'sideband-guest-'));
  const [image, console] = [join(directory, 'initrd'), join(directory, 'console')];
  writeFileSync(image, initrd({ init: readFileSync(program), ...files }));
  writeFileSync(console, '');
  return { directory, image, console };
}

/**
 * All that the console says while a program runs as the only process of a machine with one CPU.
 * @throws InputError where there is no QEMU
 */
export async function consoleOf(
  kernel: Pick<Kernel, 'path'>,
  program: string,
  patienceMs: number,
): Promise<string> {
  needCommands('a guest', { [QEMU]: 'qemu-system-x86' });
  const prepared = prepare(program);
  const { directory, console } = prepared;
  try {
    await promisify(execFile)(QEMU, [...argsOf(kernel, 1, prepared), ...emulated(1)], {
      timeout: patienceMs,
      killSignal: 'SIGKILL',
    }).catch(() => {});
    return readFileSync(console, 'utf8');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export class Guest {
  readonly agent: Agent;
  /** From starting QEMU to the agent's first word. */
  readonly bootMs: number;
  private readonly directory: string;

  private constructor(agent: Agent, bootMs: number, directory: string) {
    this.agent = agent;
    this.bootMs = bootMs;
    this.directory = directory;
  }

  /** @throws InputError where there is no QEMU, or the guest does not come up: with its console's end */
  static async boot(kernel: Pick<Kernel, 'path'>, machine: Machine): Promise<Guest> {
    const { cpus, by = 'tcg', patienceMs = PATIENCE_MS, qemu = QEMU } = machine;
    needCommands('a guest', { [qemu]: 'qemu-system-x86' });
    const prepared = prepare(await buildGuestAgent());
    const { directory, console } = prepared;
    const begun = performance.now();
    try {
      const started = await Agent.of({
        path: qemu,
        args: [
          ...argsOf(kernel, cpus, prepared),
          ...(by === 'kvm' ? VIRTUAL : emulated(cpus)),
          ...['-chardev', 'stdio,id=agent,signal=off', '-serial', 'chardev:agent'],
        ],
        epitaph: () => epitaph(console),
        patienceMs,
      });
      return new Guest(started, performance.now() - begun, directory);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      if (error instanceof InputError) {
        throw new InputError('the guest', error.problem, `the kernel was ${kernel.path}`);
      }
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.agent.end();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const LINES = 8;

/** What it said when it died, or last. */
export function epitaph(console: string): string {
  // Who was given up is asked once more when it is gone.
  if (!existsSync(console)) return '';
  const lines = readFileSync(console, 'utf8').replaceAll('\r', '').trimEnd().split('\n');
  const died = lines.findIndex((line) => /Kernel panic|BUG:|Oops|^agent: /.test(line));
  const shown = died < 0 ? lines.slice(-LINES) : lines.slice(died, died + LINES);
  return `the machine is off; its console says:\n${shown.join('\n')}\n`;
}
