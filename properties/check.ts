// SPDX-License-Identifier: MIT
/** Something that every design must do. */
import type { WantKind } from '../core/kernel/directed.ts';
import { canDirect, type Strategy } from '../core/kernel/strategy.ts';

/** A strategy as checks see it, by one of its caller halves. */
export type Design = Pick<Strategy, 'kernel' | 'caller' | 'directs' | 'tries'>;

/** How hard a check looks: more finds more, and what is found is smaller. */
export interface Effort {
  /** Generated programs of one task at a time and of several threads, and their seed. */
  readonly programs: number;
  readonly threadPrograms: number;
  readonly seed: number;
  /** States of a program's graph; beyond, so many schedules are drawn from the seed. */
  readonly states: number;
  readonly schedules: number;
  /** Whether a program that fails is made as short as it can be. */
  readonly shrinks: boolean;
}

export const FULL: Effort = {
  programs: 120,
  threadPrograms: 12,
  seed: 200807,
  states: 6000,
  schedules: 40,
  shrinks: true,
};

/** Enough to tell a defect from none, where nobody reads how it shows. */
export const BRIEF: Effort = {
  programs: 40,
  threadPrograms: 8,
  seed: 200807,
  states: 1000,
  schedules: 10,
  shrinks: false,
};

/** Enough for the mutants, in a report that is waited for: schedules are drawn throughout. */
export const GLANCE: Effort = { ...BRIEF, threadPrograms: 40, states: 1, schedules: 20 };

export interface Check {
  readonly name: string;
  /** Kinds that it asks for. A design that directs none of them has no part in it. */
  readonly directs: readonly WantKind[];
  /** Null if it holds, or the first thing that is wrong. */
  run(design: Design, effort?: Effort): string | null;
}

/** Who tries until an id comes up does not ask for one. */
export const hasPart = ({ directs }: Check, design: Pick<Strategy, 'directs' | 'tries'>): boolean =>
  design.tries !== true && directs.some((kind) => canDirect(design, kind));

/** What a design can direct of these. */
export const directedOf = <K extends WantKind>(design: Design, kinds: readonly K[]): K[] =>
  kinds.filter((kind) => canDirect(design, kind));
