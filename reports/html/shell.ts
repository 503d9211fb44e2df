// SPDX-License-Identifier: MIT
/** The page around the chapters: what is allowed in it, how one gets about in it, its style and script. */
import { readFile } from 'node:fs/promises';
import { html, type Markup, type Part, trusted } from './markup.ts';

export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly content: Part;
}

const own = async (name: string): Promise<Markup> =>
  trusted(await readFile(new URL(name, import.meta.url), 'utf8'));

/** Nothing may be fetched, sent or embedded; what is inline is this project's own. */
const POLICY = [
  ...["default-src 'none'", "style-src 'unsafe-inline'", "script-src 'unsafe-inline'"],
  ...['img-src data:', "base-uri 'none'", "form-action 'none'"],
].join('; ');

/** What it is made by, above what it is of. */
function headingOf(title: string): Part {
  const [by, ...of] = title.split('  ');
  return html`<span class="by">${by ?? ''}</span> ${of.join('  ')}`;
}

/** Same chapters, same bytes. */
export async function documentOf(title: string, chapters: readonly Chapter[]): Promise<string> {
  const [style, script] = await Promise.all([own('style.css'), own('viewer.js')]);
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>
${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header><h1>${headingOf(title)}</h1></header>
<nav aria-label="Contents"><ol>${chapters.map(
    (chapter) => html`<li><a href="#${chapter.id}">${chapter.title}</a></li>`,
  )}</ol></nav>
<main id="main" tabindex="-1">
${chapters.map(
  (chapter) => html`<section class="chapter" id="${chapter.id}" aria-labelledby="${
    chapter.id
  }-title">
<h2 id="${chapter.id}-title">${chapter.title}</h2>
${chapter.content}
</section>
`,
)}</main>
<footer><p>Made by Sideband from a result and nothing else; the same as text, Markdown and data is in report.txt, report.md and report.json.</p></footer>
<script>
${script}</script>
</body>
</html>`;
  return `${text}\n`;
}
