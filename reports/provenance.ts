// SPDX-License-Identifier: MIT
/** What a figure came from: commit, machine, kernel, mitigations, command. Linux only. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { cpus, version as kernelVersion, release, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Provenance } from './result.ts';

const run = promisify(execFile);
const TOP = fileURLToPath(new URL('..', import.meta.url));

export async function provenance({
  version,
  seed,
  commandLine,
}: Pick<Provenance, 'version' | 'seed' | 'commandLine'>): Promise<Provenance> {
  return {
    version,
    commit: await commitOf(TOP, version),
    node: process.version,
    cpu: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} logical`,
    kernel: `${type()} ${release()} ${kernelVersion()}`,
    virtualisation: await virtualisation(),
    mitigations: await mitigations(),
    seed,
    commandLine,
    started: new Date(Date.now() - performance.now()).toISOString(),
  };
}

/**
 * The commit, and whether the tree differs from it: a figure from neither can't be repeated. A
 * package may be installed below somebody else's checkout, whose commit says nothing of it.
 */
export async function commitOf(directory: string, version: string): Promise<string> {
  const git = async (...args: string[]) =>
    (await run('git', ['-C', directory, ...args])).stdout.trim();
  try {
    if ((await git('rev-parse', '--show-prefix')) !== '') throw new Error('not of this checkout');
    const head = await git('rev-parse', 'HEAD');
    return head + ((await git('status', '--porcelain')) === '' ? '' : ', with changes on top');
  } catch {
    return `unknown (not a git checkout, or no git; the package is version ${version})`;
  }
}

async function text(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return null;
  }
}

async function virtualisation(): Promise<string> {
  const flags = await text('/proc/cpuinfo');
  if (flags === null) return 'unknown';
  if (!/^flags\s*:.*\bhypervisor\b/m.test(flags)) return 'no hypervisor reported';
  const vendor = await text('/sys/class/dmi/id/sys_vendor');
  return `virtual machine${vendor === null ? '' : ` (${vendor})`}`;
}

const VULNERABILITIES = '/sys/devices/system/cpu/vulnerabilities';

/** What the kernel says of each vulnerability that this CPU has. */
async function mitigations(): Promise<string> {
  const names = await readdir(VULNERABILITIES).catch(() => null);
  if (names === null) return 'unknown';
  const states = await Promise.all(
    names.sort().map(async (name) => [name, await text(`${VULNERABILITIES}/${name}`)] as const),
  );
  const affected = states.filter(([, state]) => state !== null && state !== 'Not affected');
  return affected.map(([name, state]) => `${name}: ${state}`).join('; ') || 'none needed';
}
