import { hourly } from '@callscope/analytics/reports/hourly.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { likingOf } from '@callscope/modules/likings/store.ts';
import { makerOf, type TakenSending } from '@callscope/modules/mailings/work.ts';
import type { Deps } from '../deps.ts';
import { FORMATS } from '../files/formats.ts';
import type { Sheet } from '../files/sheet.ts';
import { FileNames, type ZipEntry } from '../files/zip.ts';
import { addressFromQuery, filterOf } from '../src/page/journal/address.ts';
import { keptColumns } from '../src/page/journal/columns.ts';
import { journalSheet } from '../src/page/journal/file.ts';
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
  const maker = await makerOf(db, sending);
  const scope = maker && tenantScope(maker, sending.tenant, 'calls:read');
  if (!maker || !scope) throw new MailingOver('maker');
  const company = await getTenant(db, scope);
  if (!company) throw new MailingOver('company');
  const locale: Locale = company.locale === 'en' ? 'en' : 'ru';
  const params = new URLSearchParams(sending.view.query);
  const now = sending.dueAt.getTime();
  const address = addressFromQuery(params, company.timezone, now);
  const filter = filterOf(address);
  if (sending.view.page === 'journal') {
    const columns = keptColumns(await likingOf(db, scope, maker, 'journal'));
    const sheet = await journalSheet(scope, company, { address, ids: null, origin: deps.mail?.portalUrl ?? '', columns, locale });
    return { scope, company, locale, period: address.period, sheets: [sheet] };
  }
  const { section, period, step } = statisticsFromQuery(params, company.timezone, now);
  const reports = section === 'hours' ? [hourly] : reportsOf(section, period, company.timezone, step);
  const sheets: Sheet[] = [];
  for (const report of reports) sheets.push(await blockSheet(scope, company, report, filter, locale));
  return { scope, company, locale, period, sheets };
}

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
