// SPDX-License-Identifier: MIT
/** Where a worker thread begins: as sideband.js does, with TypeScript to be loaded. */
import { register } from 'tsx/esm/api';

register();
const { work } = await import('../cli/work.ts');
export default work;
