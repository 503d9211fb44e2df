// SPDX-License-Identifier: MIT
/**
 * The model in a thread of its own, where V8 counts what runs. V8 counts blocks only in functions
 * that it compiled while it was told to, so the model is loaded after that; and the counting ends
 * with the thread, so that whatever the main thread times runs as it always does.
 */
import { Session } from 'node:inspector/promises';
import { parentPort } from 'node:worker_threads';
import type { Answer, Script } from './script.ts';

/** What the main thread sends: a script to be run, or null for what was reached so far. */
export type Request = Script | null;

/** A file of the model as V8 knows it: what the loader made of it, and how often each block ran. */
export interface CountedScript {
  readonly url: string;
  readonly code: string;
  readonly functions: CountedFunction[];
}

interface CountedFunction {
  readonly functionName: string;
  readonly isBlockCoverage: boolean;
  readonly ranges: { startOffset: number; endOffset: number; count: number }[];
}

const MODEL = new URL('../../core/model/', import.meta.url).href;

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
const { runOnModel } = await import('./on-model.ts');

/** Blocks that ran since the last time: V8 starts from 0 whenever it is asked. */
async function counted(): Promise<CountedScript[]> {
  await session.post('Debugger.enable');
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const model = result.filter(({ url }) => url.startsWith(MODEL));
  return Promise.all(
    model.map(async ({ url, scriptId, functions }) => {
      const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId });
      return { url, code: scriptSource, functions };
    }),
  );
}

parentPort?.on('message', async (request: Request) => {
  const reply: Answer | CountedScript[] = request === null ? await counted() : runOnModel(request);
  parentPort?.postMessage(reply);
});
