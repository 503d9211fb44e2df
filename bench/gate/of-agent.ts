// SPDX-License-Identifier: MIT
/**
 * The agent and its tapes, that take turns at a few of the subjects of bench/host/. Both versions ask
 * the same kernel; what differs is the program that asks it. Each turn is of a fresh image.
 */
import { quantile } from 'simple-statistics';
import { Agent } from '../../linux/host/agent.ts';
import { buildAgent } from '../../linux/host/build-agent.ts';
import { playAll } from '../../linux/tape/play.ts';
import { encodeTapes } from '../../linux/tape/wire.ts';
import { recorded } from '../host/recorded.ts';
import { type HostSubject, SUBJECTS, UNIT } from '../host/subjects.ts';
import { type Ask, serveTurns, type Turn } from './turns.ts';

/** A call, one with an argument, and files; an IPC id's time differs from namespace to namespace. */
const ROWS: readonly string[] = [UNIT, 'name, prctl', 'name, comm kept', 'name, comm'];
/** Of a lap: one more is 3 %. */
const OPERATIONS = 33;
/** Of the laps, sorted: low, as what holds a lap up only ever makes it longer. */
const QUANTILE = 0;
/** Preparation, and the lap that warms up. */
const NOT_COUNTED = 2;

const subjectOf = (row: string): HostSubject => {
  const subject = SUBJECTS.find(({ name }) => name === row);
  if (subject === undefined) throw new Error(`there is no row ${row}`);
  return subject;
};

const agent = await Agent.start(await buildAgent());
const tapes = new Map<string, ReturnType<typeof tapeOf>>();

/** Recorded once. */
function tapeOf(row: string, perLap: number) {
  const { tapes: own, plays } = recorded([{ ...subjectOf(row), perLap }]);
  const [, first = 0, second = 0] = plays[0]?.laps ?? [];
  const callsOfOne = (second - first) / perLap;
  return { encoded: encodeTapes(own), plays, callsOfOne };
}

async function take({ row, more, environment }: Ask): Promise<Turn> {
  const made = OPERATIONS + Math.round((OPERATIONS * more) / 100);
  const key = `${row}, ${made}`;
  const tape = tapes.get(key) ?? tapeOf(row, made);
  tapes.set(key, tape);
  const [played] = await playAll(agent, tape.encoded, tape.plays, environment);
  const laps = (played?.laps ?? []).slice(NOT_COUNTED);
  if (laps.length === 0) throw new Error(`${row} is refused by this kernel`);
  const ns =
    quantile(
      laps.map(({ time }) => time),
      QUANTILE,
    ) / OPERATIONS;
  return { ns, work: `${tape.callsOfOne} calls` };
}

await serveTurns(
  ROWS.map((name) => ({ name, does: subjectOf(name).does })),
  take,
);
