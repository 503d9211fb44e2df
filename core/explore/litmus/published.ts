// SPDX-License-Identifier: MIT
/**
 * How many Mazurkiewicz traces others have published for programs, tool by tool.
 *
 * - GenMC, `-sc -mo`: execution graphs under sequential consistency, told apart by who reads from
 *   whom and by the order of writes to each cell, which are the traces. Programs under N are those
 *   of the file's line for that N; casrot, casw, indexer and lastzero are written after the copies
 *   in Nidhugg's benchmarks/ and in Concuerror's suite.
 * - Concuerror: interleavings that optimal DPOR explores, or source-DPOR less those that it says
 *   were sleep-set blocked. It implements the algorithms of "Optimal Dynamic Partial Order
 *   Reduction" (POPL 2014), and its suite holds that paper's programs.
 * - Nidhugg's smoke tests count traces with observers, which are fewer where the order of two writes
 *   of different threads is seen by nobody. Here are those in which each cell has one writer, or
 *   writers that read it or hold a lock, so that there are no such two.
 *
 * Left out is what has another notion of what depends on what: two writes of the same value, which
 * Concuerror lets commute (its conditional_readers has 8 where there are 12), and two failed
 * trylocks, which Nidhugg does not (its mutex_vs_trylock_2 has 16 where there are 15).
 *
 * What a program writes is left out where nothing depends on it.
 */
import type { System } from '../machine.ts';
import * as systems from './published-systems.ts';

export interface Published {
  readonly name: string;
  /** In litmus notation, or as code. */
  readonly program: string | (() => System);
  readonly traces: number;
  /** Repository, commit and file with the number. */
  readonly source: string;
}

const GENMC = 'MPI-SWS/genmc eab70f8 tests/correct';
const CONCUERROR = 'parapluu/Concuerror';
const RESULTS = 'tests/suites/dpor_tests/results';
const NIDHUGG = 'nidhugg/nidhugg 2337cf9 tests/smoke/reference.results.txt';

const copies = (count: number, part: string): string[] => Array<string>(count).fill(part);
const join = (...threads: readonly string[]): string => threads.join(' || ');

const genmc = (
  directory: string,
  ...rows: readonly (readonly [string, Published['program'], number])[]
): Published[] =>
  rows.map(([size, program, traces]) => ({
    name: `${directory.replace(/.*\//, '')}${size}`,
    program,
    traces,
    source: `${GENMC}/${directory}/expected.sc.mo.in`,
  }));

const concuerror = (
  name: string,
  program: Published['program'],
  traces: number,
  commit: string,
  file: string,
): Published => ({ name, program, traces, source: `${CONCUERROR} ${commit} ${RESULTS}/${file}` });

const nidhugg = (name: string, program: Published['program'], traces: number): Published => ({
  name,
  program,
  traces,
  source: NIDHUGG,
});

const readers = (count: number): string => join('Wx', ...copies(count, 'Rx'));
const fibonacci = (rounds: number): string =>
  join(copies(rounds, 'Ri Rj Wi').join(' '), copies(rounds, 'Ri Rj Wj').join(' '), 'Ri Rj');
const swapAndWrite = (count: number): string =>
  join(...Array.from({ length: count }, (_, index) => `Cx:0>1 Wx=${index + 3}`));
const swaps = (count: number): string =>
  join(...Array.from({ length: count }, (_, index) => `Cx:0>${index + 1}`));
const swapsInARow = (count: number): string =>
  join(...Array.from({ length: count }, (_, index) => `Cx:${index}>${index + 1}`));
const coherence = (size: number): string =>
  join('Wx Ry Rx', 'Wx Rz Rx', ...copies(size - 1, 'Wy Wz'));

export const PUBLISHED: readonly Published[] = [
  ...genmc('litmus/CoRR1', ['', 'Wx || Wx || Rx Rx || Rx', 36]),
  ...genmc('litmus/CoRR2', ['', 'Wx || Wx || Rx Rx || Rx Rx', 72]),
  ...genmc('litmus/IRIWish', ['', 'Wx || Rx Wy || Rx Ry || Ry Rx', 27]),
  ...genmc('litmus/fr+w+w+w+reads', ['', 'Wx || Wx || Wx || Rx Rx Rx Rx', 210]),
  ...genmc('litmus/viktor-relseq', ['', 'Ux Ux || Ux Ux || Ux || Ux', 180]),
  ...genmc(
    'litmus/wrw',
    ['(2)', join('Wx', ...copies(2, 'Rx Wx')), 22],
    ['(3)', join('Wx', ...copies(3, 'Rx Wx')), 300],
  ),
  ...genmc('litmus/MPU+rels+acq', ['', systems.passedByUpdate, 12]),
  ...genmc('litmus/MPU2+rels+acqf', ['', systems.passedBySwaps, 35]),
  ...genmc(
    'synthetic/rw',
    ['(2)', join(...copies(2, 'Rx Wx')), 4],
    ['(3)', join(...copies(3, 'Rx Wx')), 36],
    ['(4)', join(...copies(4, 'Rx Wx')), 576],
  ),
  ...genmc('synthetic/readers', ['(8)', readers(8), 256], ['(13)', readers(13), 8192]),
  ...genmc('synthetic/cas', ['(2)', swaps(2), 2], ['(5)', swaps(5), 5]),
  ...genmc(
    'synthetic/casrot',
    ['(4)', swapsInARow(4), 14],
    ['(6)', swapsInARow(6), 144],
    ['(8)', swapsInARow(8), 2048],
  ),
  ...genmc(
    'synthetic/casw',
    ['(2)', swapAndWrite(2), 6],
    ['(3)', swapAndWrite(3), 66],
    ['(4)', swapAndWrite(4), 1200],
  ),
  ...genmc(
    'synthetic/cinc',
    ['(2)', join(...copies(2, 'Ux Uy Uz')), 8],
    ['(3)', join(...copies(3, 'Ux Uy Uz')), 216],
  ),
  ...genmc(
    'synthetic/CoA',
    ['(2)', coherence(2), 15],
    ['(3)', coherence(3), 130],
    ['(4)', coherence(4), 2028],
  ),
  ...genmc('synthetic/lastzero', ['(10)', systems.lastZero(10), 3328]),
  ...genmc(
    'synthetic/indexer',
    ['(12)', systems.indexer(12), 8],
    ['(15)', systems.indexer(15), 4096],
  ),

  concuerror('readers(6)', readers(6), 64, '28a0c25', 'readers-test-inf-optimal.txt'),
  concuerror(
    'last_zero(5)',
    systems.lastZero(5),
    64,
    '5859130',
    'last_zero-test-inf-source.txt: 97 less 33 blocked',
  ),
  concuerror(
    'file_system_example(16)',
    systems.fileSystem(16),
    8,
    '322bf54',
    'file_system_example-test-inf-dpor.txt',
  ),
  concuerror(
    'POPL_optimal_example',
    systems.notOptimal,
    5,
    'aded07f',
    'POPL_optimal_example-test-inf-dpor.txt',
  ),
  concuerror(
    'readers_rrw',
    'Ry Rx || Ry Rx || Ry Wx',
    4,
    'e0628ff',
    'readers_rrw-readers_rrw-inf-dpor.txt',
  ),
  concuerror('manywrite', 'Wx || Wx || Wy || Wy', 4, 'e0628ff', 'manywrite-manywrite-inf-dpor.txt'),
  concuerror('ets_cross', 'Wx Wy || Wy Wx', 3, '6974a6b', 'ets_cross-test-inf-dpor.txt'),
  concuerror(
    'sleeping_races_3_read',
    systems.sleepingRaces,
    6,
    '96b876b',
    'sleeping_races_3_read-sleeping_races_3_read-inf-dpor.txt',
  ),
  concuerror(
    'many_initials',
    systems.manyInitials,
    5,
    'e0628ff',
    'many_initials-many_initials-inf-dpor.txt',
  ),

  nidhugg('readers_4', readers(4), 16),
  nidhugg('lastzero_2', systems.lastZero(2), 5),
  nidhugg('lastzero_3', systems.lastZero(3), 12),
  nidhugg('lastzero_4', systems.lastZero(4), 28),
  nidhugg('fib_bench_true_1', fibonacci(1), 11),
  nidhugg('fib_bench_true_2', fibonacci(2), 140),
  nidhugg('cmpxhg_test_3', swapsInARow(3), 5),
  nidhugg('mutex_order_3', join(...copies(3, 'Lm Rx Wx Xm')), 6),
  nidhugg('mutex_deadlock_2', join(...copies(2, 'Lm Rx Wx')), 2),
  nidhugg('mutex_deadlock_3', join(...copies(3, 'Lm Rx Wx')), 3),
  nidhugg('mutex_hard', systems.lockKept(3), 4),
  nidhugg('mutex_vs_trylock_1', systems.lockAndTryLock, 3),
];
