// SPDX-License-Identifier: MIT
/** One claim as a paragraph with a footnote, to be pasted into a mail. */
import { InputError } from '../core/input-error.ts';
import { prose } from './document.ts';
import { readJson } from './read-json.ts';
import { type Claim, RESULT_SCHEMA, type Result, ResultSchema } from './result.ts';
import { textOfBlock } from './text.ts';

export type Cited = Pick<Result, 'claims' | 'costs' | 'provenance'>;

/** @throws InputError where there is no such claim */
export function citation(result: Cited, number: number): string {
  const claim = result.claims.find((one) => one.number === number);
  if (claim === undefined) {
    const numbers = result.claims.map((one) => one.number);
    const range = `${Math.min(...numbers)} to ${Math.max(...numbers)}`;
    throw new InputError(
      `claim ${number}`,
      'there is none of that number',
      `give one from ${range}`,
    );
  }
  const { who, verdict, form, evidence } = claim;
  const judged = form === 'neither' ? '' : `, of the designs ${FORMS[form]}`;
  const paragraph = `"${claim.claim}" (${who}) is ${VERDICTS[verdict]}${judged}: ${evidence}. [1]`;
  const lines = [
    ...textOfBlock(prose(paragraph)),
    '',
    ...textOfBlock({ kind: 'points', points: [['[1]', footnote(result, claim)]] }),
  ];
  return `${lines.join('\n')}\n`;
}

const VERDICTS: Readonly<Record<Claim['verdict'], string>> = {
  supported: 'supported',
  refuted: 'refuted',
  depends: 'a matter of what is asked',
  'not a question of fact': 'no question of fact',
  'not measured yet': 'not measured yet',
};
const FORMS: Readonly<Record<Exclude<Claim['form'], 'neither'>, string>> = {
  'as posted': 'as posted',
  'best form': 'in their best form',
  both: 'as posted and in their best form',
};

function footnote({ provenance, costs }: Cited, { lanes, number }: Claim): string {
  const { version, commit, seed, commandLine, kernel, cpu, virtualisation } = provenance;
  const where = [
    ...(lanes.includes('host') ? [`host: ${kernel} on ${cpu}, ${virtualisation}`] : []),
    ...(lanes.includes('guest') && costs !== null
      ? [
          `guest: Linux ${costs.kernels[0]?.linux}, ${costs.compiler}, ${costs.instrument.qemu}, ` +
            `init ${costs.instrument.init}; again by \`sideband linux verify\``,
        ]
      : []),
  ];
  return (
    `Sideband ${version}, claim ${number}, commit ${commit}, \`${commandLine}\`, seed ${seed}. ` +
    `Letters and numbers in brackets are tables of its report. Lanes: ${lanes.join(', ')}` +
    `${where.map((one) => `; ${one}`).join('')}.`
  );
}

/** What compare --json printed, or --out wrote. @throws InputError */
export const readResult = (path: string): Promise<Result> =>
  readJson(path, ResultSchema, {
    what: 'result',
    version: RESULT_SCHEMA,
    remedy: 'give what this version printed: sideband compare --json',
  });
