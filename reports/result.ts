// SPDX-License-Identifier: MIT
/**
 * The one result object. `sideband compare` makes it, the JSON report is it, and the text,
 * Markdown and HTML reports are drawn from nothing else. Published as result.schema.json; a change that
 * breaks readers gets a new number.
 *
 * Same version, seed and captures: identical outside `provenance` and `timed`; `conformance` is
 * of the kernel below, and the same on the same kernel.
 */
import * as v from 'valibot';
import { LEDGER_ENTRIES } from '../core/kernel/ledger.ts';
import { RUBRIC, type RubricQuestion } from '../core/kernel/rubric.ts';
import { DESIGNS, FORMS, STRATEGY_KINDS } from '../core/kernel/strategy.ts';
import { CostsSchema } from './schema/costs.ts';
import { ObservedSchema } from './schema/observed.ts';
import { RealRestores } from './schema/restores.ts';
import { ScheduleRows } from './schema/schedules.ts';
import { TimesSchema } from './schema/times.ts';

export const RESULT_SCHEMA = 'sideband-result/5';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Counts that pass 2^53 are decimal strings. */
const bigCount = v.pipe(v.string(), v.regex(/^\d+$/));

const Form = v.picklist(FORMS);
const StrategyKind = v.picklist(STRATEGY_KINDS);

/** Where a figure comes from. What is not measured names the lane that will. */
const Lane = v.picklist(['model', 'host', 'guest', 'static', 'literature']);

const StrategyRow = v.strictObject({
  name: v.string(),
  summary: v.string(),
  kind: StrategyKind,
  form: Form,
  /** The design of the thread that it is a form or a control of. */
  of: v.nullable(v.picklist(DESIGNS)),
  /** New system calls, procfs files and task fields of the kernel half. */
  syscalls: v.array(v.string()),
  files: v.array(v.string()),
  fields: v.array(v.string()),
  /** Kinds of ids and state that it can ask for; null is all of them. */
  directs: v.nullable(v.array(v.string())),
  /** What a design answers to a reviewer; null if it does not say. */
  rubric: v.nullable(v.strictObject(rubricEntries())),
  /** The file that it was brought in with, where it is none of our own. */
  from: v.exactOptional(v.string()),
});

function rubricEntries() {
  const keys = Object.keys(RUBRIC) as RubricQuestion[];
  return Object.fromEntries(keys.map((key) => [key, v.string()])) as Record<
    RubricQuestion,
    v.StringSchema<undefined>
  >;
}

const Claim = v.strictObject({
  number: count,
  who: v.string(),
  claim: v.string(),
  verdict: v.picklist([
    'supported',
    'refuted',
    'depends',
    'not a question of fact',
    'not measured yet',
  ]),
  /** Which form of the designs the verdict judges. */
  form: v.picklist(['as posted', 'best form', 'both', 'neither']),
  /** Lanes that the verdict rests on, or that will measure it. */
  lanes: v.array(Lane),
  /** The figure behind it and the table it stands in; or what will be measured. */
  evidence: v.string(),
});

/** One step of a schedule that is worth a line. */
const DrawnStep = v.strictObject({
  /** Its number in the schedule, from 1. */
  step: count,
  thread: v.string(),
  text: v.string(),
  racing: v.boolean(),
  wrong: v.boolean(),
  /** The contested cell after the step, where the step wrote it. */
  cell: v.nullable(v.string()),
});

const Drawing = v.strictObject({
  replay: v.string(),
  preemptions: count,
  /** No schedule that fails has fewer preemptions, and none with as few has fewer steps. */
  isMinimal: v.boolean(),
  steps: count,
  threads: v.array(v.strictObject({ name: v.string(), role: v.string() })),
  contested: v.nullable(v.string()),
  drawn: v.array(DrawnStep),
  /** Null if all is well at the end. */
  wrong: v.nullable(v.string()),
  /** In words; null if nothing is wrong, or if no single reversal explains it. */
  cause: v.nullable(v.string()),
});

const Verdict = v.variant('kind', [
  v.strictObject({ kind: v.literal('EXHAUSTIVE') }),
  /** Interleavings with at most so many preemptions. */
  v.strictObject({ kind: v.literal('BOUNDED'), preemptions: count }),
  /** Schedules drawn from seeds that count up from the first, and in which way; states are those seen before. */
  v.strictObject({ kind: v.literal('SAMPLED'), runs: count, seed: count, by: v.string() }),
  v.strictObject({ kind: v.literal('INCOMPLETE'), reason: v.string(), seen: count }),
]);

/** Tasks, and calls of each that was added or has a number of them. */
const Size = { threads: count, calls: count };

/**
 * Mazurkiewicz traces, prefixes that were given up besides, and in how many ways that have nothing in
 * common the interleavings were counted, all alike; null where there is one way only, or none.
 */
const Certificate = v.strictObject({ traces: count, blocked: count, ways: count });

const RaceRow = v.strictObject({
  scenario: v.string(),
  question: v.string(),
  rule: v.string(),
  scenarioKind: v.picklist(['hazard', 'virtue']),
  context: v.picklist(['restarter', 'general use']),
  strategy: v.string(),
  /** Of the strategy, as above. */
  from: v.exactOptional(v.string()),
  of: v.nullable(v.picklist(DESIGNS)),
  kind: StrategyKind,
  form: Form,
  /** What is wrong with it, of a seeded defect; else null. */
  defect: v.nullable(v.string()),
  /** Of the first size that fails, if one does, or else of the smallest; so is what follows. */
  size: v.strictObject(Size),
  verdict: Verdict,
  states: count,
  transitions: count,
  /** Where BOUNDED, those within the bound; null where SAMPLED or INCOMPLETE. */
  interleavings: v.nullable(bigCount),
  /** Of the interleavings, or where SAMPLED, of the runs. */
  failing: v.nullable(bigCount),
  certificate: v.nullable(Certificate),
  counterexample: v.nullable(Drawing),
  /** The largest size that was explored to its end and holds, as do those before it; or null. */
  deepest: v.nullable(
    v.strictObject({
      ...Size,
      states: count,
      transitions: count,
      /** Distinct states at which all is over. */
      ends: count,
      interleavings: bigCount,
      certificate: v.nullable(Certificate),
    }),
  ),
  /** Of all sizes together: a size for which they did not suffice counts for nothing. */
  maxStates: count,
});

const Ledger = v.strictObject({
  entries: count,
  copied: count,
  components: count,
  fdOps: count,
  parsed: count,
  allocations: count,
  locks: count,
  fieldOps: count,
});

/** Zeros are left out. */
const LedgerOfPhase = v.partial(Ledger);

const RestartEnd = v.variant('kind', [
  v.strictObject({ kind: v.literal('restored'), fields: count }),
  v.strictObject({
    kind: v.literal('different'),
    difference: v.strictObject({ place: v.string(), captured: v.string(), restored: v.string() }),
  }),
  v.strictObject({
    kind: v.literal('refused'),
    call: v.string(),
    purpose: v.string(),
    result: v.string(),
  }),
  v.strictObject({ kind: v.literal('stuck'), waiting: v.string() }),
]);

const RestartTable = v.strictObject({
  capture: v.string(),
  source: v.string(),
  tasks: count,
  threads: count,
  objects: count,
  /** Of the schedule, where one was drawn. */
  seed: v.nullable(count),
  rows: v.array(
    v.strictObject({
      strategy: v.string(),
      variant: v.nullable(v.string()),
      workers: count,
      end: RestartEnd,
      directed: count,
      ledger: Ledger,
    }),
  ),
});

const Tally = v.strictObject({ reached: count, all: count });

/** The model against the kernel below. */
const Conformance = v.variant('kind', [
  v.strictObject({
    kind: v.literal('run'),
    seed: count,
    scripts: count,
    reordered: count,
    calls: count,
    byCall: v.record(v.string(), count),
    /** By call. */
    byErrno: v.record(v.string(), v.record(v.string(), count)),
    /** What the scripts reached of the model's files. */
    branches: v.array(
      v.strictObject({
        file: v.string(),
        branches: Tally,
        functions: Tally,
        /** Outermost ones; `why` says why no script can, and is null where one could. */
        unreached: v.array(
          v.strictObject({
            line: count,
            function: v.string(),
            /** Null is the whole function. */
            branch: v.nullable(v.string()),
            why: v.nullable(v.string()),
          }),
        ),
      }),
    ),
    mismatch: v.nullable(v.array(v.string())),
    knownDifferences: v.array(v.string()),
    /** Orders of a scenario's system calls, as the model found them, on the kernel below. */
    schedules: ScheduleRows,
  }),
  v.strictObject({ kind: v.literal('not run'), reason: v.string() }),
]);

const Mode = v.picklist(['plain', 'unused', 'directed']);

export const ResultSchema = v.pipe(
  v.strictObject({
    schema: v.literal(RESULT_SCHEMA),
    strategies: v.array(StrategyRow),
    claims: v.array(Claim),
    races: v.array(RaceRow),
    restarts: v.array(RestartTable),
    idsOnly: v.array(
      v.strictObject({
        strategy: v.string(),
        capture: v.string(),
        differs: v.nullable(v.string()),
      }),
    ),
    deadPids: v.array(v.strictObject({ strategy: v.string(), wanted: count, shown: v.string() })),
    /** Designs and kernels with one defect each, and the check or scenario that rejected it. */
    mutants: v.array(
      v.strictObject({
        mutant: v.string(),
        of: v.picklist(['strategy', 'kernel']),
        killedBy: v.array(v.string()),
      }),
    ),
    /** Explorers with one rule broken, and in how many random programs that is found. */
    explorers: v.array(
      v.strictObject({
        /** Null for the explorer as it is. */
        defect: v.nullable(v.string()),
        programs: count,
        seed: count,
        /** Sums of linear extensions that are not the number of paths. */
        sums: count,
        /** Traces seen twice. */
        twice: count,
        /** Deadlocks missed. */
        deadlocks: count,
      }),
    ),
    /** Designs that a user brought in, by the checks that npm test has for our own. */
    outside: v.exactOptional(
      v.array(
        v.strictObject({
          strategy: v.string(),
          from: v.string(),
          /** By each caller half; `wrong` is null where it passes. */
          checks: v.array(
            v.strictObject({ check: v.string(), by: v.string(), wrong: v.nullable(v.string()) }),
          ),
          /** The design without one of its hooks, and the checks and scenarios that reject that. */
          leftOut: v.array(v.strictObject({ defect: v.string(), killedBy: v.array(v.string()) })),
        }),
      ),
    ),
    ledger: v.array(
      v.strictObject({
        call: v.string(),
        by: v.string(),
        mode: Mode,
        ledger: Ledger,
        /** They add up to the ledger. */
        phases: v.strictObject({
          entry: LedgerOfPhase,
          walk: LedgerOfPhase,
          parse: LedgerOfPhase,
          allocation: LedgerOfPhase,
          call: LedgerOfPhase,
        }),
      }),
    ),
    /** Threads of one process that direct calls at once, in a schedule of the seed. */
    threads: v.array(
      v.strictObject({
        call: v.string(),
        by: v.string(),
        threads: count,
        calls: count,
        /** Calls that got what they asked for. */
        right: count,
        /** How often a thread found that it had to wait for another. */
        waits: count,
        ledger: Ledger,
      }),
    ),
    /** So many calls of one thread, with all that is prepared for them. */
    calls: v.array(
      v.strictObject({ call: v.string(), by: v.string(), calls: count, ledger: Ledger }),
    ),
    /** From how many calls on a kept descriptor costs no more; null if never within those counted. */
    breakEvens: v.array(
      v.strictObject({
        by: v.string(),
        against: v.string(),
        entry: v.picklist(LEDGER_ENTRIES),
        from: v.nullable(count),
        within: count,
      }),
    ),
    /** Restarts of generated captures. */
    restartSizes: v.array(
      v.strictObject({ by: v.string(), tasks: count, directed: count, ledger: Ledger }),
    ),
    /** What the designs cost Linux, as the committed reference has it; null where it was left out. */
    costs: v.nullable(CostsSchema),
    conformance: Conformance,
    /** Scenarios run freely by real threads, beside what the explorer allows. */
    observed: ObservedSchema,
    /** What mainline's relatives of the designs cost there. */
    times: TimesSchema,
    /** Captures restored there. */
    realRestores: RealRestores,
    timed: v.strictObject({
      calls: v.array(
        v.strictObject({
          call: v.string(),
          by: v.string(),
          mode: Mode,
          nsMedian: v.number(),
          nsP75: v.number(),
          samples: count,
          callsPerSample: count,
        }),
      ),
      /** Of restartSizes. */
      restarts: v.array(v.strictObject({ by: v.string(), tasks: count, seconds: v.number() })),
    }),
    provenance: v.strictObject({
      /** Of Sideband. */
      version: v.string(),
      commit: v.string(),
      node: v.string(),
      cpu: v.string(),
      kernel: v.string(),
      virtualisation: v.string(),
      mitigations: v.string(),
      seed: count,
      commandLine: v.string(),
      started: v.string(),
    }),
  }),
  v.title('Sideband result'),
  v.description(
    'What sideband compare measured. Identical for the same version, seed and captures, but for timed, provenance and conformance.reordered, which is how the kernel below schedules.',
  ),
);

/** Of the parts of a result, which shards have too. */
export const PARTS = ResultSchema.pipe[0].entries;
export const RaceRowSchema = RaceRow;

export type Result = v.InferOutput<typeof ResultSchema>;
export type StrategyRow = Result['strategies'][number];
export type Claim = Result['claims'][number];
export type RaceRow = Result['races'][number];
export type Drawing = NonNullable<RaceRow['counterexample']>;
export type RestartTable = Result['restarts'][number];
export type LedgerEntry = Result['ledger'][number];
export type Timed = Result['timed'];
export type TimedRow = Timed['calls'][number];
/** A comparison that took place. */
export type Compared = Extract<Result['conformance'], { kind: 'run' }>;
export type Provenance = Result['provenance'];

/** What the claims are judged by: everything but the claims themselves and what varies. */
export type Measured = Pick<
  Result,
  | 'strategies'
  | 'races'
  | 'restarts'
  | 'idsOnly'
  | 'deadPids'
  | 'mutants'
  | 'explorers'
  | 'outside'
  | 'ledger'
  | 'threads'
  | 'calls'
  | 'breakEvens'
  | 'restartSizes'
  | 'costs'
>;
