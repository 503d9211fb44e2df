// SPDX-License-Identifier: MIT
/** A process of one version that takes turns (turns.ts). */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import * as v from 'valibot';
import { InputError } from '../../core/input-error.ts';
import { type Hello, HelloSchema } from './turns.ts';

export interface RunnerCommand {
  readonly path: string;
  readonly args: readonly string[];
  /** Where it finds what it imports. */
  readonly directory: string;
  /** Which version this is, for whoever reads that it failed. */
  readonly version: string;
  /** Told what it says on standard error. */
  readonly onSaid?: (line: string) => void;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Last words that are kept. */
const LAST_WORDS = 2000;

export class Runner {
  readonly hello: Hello;
  private readonly child: Child;
  private readonly lines: AsyncIterator<string>;
  private readonly failed: () => Promise<InputError>;

  private constructor(
    child: Child,
    lines: AsyncIterator<string>,
    failed: () => Promise<InputError>,
    hello: Hello,
  ) {
    this.child = child;
    this.lines = lines;
    this.failed = failed;
    this.hello = hello;
  }

  /**
   * @param environment bytes of it: where the process's stack begins follows from that
   * @throws InputError where it does not start, or speaks otherwise
   */
  static async start(command: RunnerCommand, environment: number): Promise<Runner> {
    const child = spawn(command.path, [...command.args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: command.directory,
      env: { ...process.env, SIDEBAND_FILLER: 'x'.repeat(environment) },
    });
    const said = lastWords(child);
    const { onSaid } = command;
    if (onSaid !== undefined) createInterface({ input: child.stderr }).on('line', onSaid);
    const closed = new Promise((resolve) => child.on('close', resolve));
    // What it says last may come behind the end of its lines.
    const failed = async () => {
      child.kill();
      await closed;
      return new InputError(
        command.version,
        `it can't be timed (${said() || 'it says nothing'})`,
        'name a version that has bench/gate/, with what it needs installed',
      );
    };
    child.stdin.on('error', () => {});
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    try {
      const hello = v.parse(HelloSchema, JSON.parse(await next(lines)));
      return new Runner(child, lines, failed, hello);
    } catch {
      throw await failed();
    }
  }

  /** @throws InputError where the process fails, or answers something else */
  async ask<S extends v.GenericSchema>(line: unknown, schema: S): Promise<v.InferOutput<S>> {
    this.child.stdin.write(`${JSON.stringify(line)}\n`);
    try {
      return v.parse(schema, JSON.parse(await next(this.lines)));
    } catch {
      throw await this.failed();
    }
  }

  /** It keeps nothing, and an older version might not end by itself. */
  end(): void {
    this.child.kill();
  }
}

function lastWords(child: Child): () => string {
  let words = '';
  child.stderr.on('data', (text: Buffer) => {
    words = (words + text.toString()).slice(-LAST_WORDS);
  });
  child.on('error', (error) => {
    words = error.message;
  });
  return () =>
    words
      .split('\n')
      .find((line) => /error/i.test(line))
      ?.trim() ?? words.trim();
}

async function next(lines: AsyncIterator<string>): Promise<string> {
  const { done, value } = await lines.next();
  if (done === true) throw new Error('a process that is timed ended');
  return value;
}
