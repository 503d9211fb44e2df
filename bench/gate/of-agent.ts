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
import { type Ask, AskSchema, PROTOCOL, serve, type Taken, type Turn } from './turns.ts';

/** A call, one with an argument, and files; an IPC id's time differs from namespace to namespace. */
const ROWS: readonly string[] = [UNIT, 'name, prctl', 'name, comm kept', 'name, comm'];
/** Few, as images differ by more than laps in one do. */
const LAPS = 5;
/** Of a lap: one more is 3 %. */
const OPERATIONS = 33;
/** Of the laps, sorted: low, as what holds a lap up only ever makes it longer. */
const QUANTILE = 0;
/** Preparation, and the lap that warms up. */
const NOT_COUNTED = 2;

const SELECTED = ROWS.map((row): HostSubject => {
  const subject = SUBJECTS.find(({ name }) => name === row);
  if (subject === undefined) throw new Error(`there is no row ${row}`);
  return subject;
});

const path = await buildAgent();
let agent: Agent | null = null;
const tapes = new Map<number, ReturnType<typeof tapesOf>>();

/** Of all rows, recorded once. */
function tapesOf(perLap: number) {
  const { tapes: own, plays } = recorded(
    SELECTED.map((subject) => ({ ...subject, perLap })),
    LAPS,
  );
  return { encoded: encodeTapes(own), plays };
}

/** Two agents of one program differ for as long as they live, by a percent in rows of /proc. */
async function startAfresh(): Promise<null> {
  await agent?.end();
  agent = await Agent.start(path);
  return null;
}

/** All rows in one image: to make it takes ten times as long as a row in it. */
async function take({ rows, more, environment }: Ask & { kind: 'turn' }): Promise<Turn> {
  if (agent === null) throw new Error('a block begins with a fresh start');
  const perLap = OPERATIONS + Math.round((OPERATIONS * more) / 100);
  const { encoded, plays } = tapes.get(perLap) ?? tapesOf(perLap);
  tapes.set(perLap, { encoded, plays });
  const asked = rows.flatMap((row) => plays[ROWS.indexOf(row)] ?? []);
  const played = await playAll(agent, encoded, asked, environment);
  return rows.map((row, nth): Taken => {
    const laps = (played[nth]?.laps ?? []).slice(NOT_COUNTED);
    if (laps.length === 0) throw new Error(`${row} is refused by this kernel`);
    const times = laps.map(({ time }) => time);
    const [, first = 0, second = 0] = asked[nth]?.laps ?? [];
    return {
      ns: quantile(times, QUANTILE) / OPERATIONS,
      work: `${(second - first) / perLap} calls`,
    };
  });
}

const rows = SELECTED.map(({ name, does }) => ({ name, does }));
await serve({ protocol: PROTOCOL, rows }, AskSchema, (ask) =>
  ask.kind === 'turn' ? take(ask) : startAfresh(),
);
