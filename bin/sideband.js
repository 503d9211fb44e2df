#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../cli/main.ts');
await main(process.argv);
