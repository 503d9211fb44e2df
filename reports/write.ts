// SPDX-License-Identifier: MIT
/** Files are written whole or not at all: a reader never sees half a report. */
import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { InputError } from '../core/input-error.ts';
import { renderHtml } from './html/page.ts';
import { renderMarkdown } from './markdown.ts';
import { reportOf } from './report.ts';
import type { Result } from './result.ts';
import { renderText } from './text.ts';

/**
 * Makes a directory that can be written to; called before the work, so that none is lost.
 * @throws InputError
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Replaces `path` by a file of this text. @throws InputError */
export async function writeAtomically(path: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** What is on file stays as it is: what was written so far has another name. */
export function unwritable(path: string, error: unknown): InputError {
  const { code } = error as NodeJS.ErrnoException;
  const remedy =
    code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
      ? 'make room there, or name another place'
      : 'name a directory that you may write';
  return new InputError(path, `can't be written (${code})`, remedy);
}

export const jsonOf = (data: unknown): string => `${JSON.stringify(data, null, 2)}\n`;

/** report.txt, report.md, report.json and report.html in `directory`. */
export async function writeReport(directory: string, result: Result): Promise<void> {
  const report = reportOf(result);
  await writeAtomically(join(directory, 'report.json'), jsonOf(result));
  await writeAtomically(join(directory, 'report.txt'), renderText(report));
  await writeAtomically(join(directory, 'report.md'), renderMarkdown(report));
  await writeAtomically(join(directory, 'report.html'), await renderHtml(result));
}
