// SPDX-License-Identifier: MIT
/** A short file as the init of fresh namespaces sees it: the steps that read it, and what they read. */
import type { WireReply, WireStep } from './protocol.ts';

const OPEN = 2;
const READ = 0;
const BYTES = 64;

const number = (value: number) => ({ kind: 'number' as const, value: BigInt(value) });

export function readSteps(path: string): WireStep[] {
  const text = Buffer.from(`${path}\0`);
  return [
    {
      task: 0,
      child: 0,
      nr: OPEN,
      args: [{ kind: 'memory', offset: BYTES }, number(0)],
      stores: [{ offset: BYTES, bytes: text }],
      loads: [],
    },
    {
      task: 0,
      child: 0,
      nr: READ,
      args: [{ kind: 'result', step: 0 }, { kind: 'memory', offset: 0 }, number(BYTES)],
      stores: [],
      loads: [{ offset: 0, bytes: BYTES }],
    },
  ];
}

/** Empty where it could not be read. */
export function textRead({ events }: WireReply): string {
  const read = events.find(({ step, kind }) => step === 1 && kind === 'done');
  return read === undefined ? '' : read.bytes.subarray(0, Number(read.result)).toString().trim();
}
