// SPDX-License-Identifier: MIT
/** The committed figures of the guest lane, and how those of another run compare. */
import { fileURLToPath } from 'node:url';
import { readJson } from './read-json.ts';
import { COSTS_SCHEMA, type CostsResult, CostsSchema, type KernelResult } from './schema/costs.ts';

export const REFERENCE = fileURLToPath(new URL('./reference/costs.json', import.meta.url));

/** @throws InputError where there is none, or it is of another version or cut */
export const readReference = (path = REFERENCE): Promise<CostsResult> =>
  readJson(path, CostsSchema, {
    what: 'reference',
    version: COSTS_SCHEMA,
    remedy: 'get it from the repository, or write it: sideband linux verify --write',
  });

/** One figure that is not what it was. */
export interface Changed {
  /** Such as `counts.qemu64.msgget by setter, dense.least`. */
  readonly figure: string;
  readonly was: number | null;
  readonly is: number | null;
}

export type Compared = { readonly kernel: string } & (
  | { readonly kind: 'equal'; readonly figures: number }
  | { readonly kind: 'differs'; readonly changed: readonly Changed[] }
  | { readonly kind: 'not comparable'; readonly why: string; readonly changed: readonly Changed[] }
);

export const nameOf = ({
  built,
  config,
  series,
}: Pick<KernelResult, 'built' | 'config' | 'series'>): string =>
  [built, ...(config === 'tiny' ? [] : [config]), ...(series === 'designs' ? [] : [series])].join(
    ', ',
  );

/** Each kernel of the new figures with the same of the reference: under one key, equal to the last digit. */
export function compareCosts(reference: CostsResult, now: CostsResult): Compared[] {
  // What grew is known beside the kernel that has nothing.
  const hasNone = now.kernels.some((kernel) => nameOf(kernel) === 'none');
  const figuresOf = (kernel: KernelResult) =>
    figuresIn(hasNone ? kernel : { ...kernel, grown: {} });
  return now.kernels.map((kernel): Compared => {
    const name = nameOf(kernel);
    const known = reference.kernels.find((one) => nameOf(one) === name);
    if (known === undefined) {
      return {
        kernel: name,
        kind: 'not comparable',
        why: 'it is not in the reference',
        changed: [],
      };
    }
    const [was, is] = [figuresOf(known), figuresOf(kernel)];
    const changed = [...new Set([...was.keys(), ...is.keys()])].flatMap((figure) => {
      const pair = { figure, was: was.get(figure) ?? null, is: is.get(figure) ?? null };
      return pair.was === pair.is ? [] : [pair];
    });
    const why = otherKey(reference, now, known, kernel);
    if (why !== null) return { kernel: name, kind: 'not comparable', why, changed };
    if (changed.length > 0) return { kernel: name, kind: 'differs', changed };
    return { kernel: name, kind: 'equal', figures: is.size };
  });
}

/**
 * What of the key is another, or null. A kernel is the same if all that it was made of is, or if it is
 * the same to the last bit, whatever it was made of.
 */
function otherKey(
  reference: CostsResult,
  now: CostsResult,
  known: KernelResult,
  kernel: KernelResult,
): string | null {
  const isSameKernel = known.key === kernel.key || known.image === kernel.image;
  const parts: readonly (readonly [string, string, string])[] = [
    ['QEMU', reference.instrument.qemu, now.instrument.qemu],
    ['the init', reference.instrument.init, now.instrument.init],
    ...(isSameKernel
      ? []
      : ([
          ['Linux', known.linux, kernel.linux],
          ['the compiler', reference.compiler, now.compiler],
          ['the kernel', known.key, kernel.key],
        ] as const)),
  ];
  const other = parts.filter(([, was, is]) => was !== is);
  if (other.length === 0) return null;
  return other.map(([what, was, is]) => `${what} was ${was} and is ${is}`).join('; ');
}

/** Of one kernel. */
export function figuresIn(kernel: KernelResult): Map<string, number> {
  const { counts, again, restarts, sizes, grown, slabs } = kernel;
  return numbersIn({ counts, again, restarts, sizes, grown, slabs });
}

/** All numbers, by where they stand. */
export function numbersIn(data: unknown): Map<string, number> {
  const numbers = new Map<string, number>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'number') numbers.set(path, value);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value))
        visit(one, path === '' ? key : `${path}.${key}`);
    }
  };
  visit(data, '');
  return numbers;
}
