// SPDX-License-Identifier: MIT
/**
 * The agent and its tapes, that take turns at a few of the subjects of bench/host/. Both versions ask
 * the same kernel; what differs is the program that asks it.
 */
import { Agent } from '../../linux/host/agent.ts';
import { buildAgent } from '../../linux/host/build-agent.ts';
import { type HostSubject, SUBJECTS, UNIT } from '../host/subjects.ts';
import { inLaps } from './laps.ts';
import { AskSchema, PROTOCOL, serve } from './turns.ts';

/** A call, one with an argument, and files; an IPC id's time differs from namespace to namespace. */
const ROWS: readonly string[] = [UNIT, 'name, prctl', 'name, comm kept', 'name, comm'];

const SELECTED = ROWS.map((row): HostSubject => {
  const subject = SUBJECTS.find(({ name }) => name === row);
  if (subject === undefined) throw new Error(`there is no row ${row}`);
  return subject;
});

const take = inLaps(SELECTED, 'ns');
const path = await buildAgent();
let agent: Agent | null = null;

/** Two agents of one program differ for as long as they live, by a percent in rows of /proc. */
async function startAfresh(): Promise<null> {
  await agent?.end();
  agent = await Agent.start(path);
  return null;
}

const rows = SELECTED.map(({ name, does }) => ({ name, does }));
await serve({ protocol: PROTOCOL, rows }, AskSchema, (ask) => {
  if (ask.kind === 'fresh') return startAfresh();
  if (agent === null) throw new Error('a block begins with a fresh start');
  return take(agent, ask);
});
