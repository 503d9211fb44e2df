// SPDX-License-Identifier: MIT
// Imports point one way: explore <- kernel <- model, restart <- strategies <- api <- examples
// <- properties <- linux <- bench <- reports <- cli. A layer may import itself and those before it. Tests may reach further up.
const LAYERS = [
  '^core/explore/',
  '^core/kernel/',
  '^core/model/',
  '^core/restart/',
  '^strategies/',
  '^api/',
  '^examples/',
  '^properties/',
  '^linux/',
  '^bench/',
  '^reports/',
  '^cli/',
];

/** Every layer may import these two: they import nothing of ours. */
const BELOW = '^core/(input-error|scan)\\.ts$';

module.exports = {
  forbidden: [
    ...LAYERS.slice(0, -1).map((path, index) => ({
      name: `upwards-from-${path.replaceAll(/[^a-z]+/g, '-').replaceAll(/^-|-$/g, '')}`,
      severity: 'error',
      from: { path, pathNot: '\\.test\\.ts$' },
      to: { path: LAYERS.slice(index + 1) },
    })),
    {
      name: 'below-imports-nothing',
      severity: 'error',
      from: { path: BELOW },
      to: { path: ['^core/', ...LAYERS], pathNot: BELOW },
    },
    {
      // The model and its kernel functions call each other, as a kernel's files do.
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: '^core/model/' },
      to: { circular: true },
    },
    {
      name: 'strategies-see-no-model',
      comment:
        'A design is written against core/kernel, so that it means the same on every kernel.',
      severity: 'error',
      from: { path: '^strategies/', pathNot: '\\.test\\.ts$' },
      to: { path: '^core/(model|restart)/' },
    },
    {
      name: 'api-is-for-others',
      comment: 'What is public is not bent to what this suite needs of itself.',
      severity: 'error',
      from: { pathNot: '^(api|examples)/' },
      to: { path: '^(api|examples)/' },
    },
    {
      name: 'no-test-imports',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
