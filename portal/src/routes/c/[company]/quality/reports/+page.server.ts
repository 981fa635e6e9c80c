import { startOfWeek, wallClock, weeksOf } from '@callscope/core/domain/zone.ts';
import { listForms } from '@callscope/modules/quality/form-store.ts';
import {
  DIMENSIONS,
  type DimensionId,
  MEASURES,
  type MeasureId,
  type QualityReport,
  qualityReport,
  reviewsBehind,
} from '@callscope/modules/quality/measures.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { deps } from '@callscope/portal/deps.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadNames } from '#page/directory.ts';
import { filterQuery } from '#page/quality/review.ts';
import type { PageServerLoad } from './$types';

const DAY_MS = 86_400_000;
const SPANS = [7, 28, 91, 365] as const;

/** ?by=employee&days=28&group=sales: figures of the calls of so many days until now, beside as many before; of a form, an employee, a group. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'quality:read');
  const company = await companyOf(scope);
  const { db, clock } = deps();
  const viewer = await viewerOf(db, requireSession(event).caller, scope);
  const by = DIMENSIONS.find((one) => one === event.url.searchParams.get('by')) ?? ('employee' satisfies DimensionId);
  const days = SPANS.find((span) => String(span) === event.url.searchParams.get('days')) ?? 28;
  const to = Math.ceil(clock.now() / 60_000) * 60_000;
  const from = to - days * DAY_MS;
  const only = onlyOf(event.url.searchParams);
  const question = { by, from, to, before: { from: from - days * DAY_MS, to: from }, ...only };
  const weekly = { ...question, by: 'week' as const, before: null };
  const [report, trend, forms, names] = await Promise.all([
    qualityReport(db, scope, viewer, question, company.timezone),
    qualityReport(db, scope, viewer, weekly, company.timezone),
    listForms(db, scope),
    loadNames(scope, company),
  ]);
  const measures = Object.keys(MEASURES) as MeasureId[];
  const linked = (key: string | null) =>
    Object.fromEntries(
      measures.map((measure) => [measure, filterQuery(reviewsBehind(question, key, measure, company.timezone))]),
    ) as Record<MeasureId, string>;
  const questions = new Map(
    forms.flatMap(({ id, body }) => body.groups.flatMap((group) => group.questions.map((one) => [`${id}/${one.id}`, one.text] as const))),
  );
  const titles = new Map<string, string>([...forms.map(({ id, body }) => [id, body.name] as const), ...questions]);
  const byWeek = new Map(trend.rows.map((row) => [row.key, row.figures]));
  return {
    only,
    forms: forms.map(({ id, body }) => ({ id, name: body.name })),
    weeks: weeksOf(company.timezone, from, to).map((start) => {
      const week = new Date(wallClock(company.timezone, start)).toISOString().slice(0, 10);
      const { score = null, reviews = null } = byWeek.get(week) ?? {};
      const end = startOfWeek(company.timezone, start, 1);
      return { week, start, end, score, reviews, link: filterQuery(reviewsBehind(weekly, week, 'score', company.timezone)) };
    }),
    ...{ by, days, spans: SPANS, dimensions: DIMENSIONS, measures, names, total: { ...report.total, links: linked(null) } },
    rows: (by === 'question' ? worstFirst(report.rows) : report.rows).map((row) => ({
      ...row,
      title: titles.get(row.key) ?? row.key,
      links: linked(row.key),
    })),
  };
};

/** What is answered worst is what people are taught next. */
function worstFirst(rows: QualityReport['rows']): QualityReport['rows'] {
  const score = (row: QualityReport['rows'][number]) => row.figures.score ?? Number.POSITIVE_INFINITY;
  return [...rows].sort((a, b) => (score(a) === score(b) ? 0 : score(a) - score(b)));
}

/** What figures are narrowed to. */
function onlyOf(params: URLSearchParams): { form?: string; employee?: string; group?: string } {
  // PostgreSQL has no character 0 in texts
  const [form, employee, group] = ['form', 'employee', 'group'].map((name) => (params.get(name) ?? '').replaceAll('\0', ''));
  return {
    ...(form && /^\d{1,18}$/.test(form) ? { form } : {}),
    ...(employee && employee.length <= 200 ? { employee } : {}),
    ...(group && group.length <= 200 ? { group } : {}),
  };
}
