// SPDX-License-Identifier: MIT
/** An agent process, and the frames that go to it and come back. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { InputError } from '../../core/input-error.ts';
import {
  decodeHello,
  decodeReply,
  encodeRequest,
  type Hello,
  MAX_REPLY,
  ProtocolError,
  type WireReply,
  type WireStep,
} from './protocol.ts';

/** What runs the agent: itself, or a machine that it is the first process of. */
export interface Command {
  readonly path: string;
  readonly args: readonly string[];
  /** Why it ended, in place of what it said on standard error. */
  readonly epitaph?: () => string;
  /** A reply that takes longer is given up, and the process with it. */
  readonly patienceMs?: number;
}

export class Agent {
  readonly hello: Hello;
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly frames: Frames;

  private constructor(process: ChildProcessWithoutNullStreams, frames: Frames, hello: Hello) {
    this.process = process;
    this.frames = frames;
    this.hello = hello;
  }

  /** @throws InputError where the kernel forbids what the agent needs, or it is no agent */
  static start(path: string): Promise<Agent> {
    return Agent.of({ path, args: [] });
  }

  /** @throws InputError likewise */
  static async of(command: Command): Promise<Agent> {
    const process = spawn(command.path, command.args, { stdio: 'pipe' });
    const frames = new Frames(process, command);
    try {
      return new Agent(process, frames, await frames.next(decodeHello));
    } catch (error) {
      process.kill('SIGKILL');
      throw error;
    }
  }

  /** The number of its process, below which all others are. */
  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Runs steps in namespaces of their own. @throws InputError where the agent fails */
  run(steps: readonly WireStep[]): Promise<WireReply> {
    return this.ask(encodeRequest(steps), decodeReply);
  }

  /** A request of any kind. @throws InputError where the agent fails */
  async ask<T>(request: Buffer, decode: (frame: Buffer) => T): Promise<T> {
    const reply = this.frames.next(decode);
    this.process.stdin.write(request);
    return await reply;
  }

  /** Ends the agent, and with it every task that it made. */
  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const closed = once(this.process, 'close');
    this.process.kill('SIGKILL');
    await closed;
  }
}

/** Splits what a process says into frames. */
class Frames {
  private buffer: Buffer = Buffer.alloc(0);
  private complaint = '';
  private ended: string | null = null;
  private waiting: { resolve(frame: Buffer): void; reject(error: Error): void } | null = null;

  private readonly giveUp: () => void;
  private readonly patienceMs: number | undefined;

  constructor(process: ChildProcessWithoutNullStreams, { epitaph, patienceMs }: Command) {
    this.patienceMs = patienceMs;
    this.giveUp = () => {
      this.end(`no answer within ${(patienceMs ?? 0) / 1000} s${epitaph?.() ?? ''}`);
      process.kill('SIGKILL');
    };
    process.stdout.on('data', (bytes: Buffer) => {
      this.buffer = this.buffer.length === 0 ? bytes : Buffer.concat([this.buffer, bytes]);
      this.serve();
    });
    process.stderr.on('data', (text: Buffer) => {
      this.complaint += text.toString().slice(0, 1000);
    });
    process.stdin.on('error', () => {});
    process.on('error', (error) => this.end(`can't be started (${error.message})`));
    process.on('close', (code, signal) => {
      const said = (epitaph?.() ?? this.complaint).trim().replace(/^agent: /, '');
      this.end(said === '' ? `ended with ${signal ?? `exit code ${code}`}` : said);
    });
  }

  /** The next frame, decoded. One at a time. */
  async next<T>(decode: (frame: Buffer) => T): Promise<T> {
    const { patienceMs } = this;
    const late = patienceMs === undefined ? undefined : setTimeout(this.giveUp, patienceMs);
    try {
      const frame = await new Promise<Buffer>((resolve, reject) => {
        this.waiting = { resolve, reject };
        this.serve();
      });
      return decode(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new InputError('the agent', error.message, 'build it again, or report this');
    } finally {
      clearTimeout(late);
    }
  }

  private serve(): void {
    const { waiting, buffer } = this;
    if (waiting === null) return;
    const size = buffer.length < 4 ? null : buffer.readUInt32LE(0);
    if (size !== null && size > MAX_REPLY) {
      this.waiting = null;
      waiting.reject(new ProtocolError(`it sends a frame of ${size} bytes`));
    } else if (size !== null && buffer.length >= 4 + size) {
      this.waiting = null;
      this.buffer = buffer.subarray(4 + size);
      waiting.resolve(buffer.subarray(4, 4 + size));
    } else if (this.ended !== null) {
      this.waiting = null;
      waiting.reject(
        new InputError(
          'the agent',
          this.ended,
          'see CONTRIBUTING.md for what it needs of the kernel, or use the model alone',
        ),
      );
    }
  }

  private end(why: string): void {
    this.ended ??= why;
    this.serve();
  }
}
