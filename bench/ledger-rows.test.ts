// SPDX-License-Identifier: MIT
/** The ledger of calls, whole and by phase; what is counted wrongly is found. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Directable, WantKind } from '../core/kernel/directed.ts';
import { IPC_CREAT, IPC_PRIVATE } from '../core/kernel/flags.ts';
import {
  byPhase,
  eachPhase,
  emptyLedger,
  emptyPhases,
  LEDGER_ENTRIES,
  type LedgerRow,
  PHASES,
  type Phases,
  sumOf,
} from '../core/kernel/ledger.ts';
import { CHILD, directBy } from '../core/kernel/scenario.ts';
import { canDirect, type InKernel, isBestForm, type Strategy } from '../core/kernel/strategy.ts';
import { sys } from '../core/kernel/syscall.ts';
import { ModelKernel } from '../core/model/kernel.ts';
import { trial } from '../core/model/trial.ts';
import { scripts } from '../linux/conformance/generate/scripts.ts';
import { runOnModel } from '../linux/conformance/on-model.ts';
import { take } from '../strategies/fields/next-syscall-data.ts';
import { loadStrategies } from '../strategies/index.ts';
import { setter } from '../strategies/setter.ts';
import { withId } from '../strategies/with-id.ts';
import { ledgerRows } from './ledger-rows.ts';
import type { LedgerEntry, SparsePhases } from './rows.ts';
import { CHILDREN, wantOf } from './subjects.ts';

const all = await loadStrategies();
const best = all.filter(isBestForm);
const rows = ledgerRows(all);

const inShort = (work: Partial<LedgerRow>) =>
  Object.entries(work)
    .map(([entry, times]) => `${times} ${entry}`)
    .join(' ');

const phasesOf = ({ phases }: LedgerEntry) =>
  PHASES.filter((phase) => Object.keys(phases[phase]).length > 0)
    .map((phase) => `${phase}: ${inShort(phases[phase])}`)
    .join('; ');

/** Of the best forms: what each phase of each kind of call does, looked at one by one. */
const EXPECTED: Readonly<Record<string, string>> = {
  'fork, plain Linux': 'entry: 1 entries; allocation: 6 allocations 2 locks; call: 1 locks',
  'fork, with_id':
    'entry: 1 entries; parse: 4 copied; allocation: 6 allocations 2 locks; call: 1 locks',
  'fork, procfs':
    'entry: 4 entries; walk: 35 copied 6 components 3 fdOps 1 allocations 3 locks; parse: 13 copied 13 parsed 1 allocations; allocation: 6 allocations 2 locks; call: 1 locks 4 fieldOps',
  'fork, procfs (kept)':
    'entry: 2 entries; walk: 1 fdOps; parse: 13 copied 13 parsed 1 allocations; allocation: 6 allocations 2 locks; call: 1 locks 4 fieldOps',
  'fork, procfs (openat)':
    'entry: 4 entries; walk: 17 copied 1 components 4 fdOps 1 allocations 3 locks; parse: 13 copied 13 parsed 1 allocations; allocation: 6 allocations 2 locks; call: 1 locks 4 fieldOps',
  'fork, setter':
    'entry: 2 entries; parse: 16 copied; allocation: 6 allocations 2 locks; call: 1 locks 4 fieldOps',
  'fork, indirect':
    'entry: 1 entries; parse: 72 copied; allocation: 6 allocations 2 locks; call: 1 locks 4 fieldOps',
  'msgget, plain Linux': 'entry: 1 entries; allocation: 1 allocations; call: 1 locks',
  'msgget, with_id': 'entry: 1 entries; allocation: 1 allocations; call: 1 locks',
  'msgget, procfs':
    'entry: 4 entries; walk: 35 copied 6 components 3 fdOps 1 allocations 3 locks; parse: 13 copied 13 parsed 1 allocations; allocation: 1 allocations; call: 1 locks 3 fieldOps',
  'msgget, procfs (kept)':
    'entry: 2 entries; walk: 1 fdOps; parse: 13 copied 13 parsed 1 allocations; allocation: 1 allocations; call: 1 locks 3 fieldOps',
  'msgget, procfs (openat)':
    'entry: 4 entries; walk: 17 copied 1 components 4 fdOps 1 allocations 3 locks; parse: 13 copied 13 parsed 1 allocations; allocation: 1 allocations; call: 1 locks 3 fieldOps',
  'msgget, setter':
    'entry: 2 entries; parse: 16 copied; allocation: 1 allocations; call: 1 locks 3 fieldOps',
  'msgget, indirect':
    'entry: 1 entries; parse: 72 copied; allocation: 1 allocations; call: 1 locks 3 fieldOps',
  'msgctl IPC_SET, plain Linux': 'entry: 1 entries; call: 120 copied 1 locks',
  'msgctl IPC_SET, with_id': 'entry: 1 entries; parse: 40 copied; call: 120 copied 1 locks',
  'msgctl IPC_SET, procfs':
    'entry: 4 entries; walk: 35 copied 6 components 3 fdOps 1 allocations 3 locks; parse: 26 copied 26 parsed 1 allocations; call: 120 copied 1 locks 3 fieldOps',
  'msgctl IPC_SET, procfs (kept)':
    'entry: 2 entries; walk: 1 fdOps; parse: 26 copied 26 parsed 1 allocations; call: 120 copied 1 locks 3 fieldOps',
  'msgctl IPC_SET, procfs (openat)':
    'entry: 4 entries; walk: 17 copied 1 components 4 fdOps 1 allocations 3 locks; parse: 26 copied 26 parsed 1 allocations; call: 120 copied 1 locks 3 fieldOps',
  'msgctl IPC_SET, setter':
    'entry: 2 entries; parse: 48 copied; call: 120 copied 1 locks 3 fieldOps',
  'msgctl IPC_SET, indirect':
    'entry: 1 entries; parse: 104 copied; call: 120 copied 1 locks 3 fieldOps',
};

const found = (strategies: readonly Strategy[]) =>
  Object.fromEntries(
    ledgerRows(strategies)
      .filter(({ call, mode }) => call in LOOKED_AT && mode !== 'unused')
      .map((row) => [`${row.call}, ${row.by}`, phasesOf(row)]),
  );
const LOOKED_AT = { fork: true, msgget: true, 'msgctl IPC_SET': true };

describe('the ledger of a call', () => {
  it('by phase is this, for the best forms', () => {
    expect(found(best)).toEqual(EXPECTED);
  });

  it('differs from call to call only where the plain call does, and in its argument', () => {
    const road = (call: string, by: string) => {
      const row = rows.find((one) => one.call === call && one.by === by && one.mode === 'directed');
      return [row?.phases.entry, row?.phases.walk];
    };
    for (const { call, by, mode } of ledgerRows(best)) {
      if (mode === 'directed') expect(road(call, by)).toEqual(road('fork', by));
    }
  });

  it('that asks for nothing costs loads of new fields where there are some, and nothing else', () => {
    for (const unused of ledgerRows(best).filter(({ mode }) => mode === 'unused')) {
      const plain = rows.find(({ call, mode }) => call === unused.call && mode === 'plain');
      const more = LEDGER_ENTRIES.filter((e) => unused.ledger[e] !== plain?.ledger[e]);
      expect(more).toEqual(unused.by === 'with_id' ? [] : ['fieldOps']);
      expect(unused.phases).toEqual({
        ...plain?.phases,
        call: unused.phases.call,
      });
    }
  });

  it('is there for what a design can direct, and for nothing else', () => {
    const kinds = { fork: 'pid', msgget: 'msg', 'shmctl IPC_SET': 'shm_state' } as const;
    for (const strategy of all) {
      for (const [call, kind] of Object.entries(kinds)) {
        const isThere = rows.some(
          (row) => row.call === call && row.by === strategy.name && row.mode === 'directed',
        );
        expect([strategy.name, call, isThere]).toEqual([
          strategy.name,
          call,
          canDirect(strategy, kind),
        ]);
      }
    }
  });

  it('is not taken of a call that failed, nor of one that got something else', () => {
    expect(() => ledgerRows([{ ...withId, kernel: {} }])).toThrow('fork by with_id gave -ENOSYS');
    const deaf: Strategy = {
      ...withId,
      caller: {
        *direct(_me, _want, call) {
          return yield call;
        },
      },
    };
    expect(() => ledgerRows([deaf])).toThrow('fork by with_id gave 2');
  });
});

/** Counting that is wrong in one way each. */
const MISCOUNTED: readonly [string, (kernel: ModelKernel, ...of: Counting) => void][] = [
  [
    'everything where it is at home',
    ({ ledger }, entry, _phase, times = 1) => {
      ledger[entry] += times;
    },
  ],
  [
    'everything in one phase',
    (kernel, entry, _phase, times) => COUNT.call(kernel, entry, 'parse', times),
  ],
  [
    'what is away from home twice',
    (kernel, entry, phase, times = 1) => COUNT.call(kernel, entry, phase, 2 * times),
  ],
];
type Counting = Parameters<ModelKernel['count']>;
const COUNT = ModelKernel.prototype.count;

describe('a ledger that counts wrongly', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(MISCOUNTED)('%s, is found by the rows of the best forms', (_what, count) => {
    vi.spyOn(ModelKernel.prototype, 'count').mockImplementation(function (
      this: ModelKernel,
      ...of
    ) {
      count(this, ...of);
    });
    expect(found(best)).not.toEqual(EXPECTED);
  });

  it('a field that is loaded twice is found by them', () => {
    const { kernel } = setter;
    const twice: Strategy = {
      ...setter,
      kernel: {
        ...kernel,
        asked: {
          askedIn: 'call',
          wanted(inKernel, current, kind) {
            inKernel.ledger.fieldOps++;
            return take(inKernel, current, kind);
          },
        },
      },
    };
    expect(found(best.map((one) => (one === setter ? twice : one)))).not.toEqual(EXPECTED);
  });

  it('in a phase and not in the whole, or twice in a phase, does not add up', () => {
    const whole = { ...emptyLedger(), locks: 4 };
    const away = { ...emptyPhases(), walk: { ...emptyLedger(), locks: 3 } };
    expect(wrongSum(whole, byPhase(whole, away))).toBeNull();
    const unseen = { ...whole, locks: 1 };
    expect(wrongSum(unseen, byPhase(unseen, away))).toBe('call: locks -2');
    const twice = { ...away, walk: { ...emptyLedger(), locks: 6 } };
    expect(wrongSum(whole, byPhase(whole, twice))).toBe('call: locks -2');
    expect(wrongSum(whole, { ...byPhase(whole, away), entry: whole })).toBe('locks: 8, not 4');
  });
});

/** The first entry whose phases are not its parts. */
function wrongSum(whole: LedgerRow, phases: Phases): string | null {
  const sum = sumOf(Object.values(phases));
  for (const entry of LEDGER_ENTRIES) {
    const negative = PHASES.find((phase) => phases[phase][entry] < 0);
    if (negative !== undefined) return `${negative}: ${entry} ${phases[negative][entry]}`;
    if (sum[entry] !== whole[entry]) return `${entry}: ${sum[entry]}, not ${whole[entry]}`;
  }
  return null;
}

const CALLS = {
  pid: sys('fork', CHILD),
  msg: sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600),
  sem: sys('semget', IPC_PRIVATE, 1, IPC_CREAT | 0o600),
  shm: sys('shmget', IPC_PRIVATE, 4096, IPC_CREAT | 0o600),
} as const satisfies Partial<Record<WantKind, Directable>>;
type Type = keyof typeof CALLS;

interface Step {
  readonly type: Type;
  /** Null is a plain call. */
  readonly want: number | null;
}

const programOf = (want: fc.Arbitrary<number | null>) =>
  fc.array(fc.record<Step>({ type: fc.constantFrom('pid', 'msg', 'sem', 'shm'), want }), {
    minLength: 1,
    maxLength: 8,
  });

/** Runs a program; a call that the strategy can't direct is plain. Results, and the kernel. */
function run(strategy: Strategy, steps: readonly Step[]) {
  const direct = directBy(strategy.caller);
  const { kernel, said } = trial(
    (say) => ({
      ...CHILDREN,
      *init(me) {
        for (const { type, want } of steps) {
          const call = CALLS[type];
          const isPlain = want === null || !canDirect(strategy, type);
          say(isPlain ? yield call : yield* direct(me, wantOf(type, want), call));
        }
        return 0;
      },
    }),
    strategy.kernel,
  );
  return { kernel, results: said as number[] };
}

const SEED = 200807;

describe.each(all)('the ledger under $name', (strategy) => {
  it('is the sum of its phases, whatever was called and whatever failed', () => {
    // Some are taken, some are no number of anything.
    const wants = fc.option(fc.constantFrom(2, 3, 11, 32770, 2147483647, 0));
    fc.assert(
      fc.property(programOf(wants), (steps) => {
        const { kernel } = run(strategy, steps);
        expect(wrongSum(kernel.ledger, kernel.phases())).toBeNull();
      }),
      { seed: SEED, numRuns: 50 },
    );
  });
});

describe.each(best)('a program of calls by $name', (strategy) => {
  const own = ledgerRows([strategy]);
  const rowOf = ({ type, want }: Step): SparsePhases => {
    const mode = want === null ? 'unused' : 'directed';
    const { name } = CALLS[type];
    const row = own.find((one) => one.call === name && one.mode === mode);
    if (row === undefined) throw new Error(`no row for ${name}, ${mode}`);
    return row.phases;
  };

  it('does, phase by phase, what the rows of its calls say', () => {
    // Of two digits, as in the rows: text is as long as it is.
    const wants = fc.option(fc.integer({ min: 50, max: 99 }));
    fc.assert(
      fc.property(programOf(wants), (steps) => {
        const once = steps.filter(
          (step, at) =>
            step.want === null ||
            !steps.slice(0, at).some(({ type, want }) => type === step.type && want === step.want),
        );
        const { kernel, results } = run(strategy, once);
        expect(results.every((result) => result >= 0)).toBe(true);
        const expected = eachPhase((phase) =>
          sumOf(once.map((step) => ({ ...emptyLedger(), ...rowOf(step)[phase] }))),
        );
        expect(kernel.phases()).toEqual(expected);
      }),
      { seed: SEED, numRuns: 50 },
    );
  });
});

/** Calls that may be handed an id: in a file, in set_tid, or for a timer. */
const PARSING = ['write', 'clone3', 'timer_create'];
/** Calls that take a path or a descriptor, or give one. */
const WALKING = [
  ...['open', 'openat', 'read', 'write', 'lseek', 'close', 'dup', 'dup2', 'flock', 'setns'],
  'execve',
  ...['pidfd_open', 'pidfd_getfd'],
];

describe('calls of plain Linux', () => {
  it('have an argument to parse only where one is written, and walk only to files', () => {
    const seen = { parse: 0, walk: 0 };
    const isWithout = (names: ReadonlySet<string>, some: readonly string[]) =>
      some.every((name) => !names.has(name));
    fc.assert(
      fc.property(scripts, (whole) => {
        // Looks at the hints come last, and walk to files.
        const script = whole.filter(({ isLook }) => isLook !== true);
        const names = new Set<string>();
        const booted: InKernel[] = [];
        runOnModel(script, {
          entry(kernel, _current, name) {
            booted.push(kernel);
            names.add(name);
          },
        });
        const [kernel] = booted;
        if (!(kernel instanceof ModelKernel)) return;
        const { parse, walk } = kernel.phases();
        if (isWithout(names, PARSING)) {
          seen.parse++;
          expect(parse).toEqual(emptyLedger());
        }
        if (isWithout(names, WALKING)) {
          seen.walk++;
          expect(walk).toEqual(emptyLedger());
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
    expect(Math.min(seen.parse, seen.walk)).toBeGreaterThan(20);
  });
});
