// SPDX-License-Identifier: MIT
/** Prints what one claim rests on, for a mail. */
import { citation, readResult } from '../reports/cite.ts';
import { compare } from './compare.ts';
import { print } from './terminal.ts';
import { wholeComparison } from './whole.ts';

export async function cite(
  claim: number,
  options: { readonly from?: string; readonly seed: number },
): Promise<void> {
  const { from, seed } = options;
  const result =
    from === undefined
      ? await compare({ ...(await wholeComparison(seed)), asText: false, thorough: false })
      : await readResult(from);
  print(citation(result, claim));
}
