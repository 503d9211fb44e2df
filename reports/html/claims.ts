// SPDX-License-Identifier: MIT
/** The claims of the thread as a ledger: what was said, the verdict, and what it rests on. */
import type { Claim } from '../result.ts';
import { type ClaimGroup, claimGroups } from '../sections/claims.ts';
import { blocksOf, type Links, linked, pointsOf } from './blocks.ts';
import { html, type Markup, type Part } from './markup.ts';

export const claimsOf = (claims: readonly Claim[], links: Links): Part =>
  claimGroups(claims).map((group) => groupOf(group, links));

function groupOf({ title, claims, notes }: ClaimGroup, links: Links): Markup {
  const verdicts = [...new Set(claims.map(({ verdict }) => verdict))];
  const tally = verdicts.map((verdict) => {
    const many = claims.filter((claim) => claim.verdict === verdict).length;
    return `${verdict} ${many}`;
  });
  return html`<h3>${title}</h3>
<p class="lane">lane: of each claim, beside it</p>
<p>By verdict: ${tally.join(', ')}.</p>
<ol class="ledger">${claims.map((claim) => entryOf(claim, links))}</ol>
${blocksOf(notes, { title, links })}`;
}

const entryOf = (claim: Claim, links: Links): Markup =>
  html`<li id="claim-${claim.number}" value="${claim.number}"><article aria-labelledby="claim-${
    claim.number
  }-said"><p class="said" id="claim-${claim.number}-said"><a href="#claim-${claim.number}">${
    claim.number
  }</a> ${claim.claim} <cite>(${claim.who})</cite></p><p class="verdict" data-verdict="${
    claim.verdict
  }">${claim.verdict}</p><p class="evidence">${linked(claim.evidence, links)}</p>${pointsOf(
    [
      ['lane', claim.lanes.join(', ')],
      ['form', claim.form],
    ],
    links,
  )}</article></li>
`;
