// SPDX-License-Identifier: MIT
/** What is fast and what is much, of the model and of the explorer. */
import { Listr } from 'listr2';
import { explorerRows, PLAN } from '../bench/explorer/explorer.ts';
import type { ExplorerRows } from '../bench/explorer/rows.ts';
import { SIZES } from '../bench/restart-sizes.ts';
import { isBestForm } from '../core/kernel/strategy.ts';
import { provenance } from '../reports/provenance.ts';
import { explorerSection } from '../reports/sections/explorer.ts';
import { growthSections } from '../reports/sections/growth.ts';
import { ledgerSections } from '../reports/sections/ledger.ts';
import { provenanceSection } from '../reports/sections/provenance.ts';
import { timedSection } from '../reports/sections/timed.ts';
import { chooseStrategies } from './choose.ts';
import { countWork, time } from './compare.ts';
import { type Common, commandLine, deliver, prepare } from './deliver.ts';
import { progress, stopIfInterrupted } from './terminal.ts';
import { version } from './version.ts';

export async function bench(options: Common & { readonly seed: number }): Promise<void> {
  const { seed } = options;
  const chosen = await chooseStrategies(options.strategy, options.with);
  const isNamed = options.strategy.length > 0;
  const strategies = isNamed ? chosen : chosen.filter(({ kind }) => kind !== 'control');
  const large = isNamed ? chosen : chosen.filter(isBestForm);
  await prepare(options);
  // Of no strategy in particular: who names one has not asked for it. First, as what was compiled for
  // restarts would slow it down.
  const explorer = isNamed ? null : await explorerSpeed(seed);
  const { times, ...counted } = await countWork(strategies, { large, seed, sizes: SIZES });
  const timed = { calls: await time(large, seed), restarts: times };
  const origin = await provenance({ version, seed, commandLine: commandLine() });
  const sections = [
    ...ledgerSections(counted.ledger, true),
    ...growthSections(counted),
    timedSection(timed),
    ...(explorer === null ? [] : [explorerSection(explorer)]),
    provenanceSection(origin),
  ];
  const data = { seed, ...counted, timed, explorer, provenance: origin };
  await deliver('bench', options, sections, data);
}

async function explorerSpeed(seed: number): Promise<ExplorerRows> {
  const measured: ExplorerRows[] = [];
  const stage = new Listr(
    [
      {
        title: "Speed of this suite's explorer",
        task: async (_context, task) => {
          const onNext = (what: string) => {
            task.output = what;
          };
          measured.push(await explorerRows(PLAN, { seed, onNext, stopIfInterrupted }));
        },
      },
    ],
    progress(),
  );
  await stage.run();
  const [only] = measured;
  if (only === undefined) throw new Error('the stage ended without its result');
  return only;
}
