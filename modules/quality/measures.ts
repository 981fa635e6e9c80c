import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { instantOf } from '@callscope/core/domain/zone.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { ReviewFilter } from './reviews.ts';
import { seenBy, type Viewer } from './viewer.ts';

/**
 * Figures of reviews: each is defined here once, for pages and REST. They are PostgreSQL's, where reviews are: a company has thousands
 * of them, not millions. A review counts when it may be read by others and is no calibration; both of a blind pair count. Its time is
 * that of its call.
 */
export const MEASURES = {
  /** how many */
  reviews: sql<string>`count(*)`,
  /** mean of their scores, per cent; those where nothing was applicable are in no mean */
  score: sql<string | null>`avg(score)`,
  /** failed a critical question */
  critical: sql<string>`count(*) filter (where is_critical)`,
  /** were appealed against */
  appeals: sql<string>`count(*) filter (where appeal is not null)`,
  /** an appeal changed marks */
  changed: sql<string>`count(*) filter (where decision ->> 'isKept' = 'false')`,
} as const;
export type MeasureId = keyof typeof MEASURES;

/** Of a question: how many marks it got, their mean share of the best answer in per cent, and how often it failed a review. */
const OF_QUESTION: Record<MeasureId, RawBuilder<string | null>> = {
  ...MEASURES,
  score: sql`avg(q.value::numeric) * 100`,
  critical: sql`count(*) filter (where q.key = any(failed))`,
};

/** What figures are broken down by. */
export const DIMENSIONS = ['employee', 'group', 'form', 'reviewer', 'question', 'week'] as const;
export type DimensionId = (typeof DIMENSIONS)[number];
const KEY: Record<DimensionId, (zone: string) => RawBuilder<string>> = {
  employee: () => sql`employee`,
  group: () => sql`group_id`,
  form: () => sql`form::text`,
  reviewer: () => sql`reviewer`,
  // of a form: two forms may use the same id
  question: () => sql`form::text || '/' || q.key`,
  // its Monday
  week: (zone) => sql`to_char(date_trunc('week', started_at at time zone ${zone}), 'YYYY-MM-DD')`,
};

export type Figures = Record<MeasureId, number | null>;
export interface QualityReport {
  rows: { key: string; figures: Figures; before: Figures | null }[];
  total: { figures: Figures; before: Figures | null };
}

/** What a report is of. */
export interface ReportQuestion {
  by: DimensionId;
  /** of calls, ms: [from, to) */
  from: number;
  to: number;
  /** what it is compared with, of the same length or not */
  before: { from: number; to: number } | null;
  form?: string | undefined;
  employee?: string | undefined;
  group?: string | undefined;
}

export function qualityReport(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  question: ReportQuestion,
  zone: string,
): Promise<QualityReport> {
  const { by, before, from, to } = question;
  return asTenant(db, scope.tenant, async (trx) => {
    const ask = async (period: { from: number; to: number }, isWhole: boolean) => {
      const isQuestion = by === 'question' && !isWhole;
      const measures: Record<MeasureId, RawBuilder<string | null>> = isQuestion ? OF_QUESTION : MEASURES;
      const key = isWhole ? sql<string>`''` : KEY[by](zone);
      const names = Object.keys(MEASURES) as MeasureId[];
      const rows = await trx
        .selectFrom('quality_reviews')
        .$if(isQuestion, (of) => of.innerJoin(sql`jsonb_each_text(shares)`.as<'q'>('q') as never, (j) => j.onTrue()) as never)
        .select(key.as('key'))
        .select(names.map((name) => measures[name].as(name)))
        .where('tenant', '=', scope.tenant)
        .where('is_shown', '=', true)
        .where('session', 'is', null)
        .where((eb) => seenBy(eb, scope, viewer))
        .where('started_at', '>=', new Date(period.from))
        .where('started_at', '<', new Date(period.to))
        .where((eb) =>
          eb.and([
            ...(question.form === undefined ? [] : [eb('form', '=', question.form)]),
            ...(question.employee === undefined ? [] : [eb('employee', '=', question.employee)]),
            ...(question.group === undefined ? [] : [eb('group_id', '=', question.group)]),
          ]),
        )
        .$if(!isWhole, (of) => of.groupBy(sql`1`))
        .orderBy('key')
        .execute();
      return new Map(rows.map((row) => [row.key, figuresIn(row as unknown as Record<MeasureId, string | null>)]));
    };
    const [now, whole] = [await ask({ from, to }, false), await ask({ from, to }, true)];
    // weeks of another time are other rows
    const then = before && by !== 'week' ? await ask(before, false) : null;
    const wholeThen = before ? await ask(before, true) : null;
    return {
      rows: [...now].map(([key, figures]) => ({ key, figures, before: then?.get(key) ?? null })),
      total: { figures: whole.get('') as Figures, before: wholeThen?.get('') ?? null },
    };
  });
}

function figuresIn(row: Record<MeasureId, string | null>): Figures {
  const figure = (name: MeasureId) => (row[name] === null ? null : Number(row[name]));
  const { score } = { score: figure('score') };
  return {
    ...{ reviews: figure('reviews'), critical: figure('critical'), appeals: figure('appeals'), changed: figure('changed') },
    score: score === null ? null : Math.round(score * 10 + 1e-9) / 10,
  };
}

/** The reviews that a row's figure counts: the list that it opens has as many. @param key null: the whole */
export function reviewsBehind(
  { by, from, to, form, employee, group }: ReportQuestion,
  key: string | null,
  measure: MeasureId,
  zone: string,
): ReviewFilter {
  const filter: ReviewFilter = { counted: true, from, to, form, employee, group };
  if (measure === 'appeals') filter.disputed = true;
  if (measure === 'changed') filter.changed = true;
  if (measure === 'critical') filter.critical = true;
  if (key === null) return filter;
  if (by === 'question') {
    const [of, question] = key.split('/');
    return measure === 'critical' ? { ...filter, critical: undefined, form: of, failed: question } : { ...filter, form: of, question };
  }
  if (by !== 'week') return { ...filter, [by]: key };
  const monday = Date.parse(`${key}T00:00:00Z`);
  return { ...filter, from: Math.max(from, instantOf(zone, monday)), to: Math.min(to, instantOf(zone, monday + 7 * 86_400_000)) };
}
