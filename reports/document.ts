// SPDX-License-Identifier: MIT
/** A report as data: sections of blocks, which text.ts, markdown.ts and html/ print. */

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
}

export type Block =
  | { readonly kind: 'prose'; readonly text: string }
  /** Labelled sentences. */
  | { readonly kind: 'points'; readonly points: readonly (readonly [string, string])[] }
  /** Lines for a shell. Within quotes they may wrap anywhere. */
  | { readonly kind: 'command'; readonly label: string; readonly lines: readonly string[] }
  /** Cells stay on one line, except in the `wide` column, which takes the room that is left. */
  | {
      readonly kind: 'table';
      readonly columns: readonly Column[];
      readonly rows: readonly (readonly string[])[];
      readonly wide: number | null;
    }
  /** Columns of equal importance, side by side, each wrapped to its share of the width. */
  | {
      readonly kind: 'drawing';
      readonly heads: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  /** Questions that several answer, each in a few words. */
  | {
      readonly kind: 'answers';
      readonly by: readonly string[];
      /** A question, and an answer of each. */
      readonly rows: readonly (readonly [string, readonly string[]])[];
    };

export interface Section {
  readonly title: string;
  /** The lane of its figures, at the right of the title; null where there are none. */
  readonly lane: string | null;
  readonly blocks: readonly Block[];
}

export interface Report {
  readonly title: string;
  readonly sections: readonly Section[];
}

export const left = (head: string): Column => ({ head, align: 'left' });
export const right = (head: string): Column => ({ head, align: 'right' });
export const prose = (text: string): Block => ({ kind: 'prose', text });

export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  wide: number | null = null,
): Block => ({ kind: 'table', columns, rows, wide });
