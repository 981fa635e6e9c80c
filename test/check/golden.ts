/**
 * The SQL of every report, kept in sql/golden so that a change of it is read in review. `npm run golden` writes it;
 * `npm run check` fails when it differs.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '@callscope/analytics/query/compile.ts';
import { filterFromQuery } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { REPORTS } from '@callscope/analytics/reports/index.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { DEFAULT_TARGET_CALL, type TargetCall } from '@callscope/core/domain/target-call.ts';

interface Case {
  name: string;
  company: Company;
  query: string;
}

const MOSCOW: Company = { zone: 'Europe/Moscow', country: 'RU', rules: DEFAULT_RULES, target: DEFAULT_TARGET_CALL };
/** A rule with all there is in it. */
const STRICT: TargetCall = {
  talkSeconds: 60,
  firstOnly: true,
  hours: {
    week: { mon: [{ from: '09:00', to: '18:30' }], tue: [], wed: [], thu: [], fri: [], sat: [{ from: '10:00', to: '24:00' }], sun: [] },
    dates: [{ date: '2026-11-24', hours: [], name: '' }],
  },
};
const CASES: Case[] = [
  { name: 'day', company: MOSCOW, query: 'from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z' },
  { name: 'missed', company: MOSCOW, query: 'from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&direction=in&answered=false' },
  {
    name: 'without-short-abandons',
    company: MOSCOW,
    query: 'from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&shortAbandons=exclude',
  },
  { name: 'within-a-quarter', company: MOSCOW, query: 'from=2026-11-24T07:05:00Z&to=2026-11-24T09:00:00Z' },
  {
    name: 'every-filter',
    company: MOSCOW,
    query:
      'from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&direction=in,out&result=busy,other&answered=false&missedKind=busy_hit&shortAbandons=exclude&outOfHours=exclude' +
      '&number=8 (495) 100-01-01&employee=e101,e102&untakenOffer=true&author=-,e103&group=sales&caller=8 (916)*, !79161234567, 101&dialled=!7391*' +
      '&answeredBy=10*&text=100-01&talkMin=0.5&talkMax=60&time=22:00-06:00&weekday=1,7&recorded=false' +
      '&waitMin=0.5&waitMax=20&hiddenNumber=false&firstCall=false&repeatCall=true',
  },
  {
    name: 'half-hour-zone',
    company: { zone: 'Asia/Kolkata', country: 'IN', rules: DEFAULT_RULES, target: STRICT },
    query: 'from=2026-11-23T18:30:00Z&to=2026-11-24T18:30:00Z',
  },
  {
    name: 'clocks-go-back',
    company: { zone: 'Europe/Berlin', country: 'DE', rules: DEFAULT_RULES, target: DEFAULT_TARGET_CALL },
    query: 'from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z',
  },
];

const FOLDER = 'sql/golden';

function written(report: Report, { company, query }: Case): string {
  const plan = planReport(report, filterFromQuery(new URLSearchParams(query)), company);
  const { sql, params } = compile(plan);
  return [
    `-- ${report.id}?${query}`,
    `-- ${company.zone}, ${company.country}; read from ${plan.source}. Written by npm run golden.`,
    `${sql};`,
    ...Object.entries(params).map(([name, value]) => `-- ${name} = ${JSON.stringify(value)}`),
    '',
  ].join('\n');
}

function golden(): Map<string, string> {
  return new Map(REPORTS.flatMap((report) => CASES.map((c) => [`${report.id}.${c.name}.sql`, written(report, c)])));
}

export function checkGolden(root: string): string[] {
  const folder = join(root, FOLDER);
  const wanted = golden();
  const there = existsSync(folder) ? readdirSync(folder) : [];
  return [
    ...there.filter((file) => !wanted.has(file)).map((file) => `${FOLDER}/${file}: no report makes it`),
    ...[...wanted].flatMap(([file, text]) => {
      if (!there.includes(file)) return [`${FOLDER}/${file}: missing`];
      const line = firstDifference(readFileSync(join(folder, file), 'utf8'), text);
      return line === null ? [] : [`${FOLDER}/${file}:${line} the report's SQL is another now`];
    }),
  ].map((problem) => `${problem}: npm run golden, then read the difference`);
}

export function writeGolden(root: string): void {
  const folder = join(root, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of golden()) writeFileSync(join(folder, file), text);
}

function firstDifference(there: string, wanted: string): number | null {
  if (there === wanted) return null;
  const [a, b] = [there.split('\n'), wanted.split('\n')];
  return 1 + b.findIndex((line, i) => line !== a[i]);
}
