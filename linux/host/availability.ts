// SPDX-License-Identifier: MIT
/** Can the host lane be run here? Found out by trying. */
import { InputError } from '../../core/input-error.ts';
import { Agent } from './agent.ts';
import { buildAgent } from './build-agent.ts';

/** Why not, as one sentence, or null. Tests that need the lane are skipped by it, and say so. */
export async function whyNoHost(): Promise<string | null> {
  try {
    const agent = await Agent.start(await buildAgent());
    await agent.run([]);
    await agent.end();
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
