// SPDX-License-Identifier: MIT
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../core/input-error.ts';
import { makeDirectory, writeAtomically } from './write.ts';

describe('files', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sideband-write-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('are replaced whole, and nothing else is left beside them', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'old');
    const reader = await open(path);
    await writeAtomically(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    // Whoever had it open reads on in the old file, which was replaced and not rewritten.
    expect(await reader.readFile('utf8')).toBe('old');
    await reader.close();
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('that can not be written are one sentence, and leave what was there', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'old');
    await expect(writeAtomically(join(path, 'below'), 'new')).rejects.toThrow(InputError);
    await expect(makeDirectory(join(path, 'below'))).rejects.toThrow(
      /^\S+: can't be written \(ENOTDIR\); name a directory that you may write$/,
    );
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('need their directory, which is made with those above it', async () => {
    const deep = join(directory, 'a', 'b');
    await expect(writeAtomically(join(deep, 'file'), 'x')).rejects.toThrow('ENOENT');
    await makeDirectory(deep);
    await writeAtomically(join(deep, 'file'), 'x');
    expect(await readdir(deep)).toEqual(['file']);
  });
});
