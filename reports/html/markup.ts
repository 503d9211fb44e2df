// SPDX-License-Identifier: MIT
/** HTML that can't be broken out of: whatever is put into a template is text, unless it is HTML already. */

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Markup | string | number | null | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Control characters are nothing that HTML may hold, and those that only format could make a line
 * read as another than it is.
 */
const escaped = (text: string): string =>
  text
    .replaceAll(/\p{Cc}|\p{Cs}/gu, ' ')
    .replaceAll(/\p{Cf}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

function textOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.text;
  return typeof part === 'object' ? part.map(textOf).join('') : escaped(String(part));
}

/** A template; null is nothing, and a list is its parts in a row. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(strings.map((string, at) => string + textOf(parts[at] ?? null)).join(''));

/** What this project itself wrote: its style, its script, its drawings. */
export const trusted = (text: string): Markup => new Markup(text);

/** An id or the part of a link behind #: two names that differ in any character differ in it, too. */
export const anchor = (name: string): string =>
  name.replaceAll(/[^A-Za-z0-9-]/gu, (character) =>
    character === '_' ? '_' : `.${character.codePointAt(0)?.toString(16)}.`,
  );
