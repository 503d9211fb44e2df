// SPDX-License-Identifier: MIT
/** Fields that designs add to the task: alone here, so that it can be handed on as a whole. */

/** Open: a strategy's file adds its own. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface TaskFields {}

export type TaskFieldName = keyof TaskFields;
