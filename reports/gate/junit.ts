// SPDX-License-Identifier: MIT
/**
 * A gate as JUnit's XML, which most CI systems show: a suite a lane, a case a row that is not as it was,
 * and one for all that are. What could not be judged is an error, as a skipped case counts as a pass.
 */
import junit, { type Builder, type TestSuite } from 'junit-report-builder';
import { TITLES } from '../../bench/gate/sections.ts';
import type { FindingResult, Gate, JudgedLane, TimedResult } from './outcome.ts';
import { laneInShort, percent, sentenceOf, timedInShort } from './sections.ts';

export function junitOf({ lanes, timed }: Gate): string {
  // Its types are of an ES module, and what Node loads is CommonJS.
  const builder = (junit as unknown as Builder).newBuilder();
  for (const lane of lanes) {
    laneCases(builder.testSuite().name(`sideband ${lane.lane}`), lane);
  }
  for (const one of timed) {
    timedCases(builder.testSuite().name(`sideband ${TITLES[one.section]}`), one);
  }
  return builder.build();
}

function laneCases(suite: TestSuite, lane: JudgedLane): void {
  const test = (name: string) => suite.testCase().className(`sideband.${lane.lane}`).name(name);
  if (lane.kind === 'not run' || lane.kind === 'not comparable') {
    test('exact figures').error(`${lane.lane}: ${laneInShort(lane)}`);
    return;
  }
  const findings = lane.kind === 'differs' ? lane.findings : [];
  test(`exact figures, ${lane.figures - findings.length} of them equal`);
  for (const [row, ofRow] of byRow(findings)) {
    const said = ofRow.map(sentenceOf).join('\n');
    const isChanged = ofRow.some(({ kind }) => kind === 'changed');
    const one = test(row);
    if (isChanged) one.failure(said, 'changed');
    else one.error(said, 'not in both');
  }
}

function byRow(findings: readonly FindingResult[]): Map<string, FindingResult[]> {
  const rows = new Map<string, FindingResult[]>();
  for (const finding of findings) {
    rows.set(finding.row, [...(rows.get(finding.row) ?? []), finding]);
  }
  return rows;
}

function timedCases(suite: TestSuite, timed: TimedResult): void {
  const test = (name: string) => suite.testCase().className(`sideband.${timed.section}`).name(name);
  if (timed.kind === 'left out') {
    // The library's own skipped() has no room for a reason.
    test('times').skipped().standardOutput(timed.why);
    return;
  }
  if (timed.kind !== 'judged') {
    test('times').error(timedInShort(timed));
    return;
  }
  for (const { name, verdict, ratio } of timed.rows) {
    const one = test(name);
    const said =
      ratio === null ? 'too few blocks' : `${percent(ratio.low)} to ${percent(ratio.high)}`;
    if (verdict === 'slower') one.failure(`slower by ${said}`, 'slower');
    if (verdict === 'noisy') one.error(`could not judge: ${said}`, 'noisy');
  }
  for (const name of [...timed.added, ...timed.removed, ...timed.unequal]) {
    test(name).error('not the same row in both versions', 'not comparable');
  }
}
