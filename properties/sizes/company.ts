// SPDX-License-Identifier: MIT
/**
 * How a scenario grows that has no way of its own: as it is, beside processes that have nothing to do
 * with it and make plain calls of the same kind. Processes, as a thread of its own would die in an
 * exec, and could be the one that a signal is delivered to.
 */
import type { Scenario, Size } from '../../core/kernel/scenario.ts';
import { bystander, noticed } from './bystanders.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Letters that no task of a scenario has. */
export const freeNames = ({ tasks }: Pick<Scenario, 'tasks'>): string[] =>
  LETTERS.filter((letter) => !tasks.some(({ name }) => name === letter));

/** Each task beyond the scenario's own is a process that makes `calls` plain calls. */
export function inCompany(scenario: Scenario, { threads, calls }: Size): Scenario {
  const { tasks, wants } = scenario;
  const names = freeNames(scenario).slice(0, threads - tasks.length);
  const program = 'bystander in company';
  return {
    ...scenario,
    tasks: [
      ...tasks,
      ...names.map((name) => ({ name, role: 'bystander', process: `of ${name}`, program })),
    ],
    programs: (direct, subject) => ({
      ...scenario.programs(direct, subject),
      [program]: bystander(subject, calls),
    }),
    judge: (outcome) => scenario.judge(outcome) ?? noticed(names, calls, wants, outcome),
  };
}
