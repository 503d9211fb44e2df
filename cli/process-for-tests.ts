// SPDX-License-Identifier: MIT
/** Commands run as processes, judged by what comes out. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../bin/sideband.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function sideband(
  args: readonly string[],
  onStart: (child: ChildProcess) => void = () => {},
  env: Readonly<Record<string, string>> = {},
) {
  return new Promise<Ended>((resolve) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    onStart(child);
  });
}

/** For `onStart`: Ctrl-C as soon as standard error has said this much. */
export const interruptedAt = (what: string) => (child: ChildProcess) => {
  let said = '';
  child.stderr?.on('data', (text) => {
    const isFirst = !said.includes(what);
    said += text;
    if (isFirst && said.includes(what)) child.kill('SIGINT');
  });
};
