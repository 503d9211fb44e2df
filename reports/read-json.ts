// SPDX-License-Identifier: MIT
/** Files of ours that are read again: whole, and of the version that this reads. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { InputError } from '../core/input-error.ts';

type Schema = v.GenericSchema<unknown, unknown>;

/**
 * @param what a file of this schema is, such as "result"
 * @param remedy where to get one
 * @throws InputError where it can't be read, was cut, or is something else
 */
export async function readJson<S extends Schema>(
  path: string,
  schema: S,
  what: string,
  remedy: string,
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
  const parsed = v.safeParse(schema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue) ?? 'its beginning';
  throw new InputError(
    path,
    `it is no ${what} of this version (at ${where}: ${issue.message})`,
    remedy,
  );
}
