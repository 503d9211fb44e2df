// SPDX-License-Identifier: MIT
/**
 * Two processes want the same id at the same time. A restarter with a sound capture never does;
 * two restarters in the same namespaces do.
 */
import { formatSaid, type Scenario } from '../../../core/kernel/scenario.ts';
import { taken } from '../../judging.ts';

const WANTED = 11;

export const twoCallersOneId: Scenario = {
  name: 'two-callers-one-id',
  question: 'Two processes want the same id. Does one get it, and is the other told?',
  rule: 'exactly one must get the id, and the other a clear error',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  tasks: [
    { name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'asks' },
    { name: 'B', role: `wants ${WANTED}`, process: 'Q', program: 'asks' },
  ],
  programs: (direct, { kind, call }) => ({
    *asks(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call);
    },
  }),
  judge({ results }) {
    const got = ['A', 'B'].map((task) => results.get(task));
    const others = got.filter((said) => said !== WANTED);
    if (got.length - others.length !== 1) {
      return `both asked for ${WANTED} and got ${got.map(formatSaid).join(' and ')}`;
    }
    const [said] = others;
    if (typeof said === 'number' && taken.holds(said)) return null;
    return `the second to ask for ${WANTED} got ${formatSaid(said)}, where ${taken.words} belongs`;
  },
};
