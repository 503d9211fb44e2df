// SPDX-License-Identifier: MIT
/** What is timed of two versions at a time. */
import { access } from 'node:fs/promises';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { InputError } from '../../core/input-error.ts';
import type { Sides } from './blocks.ts';
import type { Hello, Row } from './turns.ts';
import type { Version } from './versions.ts';

export interface Section {
  readonly rows: Rows;
  /** See Plan in blocks.ts. */
  readonly rounds: number;
  readonly atOnce: number;
  sides(random: RandomGenerator, place: number): Promise<Sides>;
  end(): void;
}

/** There is nothing to be timed here, or nothing to tell it by. */
export interface LeftOut {
  readonly leftOut: string;
}

export interface Rows {
  /** That both versions have. */
  readonly shared: readonly Row[];
  /** Names of those that only the candidate has, and of those that only the base has. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface Versions {
  readonly base: Version;
  readonly candidate: Version;
  /** For what is built of them. */
  readonly scratch: string;
  /** Told what takes long. */
  readonly onProgress: (what: string) => void;
}

/** @throws InputError where they do not understand each other */
export function rowsOf(base: Hello, candidate: Hello): Rows {
  if (base.protocol !== candidate.protocol) {
    throw new InputError(
      '--against',
      `that version speaks protocol ${base.protocol}, and this one ${candidate.protocol}`,
      'name a later one',
    );
  }
  const isIn = ({ rows }: Hello, { name }: Row) => rows.some((row) => row.name === name);
  return {
    shared: candidate.rows.filter((row) => isIn(base, row)),
    added: candidate.rows.filter((row) => !isIn(base, row)).map(({ name }) => name),
    removed: base.rows.filter((row) => !isIn(candidate, row)).map(({ name }) => name),
  };
}

/** @throws InputError where the version has no such file */
export async function mustHave(entry: string, version: string): Promise<void> {
  try {
    await access(entry);
  } catch {
    throw new InputError(
      version,
      "it can't be timed, as it has no bench/gate/",
      'name a version that has it',
    );
  }
}
