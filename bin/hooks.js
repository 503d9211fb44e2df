// SPDX-License-Identifier: MIT
/**
 * How a design from outside is loaded. `sideband/...` in it is this very copy, as another would have
 * its own idea of who listens to a cell, whatever node_modules there is around the file. Its
 * TypeScript is ESM, whatever package.json there is: one that says so would be a second file.
 */
import { readFileSync } from 'node:fs';

const OURS = new URL('../', import.meta.url).href;
const { exports } = JSON.parse(readFileSync(new URL('package.json', OURS), 'utf8'));

/** By names that the package exports: 'sideband/design' is api/design.ts. */
const API = new Map(
  Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => [
      path.replace('.', 'sideband'),
      new URL(`${path.replace('.', 'api')}.ts`, OURS).href,
    ]),
);

export async function resolve(specifier, context, next) {
  const ours = API.get(specifier);
  if (ours !== undefined) return next(ours, context);
  if (specifier === 'sideband' || specifier.startsWith('sideband/')) {
    throw new Error(`there is no '${specifier}'; choose from ${[...API.keys()].join(', ')}`);
  }
  const resolved = await next(specifier, context);
  const { url } = resolved;
  const isInstalled = url.startsWith(OURS) || url.includes('/node_modules/');
  return /\.ts(\?|$)/.test(url) && !isInstalled ? { ...resolved, format: 'module' } : resolved;
}
