import { hourly } from '@callscope/analytics/reports/hourly.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type Caller, type PageRight, tenantScope } from '@callscope/modules/access/callers.ts';

import { getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { likingOf } from '@callscope/modules/likings/store.ts';
import { makerOf, type TakenSending } from '@callscope/modules/mailings/work.ts';
import type { ViewPage } from '@callscope/modules/views/forms.ts';
import type { Deps } from '../deps.ts';
import { FORMATS } from '../files/formats.ts';
import type { Sheet } from '../files/sheet.ts';
import { FileNames, type ZipEntry } from '../files/zip.ts';
import { adLinesFromQuery } from '../src/page/ads/address.ts';
import { adLinesSheet } from '../src/page/ads/file.ts';
import { detailsFromQuery } from '../src/page/details/address.ts';
import { detailsSheet } from '../src/page/details/file.ts';
import { addressFromQuery, filterOf } from '../src/page/journal/address.ts';
import { keptColumns } from '../src/page/journal/columns.ts';
import { journalSheet } from '../src/page/journal/file.ts';
import { missedFromQuery } from '../src/page/missed/address.ts';
import { casesSheet } from '../src/page/missed/file.ts';
import { reportsOf, statisticsFromQuery } from '../src/page/statistics/address.ts';
import { blockSheet } from '../src/page/statistics/file.ts';
import type { Locale } from '../src/words/words.ts';

/** Why a mailing cannot go, however often it is tried: whoever keeps it is gone, or may not see calls any more. */
export class MailingOver extends Error {}

/** What a mailing sends at one of its times. */
export interface MailedFiles {
  scope: TenantScope;
  company: RuledTenant;
  locale: Locale;
  /** ms, of the view as it was at that time */
  period: { from: number; to: number };
  sheets: Sheet[];
}

/**
 * The tables of a mailing, as whoever keeps it would have them: their rights, their columns. Relative periods are of the time at
 * which it was due. @throws MailingOver, FilterError, QueryTooLarge, StoreUnavailable
 */
export async function mailedFiles(deps: Deps, sending: Omit<TakenSending, 'letters'>): Promise<MailedFiles> {
  const { db } = deps;
  const { page, query } = sending.view;
  const made = MADE[page];
  const maker = await makerOf(db, sending);
  const scope = maker && tenantScope(maker, sending.tenant, made.right);
  if (!maker || !scope) throw new MailingOver('maker');
  const company = await getTenant(db, scope);
  if (!company) throw new MailingOver('company');
  const locale: Locale = company.locale === 'en' ? 'en' : 'ru';
  const params = new URLSearchParams(query);
  const asked = { scope, company, maker, locale, params, now: sending.dueAt.getTime(), origin: deps.mail?.portalUrl ?? '' };
  return { scope, company, locale, ...(await made.files(deps, asked)) };
}

interface Asked {
  scope: TenantScope;
  company: RuledTenant;
  maker: Caller;
  locale: Locale;
  params: URLSearchParams;
  /** when it was due: relative periods are of that time */
  now: number;
  /** for links to cards */
  origin: string;
}

/** What a view of each page is as files, and the right to see it. */
const MADE: Record<ViewPage, { right: PageRight; files: (deps: Deps, asked: Asked) => Promise<Pick<MailedFiles, 'period' | 'sheets'>> }> = {
  journal: {
    right: 'calls:read',
    files: async ({ db }, { scope, company, maker, locale, params, now, origin }) => {
      const address = addressFromQuery(params, company.timezone, now);
      const columns = keptColumns(await likingOf(db, scope, maker, 'journal'));
      return { period: address.period, sheets: [await journalSheet(scope, company, { address, ids: null, origin, columns, locale })] };
    },
  },
  statistics: {
    right: 'calls:read',
    files: async (_, { scope, company, locale, params, now }) => {
      const filter = filterOf(addressFromQuery(params, company.timezone, now));
      const { section, period, step } = statisticsFromQuery(params, company.timezone, now);
      const reports = section === 'hours' ? [hourly] : reportsOf(section, period, company.timezone, step);
      const sheets: Sheet[] = [];
      for (const report of reports) sheets.push(await blockSheet(scope, company, report, filter, locale));
      return { period, sheets };
    },
  },
  details: {
    right: 'calls:read',
    files: async (_, { scope, company, locale, params, now, origin }) => {
      const address = detailsFromQuery(params, company.timezone, now);
      return { period: address.period, sheets: [await detailsSheet(scope, company, address, locale, origin)] };
    },
  },
  missed: {
    right: 'calls:read',
    files: async (_, { scope, company, locale, params, now }) => {
      const address = missedFromQuery(params, company.timezone, now);
      return { period: address.period, sheets: [await casesSheet(scope, company, address, locale)] };
    },
  },
  'ad-lines': {
    right: 'ads:read',
    files: async (_, { scope, company, locale, params, now }) => {
      const address = adLinesFromQuery(params, company.timezone, now);
      return { period: address.period, sheets: [await adLinesSheet(scope, company, address, locale)] };
    },
  },
};

export interface MadeFile {
  name: string;
  type: string;
  content: Buffer;
}

/** The files whole, or null as soon as they are more than `most` bytes together: half a file is none. */
export async function wholeFiles(sheets: readonly Sheet[], format: TakenSending['format'], most: number): Promise<MadeFile[] | null> {
  const names = new FileNames();
  const files: MadeFile[] = [];
  let bytes = 0;
  for (const sheet of sheets) {
    const parts: Uint8Array[] = [];
    for await (const part of FORMATS[format].parts(sheet)) {
      bytes += part.length;
      if (bytes > most) return null;
      parts.push(part);
    }
    files.push({
      name: names.take(sheet.title, `.${FORMATS[format].extension}`),
      type: FORMATS[format].mime,
      content: Buffer.concat(parts),
    });
  }
  return files;
}

/** The same for an archive, as it is written. */
export function* fileEntries(sheets: readonly Sheet[], format: TakenSending['format'], at: Date): Generator<ZipEntry> {
  const names = new FileNames();
  for (const sheet of sheets)
    yield { name: names.take(sheet.title, `.${FORMATS[format].extension}`), at, parts: FORMATS[format].parts(sheet) };
}
