// SPDX-License-Identifier: MIT
/** A version's explorer and model, whose operations beside.ts times. */
import { SUBJECTS } from './subjects.ts';
import { type Hello, PROTOCOL } from './turns.ts';

export const hello: Hello = {
  protocol: PROTOCOL,
  rows: SUBJECTS.map(({ name, does }) => ({ name, does })),
};

/** The row's operation, which returns how much it did. */
export function prepare(row: string): () => number {
  const subject = SUBJECTS.find(({ name }) => name === row);
  if (subject === undefined) throw new Error(`there is no row ${row}`);
  return subject.prepare();
}
