// SPDX-License-Identifier: MIT
/** What an exploration may claim. A run that was cut short or bounded never says EXHAUSTIVE. */
import type { Sampler } from './sampling/samplers.ts';

export type Verdict =
  | { readonly kind: 'EXHAUSTIVE' }
  /** Of interleavings with at most so many preemptions; see bounded.ts. */
  | { readonly kind: 'BOUNDED'; readonly preemptions: number }
  /** Of schedules drawn from seeds, the first given, after the graph was found to be too large. */
  | {
      readonly kind: 'SAMPLED';
      readonly runs: number;
      readonly seed: number;
      readonly by: Sampler;
    }
  | { readonly kind: 'INCOMPLETE'; readonly reason: string; readonly seen: number };

/** As it comes back from a file, where a sampler is a name. */
type Named<V> = V extends { readonly by: Sampler } ? Omit<V, 'by'> & { readonly by: string } : V;

/** "BOUNDED(2)", and its like. */
export function formatVerdict(verdict: Named<Verdict>): string {
  switch (verdict.kind) {
    case 'EXHAUSTIVE':
      return 'EXHAUSTIVE';
    case 'BOUNDED':
      return `BOUNDED(${verdict.preemptions})`;
    case 'SAMPLED':
      return `SAMPLED(${verdict.runs}, ${verdict.seed})`;
    case 'INCOMPLETE':
      return `INCOMPLETE(${verdict.reason}, ${verdict.seen})`;
  }
}
