// SPDX-License-Identifier: MIT
/** What each form adds to a kernel, and what a reviewer of a new system call asks. */

import { WANT_NUMBERS } from '../../core/kernel/directed.ts';
import { RUBRIC, type RubricQuestion } from '../../core/kernel/rubric.ts';
import { isBestForm } from '../../core/kernel/strategy.ts';
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { StrategyRow } from '../result.ts';

const QUESTIONS = Object.entries(RUBRIC) as [RubricQuestion, string][];
const KINDS = Object.keys(WANT_NUMBERS);

/** N: what can be counted, form by form, and what the best forms answer, question by question. */
export function rubricSection(strategies: readonly StrategyRow[]): Section[] {
  const designs = strategies.filter(({ kind }) => kind === 'design');
  if (designs.length === 0) return [];
  return [
    {
      title: 'N  WHAT A REVIEWER OF A NEW SYSTEM CALL ASKS',
      lane: 'static',
      blocks: [
        added(designs),
        prose(
          'calls: new system call numbers, in each table of an architecture. files: new files in ' +
            '/proc. fields: new fields of a task.',
        ),
        ...answers(designs.filter(isBestForm)),
      ],
    },
  ];
}

function added(designs: readonly StrategyRow[]): Block {
  return table(
    [
      left('adds'),
      left('form'),
      right('calls'),
      right('files'),
      right('fields'),
      left('can not direct'),
    ],
    designs.map((row) => [
      row.name,
      row.form === 'best form' && !isBestForm(row) ? 'variation' : row.form,
      ...[row.syscalls, row.files, row.fields].map(({ length }) => String(length)),
      lacks(row),
    ]),
    5,
  );
}

function lacks({ directs }: StrategyRow): string {
  if (directs === null) return '-';
  return KINDS.filter((kind) => !directs.includes(kind)).join(', ') || '-';
}

function answers(designs: readonly StrategyRow[]): Block[] {
  const answering = designs.flatMap(({ name, rubric }) =>
    rubric === null ? [] : [{ name, rubric }],
  );
  if (answering.length === 0) return [];
  return [
    {
      kind: 'answers',
      by: answering.map(({ name }) => name),
      rows: QUESTIONS.map(([key, question]) => [
        question,
        answering.map(({ rubric }) => rubric[key]),
      ]),
    },
    prose(
      'The questions are those of Documentation/process/adding-syscalls.rst and of the discussions ' +
        'since. The best forms answer them in their own files: read, not measured, and open to ' +
        'dispute.',
    ),
  ];
}
