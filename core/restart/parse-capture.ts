// SPDX-License-Identifier: MIT
/** Captures out of JSON: what the schema says, then what check.ts says. */
import * as v from 'valibot';
import { InputError } from '../input-error.ts';
import { type Capture, CaptureSchema, SCHEMAS } from './capture.ts';
import { checkCapture } from './check.ts';

/**
 * Reads a capture from JSON.
 * @param place for messages, such as the file's name
 * @throws InputError and nothing else
 */
export function parseCapture(text: string, place: string): Capture {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new InputError(place, `not JSON (${problem.slice(0, 80)})`, 'write the capture again');
  }
  refuseForeign(data, place);
  const parsed = v.safeParse(CaptureSchema, data, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = v.getDotPath(issue);
    throw new InputError(
      path === null ? place : `${place}: ${path.replaceAll(/\.(\d+)/g, '[$1]')}`,
      issue.message.replace(/^Invalid/, 'invalid').slice(0, 120),
      'see core/restart/capture.schema.json for what a capture holds',
    );
  }
  return checkCapture(parsed.output, place);
}

/** A capture of another version says so before anything in it is judged by this one's schema. */
function refuseForeign(data: unknown, place: string): void {
  if (typeof data !== 'object' || data === null || !('schema' in data)) return;
  const { schema } = data;
  if (typeof schema !== 'string' || (SCHEMAS as readonly string[]).includes(schema)) return;
  const shown = JSON.stringify(schema.slice(0, 40));
  throw new InputError(
    `${place}: schema`,
    `${shown} is none of ${SCHEMAS.join(' and ')}, which this version reads`,
    'capture it again, or use the Sideband that wrote it',
  );
}
