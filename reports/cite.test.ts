// SPDX-License-Identifier: MIT
/** What is pasted into a mail. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Cited, citation, readResult } from './cite.ts';
import { readReference } from './reference.ts';
import { RESULT_SCHEMA } from './result.ts';

const result: Cited = {
  claims: [
    {
      ...{ number: 3, who: 'Machek', claim: 'procfs bloats task_struct', verdict: 'supported' },
      ...{
        form: 'best form',
        lanes: ['guest'],
        evidence: 'by 64 bytes, of which 8 are the field (I6)',
      },
    },
    {
      ...{ number: 9, who: 'Derbey', claim: 'it has the same drawback', verdict: 'depends' },
      ...{
        form: 'both',
        lanes: ['static', 'host'],
        evidence: 'one field as posted, none else (N)',
      },
    },
  ],
  costs: await readReference(),
  provenance: {
    ...{ version: '0.1.0', commit: 'c0ffee', node: 'v20', cpu: 'a CPU', kernel: 'Linux 6.18' },
    ...{ virtualisation: 'virtual machine', mitigations: 'none', seed: 7, started: 'today' },
    commandLine: 'sideband compare --seed 7',
  },
};

describe('a claim that is cited', () => {
  it('has its figure, and in a footnote all that it takes to get it again', () => {
    const text = citation(result, 3);
    const flat = text.replaceAll(/\s+/g, ' ');
    expect(flat).toContain(
      '"procfs bloats task_struct" (Machek) is supported, of the designs in their best form: by 64 bytes, of which 8 are the field (I6). [1]',
    );
    expect(flat).toContain(
      '[1] Sideband 0.1.0, claim 3, commit c0ffee, `sideband compare --seed 7`, seed 7.',
    );
    expect(flat).toMatch(
      /Lanes: guest; guest: Linux 6\.1\.\d+, gcc .*QEMU .*`sideband linux verify`\./,
    );
    expect(text.split('\n').filter((line) => line.length > 72)).toEqual([]);
  });

  it('names the machine where it rests on one', () => {
    const flat = citation(result, 9).replaceAll(/\s+/g, ' ');
    expect(flat).toContain(
      'a matter of what is asked, of the designs as posted and in their best form',
    );
    expect(flat).toContain('host: Linux 6.18 on a CPU, virtual machine.');
    expect(flat).not.toContain('guest:');
  });

  it('that there is not is one sentence', () => {
    expect(() => citation(result, 4)).toThrow(
      'claim 4: there is none of that number; give one from 3 to 9',
    );
  });
});

describe('a result that is read', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sideband-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'report.json');

  it.each<[string, string | null, RegExp]>([
    [
      'is not there',
      null,
      /report\.json: it can't be read; give what this version printed: sideband compare --json/,
    ],
    ['was cut', `{"schema":"${RESULT_SCHEMA}","cl`, /it is no JSON, or was cut;/],
    [
      'is older',
      '{"schema":"sideband-result/1"}',
      /it is a sideband-result\/1, and this version of Sideband reads sideband-result\/\d+;/,
    ],
    ['is something else', '[]', /it is no result, or is damaged/],
  ])('and %s is one sentence', async (_what, text, said) => {
    rmSync(path, { force: true });
    if (text !== null) writeFileSync(path, text);
    await expect(readResult(path)).rejects.toThrow(said);
  });
});
