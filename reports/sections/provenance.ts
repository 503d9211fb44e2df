// SPDX-License-Identifier: MIT
/** Everything that it takes to run it again. */
import type { Section } from '../document.ts';
import type { Provenance } from '../result.ts';

export function provenanceSection(provenance: Provenance): Section {
  const { commit, node, cpu, kernel, virtualisation, mitigations, commandLine, started } =
    provenance;
  return {
    title: 'PROVENANCE',
    lane: null,
    blocks: [
      {
        kind: 'points',
        points: [
          ['commit', commit],
          ['node', node],
          ['cpu', cpu],
          ['kernel', kernel],
          ['machine', virtualisation],
          ['mitigations', mitigations],
          ['seed', String(provenance.seed)],
          ['started', started],
          ['command', commandLine],
        ],
      },
    ],
  };
}
