// SPDX-License-Identifier: MIT
/** The browser that Debian packs, where it is installed. */
import { access, constants } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright-core';

const PATH = '/usr/bin/chromium';

/** What is missing, or null where a page can be opened. */
export async function whyNoChromium(): Promise<string | null> {
  try {
    await access(PATH, constants.X_OK);
    return null;
  } catch {
    return `there is no ${PATH}`;
  }
}

/** Its sandbox can't be had by root. */
export const openChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: PATH,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
