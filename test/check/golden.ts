/**
 * The SQL of every report, and of a cluster's tables, kept in sql/golden so that a change of it is read in review. `npm run golden` writes it;
 * `npm run check` fails when it differs.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Time } from '@callscope/analytics/catalog/dimensions.ts';
import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { compile } from '@callscope/analytics/query/compile.ts';
import { filterFromQuery } from '@callscope/analytics/query/filter.ts';
import { type Company, type Plan, planCourse, planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { REPORTS } from '@callscope/analytics/reports/index.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { DEFAULT_TARGET_CALL, type TargetCall } from '@callscope/core/domain/target-call.ts';
import { clusterDdl } from '@callscope/launch/clickhouse-ddl.ts';
import { migrationsOf } from '@callscope/launch/migrate.ts';
import { hasCourse } from '@callscope/portal/src/page/statistics/course.ts';

interface Case {
  name: string;
  company: Company;
  query: string;
  /** a condition that is the same in all of them is written for one report */
  only?: string;
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
  { name: 'month', company: MOSCOW, query: 'from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z' },
  { name: 'within-a-quarter', company: MOSCOW, query: 'from=2026-11-24T07:05:00Z&to=2026-11-24T09:00:00Z' },
  {
    name: 'every-filter',
    company: MOSCOW,
    query:
      'from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&direction=in,out&result=busy,other&answered=false&missedKind=busy_hit&shortAbandons=exclude&outOfHours=exclude' +
      '&number=8 (495) 100-01-01&employee=e101,e102&untakenOffer=true&author=-,e103&notAuthor=e104&group=sales&notGroup=night&notNumber=84951000102&callId=a@b&phone=101&caller=8 (916)*, !79161234567, 101&dialled=!7391*' +
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
  {
    name: 'known-numbers',
    company: {
      ...MOSCOW,
      means: {
        numbers: {
          text: { typed: '100-01', found: ['74951000101'] },
          caller: { typed: '7916*, !79161234567', found: ['79161234567', '79160000000'] },
        },
      },
    },
    query: 'text=100-01&caller=7916*, !79161234567',
    only: 'summary',
  },
  { name: 'one-employee', company: MOSCOW, query: 'employee=e101&direction=out&talkMin=5', only: 'summary' },
  { name: 'two-employees', company: MOSCOW, query: 'employee=e101,e102', only: 'summary' },
  {
    name: 'own-calls',
    company: { ...MOSCOW, within: { employees: ['e101'], groups: [], numbers: [] } },
    query: 'from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z',
    only: 'summary',
  },
];

/** Courses are written for these, by such steps. */
const STEPS: Readonly<Record<string, Time>> = { 'every-filter': 'day', 'half-hour-zone': 'hour', 'clocks-go-back': 'week' };

const FOLDER = 'sql/golden';

const filterOf = ({ query }: Case) => filterFromQuery(new URLSearchParams(query));
const written = (report: Report, c: Case) => sqlOf(`${report.id}?${c.query}`, planReport(report, filterOf(c), c.company), c);
/** The first figure of a report for two of its rows and the others. */
const courseWritten = (report: Report, by: Time, c: Case) =>
  sqlOf(
    `${report.id} by ${by}?${c.query}`,
    planCourse(report, report.measures[0] as MeasureId, by, ['one', 'other'], filterOf(c), c.company),
    c,
  );

function sqlOf(question: string, plan: Plan, { company }: Case): string {
  const { sql, params, source } = compile(plan);
  return [
    `-- ${question}`,
    `-- ${company.zone}, ${company.country}; read from ${source}. Written by npm run golden.`,
    `${sql};`,
    ...Object.entries(params).map(([name, value]) => `-- ${name} = ${JSON.stringify(value)}`),
    '',
  ].join('\n');
}

function golden(): Map<string, string> {
  const reports = REPORTS.flatMap((report) =>
    CASES.filter(({ only }) => (only ?? report.id) === report.id).map((c) => [`${report.id}.${c.name}.sql`, written(report, c)] as const),
  );
  const courses = REPORTS.filter(hasCourse).flatMap((report) =>
    CASES.filter(({ name }) => name in STEPS).map(
      (c) => [`${report.id}.course.${c.name}.sql`, courseWritten(report, STEPS[c.name] as Time, c)] as const,
    ),
  );
  // written, not tried: a cluster needs servers and a Keeper that tests do not have; that the store understands it is tested (launch.test.ts)
  return new Map([...reports, ...courses, ['cluster-ddl.sql', clusterDdl(migrationsOf('clickhouse'), 'callscope')]]);
}

export function checkGolden(root: string): string[] {
  const folder = join(root, FOLDER);
  const wanted = golden();
  const there = existsSync(folder) ? readdirSync(folder) : [];
  return [
    ...there.filter((file) => !wanted.has(file)).map((file) => `${FOLDER}/${file}: nothing makes it`),
    ...[...wanted].flatMap(([file, text]) => {
      if (!there.includes(file)) return [`${FOLDER}/${file}: missing`];
      const line = firstDifference(readFileSync(join(folder, file), 'utf8'), text);
      return line === null ? [] : [`${FOLDER}/${file}:${line} its SQL is another now`];
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
