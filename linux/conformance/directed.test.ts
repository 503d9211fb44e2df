// SPDX-License-Identifier: MIT
/** Generated programs of designs: what they reach, and that a design which is another is found by them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelHalf, Strategy } from '../../core/kernel/strategy.ts';
import { callers } from '../../properties/checks.ts';
import { indirect } from '../../strategies/indirect.ts';
import { procfs } from '../../strategies/procfs.ts';
import { setter } from '../../strategies/setter.ts';
import { withId } from '../../strategies/with-id.ts';
import { firstMismatch } from './compare.ts';
import { directedKinds } from './generate/directed.ts';
import { scriptsWith } from './generate/scripts.ts';
import { runOnModel } from './on-model.ts';
import type { Script } from './script.ts';

const SEED = 200807;
const SCRIPTS = 250;

const programs = ({ caller, variants, name, ...rest }: Strategy): readonly Script[] => {
  const halves = callers({ caller, name, ...rest, ...(variants ? { variants } : {}) });
  const kinds = directedKinds(halves.map(([, half]) => half));
  return fc.sample(scriptsWith(kinds), { seed: SEED, numRuns: SCRIPTS });
};

/** How calls of this name ended: "success", or the errno. */
function endsOf(scripts: readonly Script[], half: KernelHalf, call: string): Set<string> {
  const ends = new Set<string>();
  for (const script of scripts) {
    const { steps } = runOnModel(script, half);
    for (const [index, step] of script.entries()) {
      const end = steps[index]?.end;
      if (step.call !== call || end?.kind !== 'returned') continue;
      ends.add(end.result.startsWith('-') ? end.result.slice(1) : 'success');
    }
  }
  return ends;
}

const isFound = (scripts: readonly Script[], half: KernelHalf, wrong: KernelHalf): boolean =>
  scripts.some(
    (script) => firstMismatch(script, runOnModel(script, half), runOnModel(script, wrong)) !== null,
  );

const ALL = ['success', 'EEXIST', 'EFAULT', 'EINVAL', 'EPERM'];

describe.each([
  [withId, 'fork_with_id', ALL],
  [withId, 'msgget_with_id', ['success', 'EEXIST', 'EINVAL', 'ENOENT', 'EPERM']],
  [withId, 'semctl_with_state', ['success', 'EFAULT', 'EINVAL']],
  [setter, 'set_next_syscall_data', ['success', 'EFAULT', 'EINVAL']],
  [indirect, 'indirect', [...ALL, 'ENOENT']],
  [procfs, 'write', ['success', 'EFAULT', 'EINVAL', 'EBADF']],
] as const)('programs of %o', (design, call, wanted) => {
  it(`end ${call} in every way that it has`, () => {
    const ends = endsOf(programs(design), design.kernel, call);
    for (const end of wanted) expect(ends).toContain(end);
  });
});

const { kernel } = setter;
const { asked, taskFields } = kernel;
if (asked === undefined || taskFields === undefined) throw new Error('setter has no field');
const lifetime = taskFields.next_syscall_data;
if (lifetime === undefined) throw new Error('setter has another field');
const living = (other: Partial<typeof lifetime>): KernelHalf => ({
  ...kernel,
  taskFields: { next_syscall_data: { ...lifetime, ...other } },
});

const OF_SETTER: readonly (readonly [string, KernelHalf])[] = [
  ['a child inherits the field', living({ atFork: 'copy' })],
  ['exec leaves the field', living({ atExec: 'keep' })],
  [
    'what is taken stays',
    {
      ...kernel,
      asked: {
        ...asked,
        wanted(inKernel, current, kind) {
          const want = current.field('next_syscall_data').v;
          return want?.kind === kind ? asked.wanted(inKernel, current, kind) && keep() : null;
          function keep() {
            current.field('next_syscall_data').v = want ?? null;
            return want ?? null;
          }
        },
      },
    },
  ],
  [
    'the kind is not looked at',
    {
      ...kernel,
      asked: {
        ...asked,
        wanted(_kernel, current, kind) {
          const field = current.field('next_syscall_data');
          const want = field.v;
          field.v = null;
          return want === null ? null : { ...want, kind };
        },
      },
    },
  ],
  [
    'privilege is not asked for',
    {
      ...kernel,
      asked: {
        ...asked,
        wanted(inKernel, current, kind) {
          const want = asked.wanted(inKernel, current, kind);
          return want === null ? null : { ...want, granted: true };
        },
      },
    },
  ],
];

describe('programs of setter', () => {
  const scripts = programs(setter);

  it.each(OF_SETTER)('find it out if %s', (_, wrong) => {
    expect(isFound(scripts, kernel, wrong)).toBe(true);
  });

  it('find nothing where all is as it should be', () => {
    expect(isFound(scripts, kernel, { ...kernel })).toBe(false);
  });
});

const OF_INDIRECT: readonly (readonly [string, KernelHalf])[] = [
  ['the filter is not asked again', around((inKernel) => ({ ...inKernel, filtered: () => 0 }))],
  [
    'any call can be wrapped as if it were another kind',
    { ...indirect.kernel, asked: { askedIn: 'call', wanted: () => null } },
  ],
];

/** indirect in a kernel that does some things otherwise. */
function around(change: (kernel: object) => object): KernelHalf {
  const { syscalls } = indirect.kernel;
  const own = syscalls?.indirect;
  if (own === undefined) throw new Error('indirect has no call');
  return {
    ...indirect.kernel,
    syscalls: {
      *indirect(inKernel, current, ...args) {
        const changed = Object.assign(Object.create(inKernel), change({}));
        return yield* own(changed, current, ...args);
      },
    },
  };
}

describe('programs of indirect', () => {
  const scripts = programs(indirect);

  it.each(OF_INDIRECT)('find it out if %s', (_, wrong) => {
    expect(isFound(scripts, indirect.kernel, wrong)).toBe(true);
  });
});
