// SPDX-License-Identifier: MIT
/** What a design from outside must look like: where it was not compiled, nobody has looked yet. */
import * as v from 'valibot';
import { InputError } from '../core/input-error.ts';
import { WANT_NUMBERS, type WantKind } from '../core/kernel/directed.ts';
import { RUBRIC, type RubricQuestion } from '../core/kernel/rubric.ts';
import {
  type CallerHalf,
  DESIGNS,
  FORMS,
  type KernelHalf,
  type ProcfsEntry,
  STRATEGY_KINDS,
  type Strategy,
  type WantedHook,
} from '../core/kernel/strategy.ts';
import { PLAIN_LINUX } from '../core/model/table.ts';

/** A schema for each key of T, so that none can be left out here. */
type Entries<T> = { readonly [K in keyof Required<T>]: v.GenericSchema };

const strict = <T>(entries: Entries<T>) =>
  v.strictObject(entries as v.ObjectEntries, ({ expected }) =>
    expected === 'never'
      ? `is not known there; choose from ${Object.keys(entries).join(', ')}`
      : 'is missing; add it',
  );

const code = v.function();
const optionalCode = v.optional(code);

const Caller = strict<CallerHalf>({
  prepare: optionalCode,
  direct: code,
  twoPasses: v.optional(v.literal(true)),
});

const Asked = strict<WantedHook>({
  askedIn: v.picklist(['call', 'allocator']),
  wanted: code,
  restarts: optionalCode,
  failed: optionalCode,
});

const File = strict<ProcfsEntry>({
  name: v.string(),
  where: v.optional(v.picklist(['task', 'process'])),
  mode: v.pipe(v.number(), v.integer()),
  write: code,
});

const Field = strict<{ initial: unknown; atFork: unknown; atExec: unknown }>({
  initial: v.unknown(),
  atFork: v.picklist(['clear', 'copy']),
  atExec: v.picklist(['clear', 'keep']),
});

/** A call of Linux by a handler of theirs would be another Linux, which every comparison rests on. */
const CallName = v.pipe(
  v.string(),
  v.check((name) => !(name in PLAIN_LINUX), 'is a call of Linux; give the new one another name'),
);

const Kernel = strict<KernelHalf>({
  syscalls: v.optional(v.record(CallName, code)),
  taskFields: v.optional(v.record(v.string(), Field)),
  procfs: v.optional(v.array(File)),
  asked: v.optional(Asked),
  entry: optionalCode,
  exit: optionalCode,
  signalDelivery: optionalCode,
  signalReturn: optionalCode,
});

const answers = Object.fromEntries(Object.keys(RUBRIC).map((key) => [key, v.string()])) as Record<
  RubricQuestion,
  v.StringSchema<undefined>
>;

const Shape = strict<Omit<Strategy, 'from'>>({
  name: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z][\w.-]*$/, 'is no name for a command line; take letters, digits, - and _'),
  ),
  of: v.nullable(v.picklist(DESIGNS)),
  order: v.number(),
  summary: v.string(),
  kind: v.picklist(STRATEGY_KINDS),
  form: v.picklist(FORMS),
  directs: v.optional(v.array(v.picklist(Object.keys(WANT_NUMBERS) as WantKind[]))),
  tries: v.optional(v.literal(true)),
  caller: Caller,
  variants: v.optional(v.record(v.string(), Caller)),
  kernel: Kernel,
  rubric: v.optional(strict<Record<RubricQuestion, string>>(answers)),
});

/**
 * @param place the file that it is from
 * @throws InputError for the first thing that no Strategy has
 */
export function shapeOf(value: object, place: string): Strategy {
  const { success, issues } = v.safeParse(Shape, value, { abortEarly: true });
  if (success) return value as Strategy;
  const [issue] = issues;
  const where = v.getDotPath(issue) ?? 'the Strategy';
  const isSaid = issue.message.includes('; ');
  const [problem = '', remedy = ''] = isSaid
    ? issue.message.split('; ')
    : [`is ${issue.received}`, `make it ${issue.expected}`];
  throw new InputError(place, `${where} ${problem}`, remedy);
}
