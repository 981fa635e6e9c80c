import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { reportOf } from '@callscope/analytics/reports/index.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import type { ExportQuestion } from '@callscope/modules/exports/forms.ts';
import { z } from '@hono/zod-openapi';
import { callQuery, sheetOfCalls, sortOfQuery } from '../api/call-routes.ts';
import { filterParameters, readFilter } from '../api/filter-query.ts';
import { fieldErrors, Problem } from '../api/problem.ts';
import { sheetOfReport } from '../api/report-routes.ts';
import type { Deps } from '../deps.ts';
import { periodText } from '../files/question-facts.ts';
import type { Sheet } from '../files/sheet.ts';
import { speechOf } from '../files/speech.ts';
import { detailsFromQuery } from '../src/page/details/address.ts';
import { detailsSheet, detailsTitle } from '../src/page/details/file.ts';
import { found } from '../src/page/details/load.ts';
import { addressFromQuery, filterOf } from '../src/page/journal/address.ts';
import { columnsFrom, isColumn, USUAL } from '../src/page/journal/columns.ts';
import { journalSheet } from '../src/page/journal/file.ts';
import { missedFromQuery } from '../src/page/missed/address.ts';
import { casesSheet, casesTitle } from '../src/page/missed/file.ts';
import { reportOfStatistics } from '../src/page/statistics/address.ts';
import { blockSheet } from '../src/page/statistics/file.ts';

/** A question that was understood: what its file is called, and how it comes to be. */
export interface Asked {
  title: string;
  /** calls leave by it, as the audit says; null: figures alone */
  filter: CallFilter | null;
  /** @throws FilterError, Problem, QueryTooLarge, StoreUnavailable */
  sheet(scope: TenantScope): Promise<Sheet>;
}
interface On {
  deps: Deps;
  company: RuledTenant;
  /** when it was asked, ms: days are counted from then, however long it waits */
  at: number;
}
type Of<K extends ExportQuestion['of']> = Extract<ExportQuestion, { of: K }>;

/** A table that can be made in the background is a line here, and one in modules/exports/forms.ts. */
const READERS: { [K in ExportQuestion['of']]: (question: Of<K>, on: On) => Asked } = {
  journal({ query, columns, locale, origin }, { company, at }) {
    const address = addressFromQuery(new URLSearchParams(query), company.timezone, at);
    const asked = { address, ids: null, origin, columns: columnsFrom(columns.filter(isColumn)) ?? USUAL, locale };
    const filter = filterOf(address);
    return { title: callsTitle(filter, company, locale), filter, sheet: (scope) => journalSheet(scope, company, asked) };
  },
  block({ query, report: id, locale }, { company, at }) {
    const filter = filterOf(addressFromQuery(new URLSearchParams(query), company.timezone, at));
    const report = known(reportOfStatistics(id), id);
    return { ...reportTitle(report, filter, company, locale), sheet: (scope) => blockSheet(scope, company, report, filter, locale) };
  },
  details({ query, locale, origin }, { company, at }) {
    const address = detailsFromQuery(new URLSearchParams(query), company.timezone, at);
    return {
      title: detailsTitle(address, speechOf(company, locale)),
      filter: address.show === 'missed' ? found(address) : null,
      sheet: (scope) => detailsSheet(scope, company, address, locale, origin),
    };
  },
  missed({ query, locale }, { company, at }) {
    const address = missedFromQuery(new URLSearchParams(query), company.timezone, at);
    return {
      title: casesTitle(address, speechOf(company, locale)),
      filter: { ...address.conditions, from: address.period.from, to: address.period.to },
      sheet: (scope) => casesSheet(scope, company, address, locale),
    };
  },
  calls({ query }, { deps, company }) {
    const { sort: sorted, ...asked } = parsed(callQuery.omit({ limit: true, cursor: true, format: true }), query);
    const filter = readFilter(asked);
    const sort = sortOfQuery(sorted, filter);
    return {
      ...{ title: callsTitle(filter, company, company.locale), filter },
      sheet: (scope) => sheetOfCalls(deps, scope, company, filter, sort),
    };
  },
  report({ query, report: id }, { deps, company }) {
    const filter = readFilter(parsed(z.strictObject(filterParameters), query));
    const report = known(reportOf(id), id);
    return {
      ...reportTitle(report, filter, company, company.locale),
      sheet: (scope) => sheetOfReport(deps, scope, company, report, filter),
    };
  },
};

/** @throws FilterError, Problem 400 or 404: it cannot be understood */
export function readQuestion(question: ExportQuestion, on: On): Asked {
  return (READERS[question.of] as (of: ExportQuestion, on: On) => Asked)(question, on);
}

function callsTitle(filter: CallFilter, company: RuledTenant, locale: 'ru' | 'en'): string {
  const speech = speechOf(company, locale);
  return `${speech.words.files.calls}, ${periodText(filter, speech)}`;
}

const reportTitle = (report: Report, filter: CallFilter, company: RuledTenant, locale: 'ru' | 'en') => ({
  title: `${report.title[locale]}, ${periodText(filter, speechOf(company, locale))}`,
  filter: null,
});

function known(report: Report | undefined, id: string): Report {
  if (!report) throw new Problem(404, `no report "${id}"`);
  return report;
}

function parsed<T extends z.ZodType>(schema: T, query: string): z.output<T> {
  const read = schema.safeParse(Object.fromEntries(new URLSearchParams(query)));
  if (read.success) return read.data;
  throw new Problem(
    400,
    'the request is wrong in these fields',
    fieldErrors(read.error).map(({ field, message }) => ({ field: `query.${field}`, message })),
  );
}
