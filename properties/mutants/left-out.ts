// SPDX-License-Identifier: MIT
/** A design without one thing that it does beyond its calls: whether anything would miss it. */
import type {
  KernelHalf,
  Strategy,
  TaskFieldHooks,
  TaskFieldName,
  WantedHook,
} from '../../core/kernel/strategy.ts';

export interface LeftOut {
  /** What it is without. */
  readonly defect: string;
  readonly strategy: Strategy;
}

const HOOKS = [
  'entry',
  'exit',
  'signalDelivery',
  'signalReturn',
] as const satisfies readonly (keyof KernelHalf)[];

const ANSWERS = ['restarts', 'failed'] as const satisfies readonly (keyof WantedHook)[];

/** None for a design that has calls alone. */
export function eachLeftOut(strategy: Strategy): LeftOut[] {
  const { kernel } = strategy;
  const { asked, taskFields = {} } = kernel;
  const having = (defect: string, changed: Partial<KernelHalf>): LeftOut => ({
    defect,
    strategy: { ...strategy, kernel: { ...kernel, ...changed } },
  });
  const hooks = HOOKS.filter((name) => kernel[name] !== undefined).map((name) => {
    const { [name]: _, ...others } = kernel;
    return { defect: `without ${name}`, strategy: { ...strategy, kernel: others } };
  });
  const answers = ANSWERS.flatMap((name) => {
    if (asked?.[name] === undefined) return [];
    const { [name]: _, ...others } = asked;
    return [having(`without asked.${name}`, { asked: others })];
  });
  const fields = (Object.keys(taskFields) as TaskFieldName[]).flatMap((name) => {
    const field = taskFields[name];
    if (field === undefined) return [];
    const changed = (change: object) => ({
      taskFields: { ...taskFields, [name]: { ...field, ...change } } as TaskFieldHooks,
    });
    return [
      ...(field.atFork === 'clear'
        ? [having(`${name} is copied at fork`, changed({ atFork: 'copy' }))]
        : []),
      ...(field.atExec === 'clear'
        ? [having(`${name} is kept at exec`, changed({ atExec: 'keep' }))]
        : []),
    ];
  });
  return [...hooks, ...answers, ...fields];
}
