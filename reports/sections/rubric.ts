// SPDX-License-Identifier: MIT
/** What a reviewer of a new system call asks, design by design. */
import { RUBRIC, type RubricQuestion } from '../../core/kernel/rubric.ts';
import { prose, type Section } from '../document.ts';
import type { StrategyRow } from '../result.ts';

const QUESTIONS = Object.entries(RUBRIC) as [RubricQuestion, string][];

/** N: one column a design that answers; what can be counted is counted. */
export function rubricSection(strategies: readonly StrategyRow[]): Section[] {
  const answering = strategies.flatMap(({ rubric, ...row }) =>
    rubric === null ? [] : [{ ...row, rubric }],
  );
  if (answering.length === 0) return [];
  const counted: [string, (row: StrategyRow) => readonly string[]][] = [
    ['new call numbers, each table', ({ syscalls }) => syscalls],
    ['new files in /proc', ({ files }) => files],
    ['new fields in the task', ({ fields }) => fields],
  ];
  return [
    {
      title: 'N  WHAT A REVIEWER OF A NEW SYSTEM CALL ASKS',
      lane: 'static',
      blocks: [
        {
          kind: 'drawing',
          heads: ['', ...answering.map(({ name }) => name)],
          rows: [
            ...counted.map(([what, of]) => [
              what,
              ...answering.map((row) => String(of(row).length)),
            ]),
            ...QUESTIONS.map(([key, question]) => [
              question,
              ...answering.map(({ rubric }) => rubric[key]),
            ]),
          ],
        },
        prose(
          'After Documentation/process/adding-syscalls.rst. Counts are of the designs as they are ' +
            'here; the other answers are read in their files, which any reader may dispute.',
        ),
      ],
    },
  ];
}
