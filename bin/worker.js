// SPDX-License-Identifier: MIT
/** Where a worker thread begins: as sideband.js does, with TypeScript to be loaded. */
import { register } from 'tsx/esm/api';

// What the user has in a tsconfig.json is not about us.
register({ tsconfig: false });
const { work } = await import('../cli/work.ts');
export default work;
