// SPDX-License-Identifier: MIT
/**
 * Which branches of a file were reached: V8's counts by block, mapped back to TypeScript. A branch
 * is an arm of if, ?:, switch, or an operand of &&, ||, ??; defaults of parameters and patterns are
 * none, as V8 does not count them. Behind an early return, V8 loses count at an optional chain: the
 * missing else of a later if in the same function may then pass for reached.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CallExpression, parse } from 'acorn';
import { simple } from 'acorn-walk';
import convert from 'ast-v8-to-istanbul';
import type { CountedScript } from './counting.ts';

export interface FileCoverage {
  /** In core/model. */
  readonly file: string;
  readonly branches: Tally;
  readonly functions: Tally;
  /** Outermost ones: what is inside of a branch or function that was not reached, wasn't either. */
  readonly unreached: Unreached[];
}

export interface Tally {
  readonly reached: number;
  readonly all: number;
}

export interface Unreached {
  readonly line: number;
  /** Its name, or that of the innermost function around it that has one. */
  readonly function: string;
  /** The branch in words, as `if (want !== null)`; null is the whole function. */
  readonly branch: string | null;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Span {
  readonly start: Position;
  readonly end: Position;
}

type Counts = Awaited<ReturnType<typeof convert>>[string];

/** A branch or function with what it spans. */
interface Place extends Unreached {
  readonly span: Span;
  readonly count: number;
}

export async function fileCoverage({ url, code, functions }: CountedScript): Promise<FileCoverage> {
  const path = fileURLToPath(url);
  const source = await readFile(path, 'utf8');
  const ast = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  simple(ast, { CallExpression: nameArrow });
  const files = await convert({
    ast,
    code,
    coverage: { url, functions },
    ignoreNode: ({ type }) => type === 'AssignmentPattern',
  });
  const counts = files[path];
  if (counts === undefined) throw new Error(`no source map leads to ${path}`);
  const text = new Text(source);
  const [inFunctions, branches] = [functionsOf(counts, text), branchesOf(counts, text)];
  const missed = [...inFunctions, ...branches].filter(({ count }) => count === 0);
  return {
    file: basename(path),
    branches: tally(branches),
    functions: tally(inFunctions),
    unreached: missed
      .filter((place, at) => !missed.some((other, before) => isInside(place, at, other, before)))
      .map(({ line, function: name, branch }) => ({ line, function: name, branch }))
      .sort((a, b) => a.line - b.line),
  };
}

/** Of two that span the same, the second is inside of the first. */
const isInside = (place: Place, at: number, other: Place, before: number): boolean =>
  contains(other.span, place.span) && (before < at || !contains(place.span, other.span));

const tally = (places: readonly Place[]): Tally => ({
  reached: places.filter(({ count }) => count > 0).length,
  all: places.length,
});

/** The loader wraps an arrow function that has a name: __name(() => ..., "getpid"). */
function nameArrow({ callee, arguments: [arrow, name] }: CallExpression): void {
  if (callee.type !== 'Identifier' || callee.name !== '__name') return;
  if (arrow?.type !== 'ArrowFunctionExpression' || name?.type !== 'Literal') return;
  arrow.id = { ...name, type: 'Identifier', name: String(name.value) };
}

const isNamed = (name: string): boolean => !name.startsWith('(anonymous');

function functionsOf({ fnMap, f }: Counts, text: Text): Place[] {
  return Object.entries(fnMap).map(([key, { name, decl, loc }]) => ({
    line: decl.start.line,
    function: isNamed(name) ? name : nameAround(fnMap, loc),
    branch: isNamed(name) ? null : `=> ${enclosed(text.at(loc))}`,
    span: loc,
    count: f[key] ?? 0,
  }));
}

function branchesOf({ fnMap, branchMap, b }: Counts, text: Text): Place[] {
  return Object.entries(branchMap).flatMap(([key, { type, loc, locations }]) =>
    locations.map((location, index): Place => {
      const arms = type === 'if' ? armsOfIf(loc, locations) : locations;
      const span = arms[index] ?? location;
      return {
        line: span.start.line,
        function: nameAround(fnMap, span),
        branch: text.branch(type, loc, span, index),
        span,
        count: b[key]?.[index] ?? 0,
      };
    }),
  );
}

/** The first one spans all of the statement, and the second is nowhere if there is no else. */
function armsOfIf({ start, end }: Span, [, other]: readonly Span[]): Span[] {
  const between = other?.start.line === undefined ? end : other.start;
  return [
    { start, end: between },
    { start: between, end },
  ];
}

/** The innermost function with a name. */
function nameAround(functions: Counts['fnMap'], place: Span): string {
  const around = Object.values(functions).filter(
    ({ name, loc }) => isNamed(name) && contains(loc, place),
  );
  const innermost = around.find(({ loc }) => around.every((other) => contains(other.loc, loc)));
  return innermost?.name ?? '(module)';
}

const isBefore = (a: Position, b: Position): boolean =>
  a.line < b.line || (a.line === b.line && a.column <= b.column);

const contains = (outer: Span, inner: Span): boolean =>
  isBefore(outer.start, inner.start) && isBefore(inner.end, outer.end);

/** A file's source, to put its branches into words. */
class Text {
  private readonly lines: readonly string[];

  constructor(source: string) {
    this.lines = source.split('\n');
  }

  at({ start, end }: Span): string {
    const lines = this.lines.slice(start.line - 1, end.line);
    lines.push((lines.pop() ?? '').slice(0, end.column));
    lines[0] = (lines[0] ?? '').slice(start.column);
    return lines.join(' ').replaceAll(/\s+/g, ' ').trim();
  }

  branch(type: string, whole: Span, arm: Span, index: number): string {
    const isIf = type === 'if' || type === 'cond-expr';
    if (isIf) return `${index === 0 ? 'if' : 'unless'} (${this.condition(whole)})`;
    if (type === 'switch') return this.at(arm).replace(/:.*/, '');
    return enclosed(this.at({ start: whole.start, end: arm.end }));
  }

  /** Of if (...) or of ... ? */
  private condition(whole: Span): string {
    const text = this.at(whole);
    const at = text.indexOf('if (');
    return at < 0 ? text.replace(/ \? .*/, '') : enclosed(text.slice(at + 4));
  }
}

/** Up to what ends an expression: source maps place ends behind it. */
function enclosed(text: string): string {
  let depth = 0;
  for (const [at, character] of [...text].entries()) {
    if ('([{'.includes(character)) depth++;
    const isOut = depth === 0 && ',;'.includes(character);
    if (isOut || (')]}'.includes(character) && --depth < 0)) return text.slice(0, at).trim();
  }
  return text.replace(/ [?:]$/, '');
}
