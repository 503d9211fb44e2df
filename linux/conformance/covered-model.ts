// SPDX-License-Identifier: MIT
/** The model as the comparison runs it: script by script, and at the end, what of it was reached. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CountedScript, Request } from './counting.ts';
import { type FileCoverage, fileCoverage } from './coverage.ts';
import type { Answer, Script } from './script.ts';

export class CoveredModel {
  private readonly worker = new Worker(new URL('./counting-worker.js', import.meta.url), {
    execArgv: [],
  });

  private hasEnded = false;

  /** One script at a time. */
  async run(script: Script): Promise<Answer> {
    return (await this.ask(script)) as Answer;
  }

  /** What all scripts so far have reached, by file of core/model. To be asked once. */
  async reached(): Promise<FileCoverage[]> {
    const counted = (await this.ask(null)) as CountedScript[];
    const files = await Promise.all(counted.map(fileCoverage));
    return files
      .filter(({ functions }) => functions.all > 0)
      .sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  async end(): Promise<void> {
    this.hasEnded = true;
    await this.worker.terminate();
  }

  private async ask(request: Request): Promise<unknown> {
    if (this.hasEnded) throw new Error('the covered model has ended');
    const reply = once(this.worker, 'message');
    this.worker.postMessage(request);
    const [message] = await reply;
    return message;
  }
}
