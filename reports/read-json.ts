// SPDX-License-Identifier: MIT
/** Files of ours that are read again: whole, and of the version that this reads. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { InputError } from '../core/input-error.ts';

/** What all of them have. */
const Versioned = v.object({ schema: v.string() });

type Schema = v.GenericSchema<unknown, unknown>;

export interface FileKind {
  /** What a file of this schema is, such as "result". */
  readonly what: string;
  /** What its `schema` has to say. */
  readonly version: string;
  /** Where to get one. */
  readonly remedy: string;
}

/** @throws InputError where it can't be read, was cut, or is something else */
export async function readJson<S extends Schema>(
  path: string,
  schema: S,
  { what, version, remedy }: FileKind,
): Promise<v.InferOutput<S>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw new InputError(path, "it can't be read", remedy);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new InputError(path, 'it is no JSON, or was cut', remedy);
  }
  const said = v.safeParse(Versioned, data);
  if (said.success && said.output.schema !== version) {
    throw new InputError(
      path,
      `it is a ${said.output.schema}, and this version of Sideband reads ${version}`,
      remedy,
    );
  }
  const parsed = v.safeParse(schema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue) ?? 'its beginning';
  throw new InputError(
    path,
    `it is no ${what}, or is damaged (at ${where}: ${issue.message})`,
    remedy,
  );
}
