// SPDX-License-Identifier: MIT
/** Real trees, made by programs of ours that say who the root is, and end with their input. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { InputError } from '../../core/input-error.ts';

export interface Grown {
  /** The number of its root in our /proc. */
  readonly root: number;
  end(): Promise<void>;
}

/** @throws InputError where it does not grow here */
export async function grow(command: string, args: readonly string[]): Promise<Grown> {
  const tree = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  // Not once(), which would fail a second time where it can't be started.
  const ended = new Promise((resolve) => tree.on('close', resolve));
  const failed = new Promise<never>((_, reject) => tree.on('error', reject));
  const grown = async (): Promise<Grown> => {
    for await (const line of createInterface(tree.stdout)) {
      return {
        root: Number(line),
        async end() {
          tree.stdin.end();
          await ended;
        },
      };
    }
    throw new InputError('a real tree', 'it does not grow here', 'use a kernel with namespaces');
  };
  return await Promise.race([grown(), failed]);
}
