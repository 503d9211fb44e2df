// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../input-error.ts';
import { MAX_THREADS, parseLitmus } from './program.ts';

describe('an operation', () => {
  it.each([
    ['Rx', { does: 'read', cell: 'x' }],
    ['Wx', { does: 'write', cell: 'x', value: 1 }],
    ['Wx=0', { does: 'write', cell: 'x', value: 0 }],
    ['Wx=1000000', { does: 'write', cell: 'x', value: 1_000_000 }],
    ['Wx=007', { does: 'write', cell: 'x', value: 7 }],
    ['Ux', { does: 'update', cell: 'x' }],
    ['Cx:0>1', { does: 'swap', cell: 'x', from: 0, to: 1 }],
    ['Cx:12>12', { does: 'swap', cell: 'x', from: 12, to: 12 }],
    ['Lm', { does: 'lock', cell: 'm' }],
    ['Rnext_id', { does: 'read', cell: 'next_id' }],
    ['R_', { does: 'read', cell: '_' }],
    ['RX2', { does: 'read', cell: 'X2' }],
    ['RR', { does: 'read', cell: 'R' }],
  ])('%s', (text, operation) => {
    expect(parseLitmus(text)).toEqual([[operation]]);
  });

  it('unlocks what its thread has locked', () => {
    expect(parseLitmus('Lm Ln Xn Xm')[0]?.map(({ does, cell }) => does + cell)).toEqual([
      'lockm',
      'lockn',
      'unlockn',
      'unlockm',
    ]);
  });
});

describe('a program', () => {
  it('is threads separated by ||, of operations separated by blanks of any kind', () => {
    const program = [
      [
        { does: 'write', cell: 'x', value: 1 },
        { does: 'read', cell: 'y' },
      ],
      [{ does: 'update', cell: 'y' }],
    ];
    expect(parseLitmus('Wx Ry || Uy')).toEqual(program);
    expect(parseLitmus('  Wx\tRy\n||\r\n  Uy ')).toEqual(program);
  });

  it('has as many threads as there are letters', () => {
    const threads = (count: number) => Array<string>(count).fill('Rx').join(' || ');
    expect(parseLitmus(threads(MAX_THREADS)).length).toBe(26);
    expect(() => parseLitmus(threads(27))).toThrow('27 threads, which is more than 26');
  });
});

const NO_OPERATION = 'which is no operation';
const NO_THREAD = 'a thread without operations';

describe('what is none is an error that names the column', () => {
  it.each([
    ['', 1, NO_THREAD],
    ['   ', 4, NO_THREAD],
    ['||', 1, NO_THREAD],
    ['|| Rx', 1, NO_THREAD],
    ['Rx ||', 6, NO_THREAD],
    ['Rx || || Rx', 7, NO_THREAD],
    ['Wx Qy', 4, `"Qy", ${NO_OPERATION}`],
    ['Wx  \t rx', 7, `"rx", ${NO_OPERATION}`],
    ['R', 1, `"R", ${NO_OPERATION}`],
    ['R1', 1, `"R1", ${NO_OPERATION}`],
    ['Rx-y', 1, `"Rx-y", ${NO_OPERATION}`],
    ['Rx|| Ry', 1, `"Rx||", ${NO_OPERATION}`],
    ['Rx | Ry', 4, `"|", ${NO_OPERATION}`],
    ['Rx;Ry', 1, `"Rx;Ry", ${NO_OPERATION}`],
    ['Rx=1', 1, `"Rx=1", ${NO_OPERATION}`],
    ['Ux=1', 1, `"Ux=1", ${NO_OPERATION}`],
    ['Wx=', 1, `"Wx=", ${NO_OPERATION}`],
    ['Wx=-1', 1, `"Wx=-1", ${NO_OPERATION}`],
    ['Wx=1.5', 1, `"Wx=1.5", ${NO_OPERATION}`],
    ['Wx=1000001', 1, '"Wx=1000001", a value beyond 1000000'],
    ['Rx Cx:0>9999999', 4, '"Cx:0>9999999", a value beyond 1000000'],
    ['Cx', 1, `"Cx", ${NO_OPERATION}`],
    ['Cx:0', 1, `"Cx:0", ${NO_OPERATION}`],
    ['Wx:0>1', 1, `"Wx:0>1", ${NO_OPERATION}`],
    ['Cx=1:0>1', 1, `"Cx=1:0>1", ${NO_OPERATION}`],
    ['Lm=1', 1, `"Lm=1", ${NO_OPERATION}`],
    ['Rä', 1, `"Rä", ${NO_OPERATION}`],
    ['Xm', 1, '"Xm" without "Lm" before it'],
    ['Lm Xn', 4, '"Xn" without "Ln" before it'],
    ['Lm Xm Xm', 7, '"Xm" without "Lm" before it'],
    ['Lm || Xm', 7, '"Xm" without "Lm" before it'],
    [`R${'x'.repeat(60)}!`, 1, `"R${'x'.repeat(39)}", ${NO_OPERATION}`],
  ])('%j', (text, column, what) => {
    expect(() => parseLitmus(text)).toThrow(
      new InputError(
        `program, column ${column}`,
        `there is ${what}`,
        'write threads such as "Wx=3 Ry || Uy Cx:0>1 || Lm Xm"',
      ),
    );
  });

  it('and so is any text, or a program, and nothing else', () => {
    const word = fc.oneof(
      fc.constantFrom('||', 'Rx', 'Wx=2', 'Uy', 'Cx:0>1', 'Lm', 'Xm', '|', ' ', '\n'),
      fc.stringMatching(/^[RWUCLX|][xm=:>0-9]{0,4}$/),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(text, (any) => {
        try {
          for (const thread of parseLitmus(any)) expect(thread.length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          const [, column] = /^program, column (\d+)$/.exec(error.place) ?? [];
          expect(Number(column)).toBeGreaterThan(0);
          expect(Number(column)).toBeLessThanOrEqual(any.length + 1);
        }
      }),
      { seed: 200807, numRuns: 2000 },
    );
  });
});
