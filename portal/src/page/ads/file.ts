import { adLines } from '@callscope/analytics/reports/ad-lines.ts';
import { QueryTooLarge, StoreUnavailable } from '@callscope/analytics/run/run.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import type { LineFigures } from '@callscope/portal/ads/lines.ts';
import { periodText, questionFacts } from '@callscope/portal/files/question-facts.ts';
import { definitions, measureColumn } from '@callscope/portal/files/report-sheet.ts';
import { type CellValue, partOfRows, type Sheet, type SheetColumn } from '@callscope/portal/files/sheet.ts';
import { speechOf } from '@callscope/portal/files/speech.ts';
import type { Locale } from '#words/words.ts';
import { namesOf } from '../names.ts';
import type { AdLinesAddress } from './address.ts';
import { CALLS, type ColumnId, columnValue, isCalls, isMoney, MONEY, sorted } from './columns.ts';
import { loadAdLines } from './load.ts';

const COLUMNS = [...CALLS, ...MONEY, 'waiting'] as const satisfies readonly ColumnId[];

/** The lines of the page's question in its order, with what they brought and cost; money in whole units of the currency. @throws FilterError, QueryTooLarge, StoreUnavailable */
export async function adLinesSheet(scope: TenantScope, tenant: RuledTenant, address: AdLinesAddress, locale: Locale): Promise<Sheet> {
  const data = await loadAdLines(scope, tenant, { ...address, compare: false });
  if (data.failure === 'large') throw new QueryTooLarge('the question is too large for the store: choose a shorter period');
  if (data.totals === null) throw new StoreUnavailable('the store does not answer');
  const { totals, rule } = data;
  const speech = speechOf(tenant, locale);
  const { ads: words, files } = speech.words;
  const sign = speech.format.currencySign(data.currency);
  const columnOf = (id: ColumnId): SheetColumn => {
    if (isCalls(id)) return measureColumn(id, speech);
    const head = words.names[id];
    return isMoney(id) ? { id, head: `${head}, ${sign}`, kind: 'number' } : { id, head, kind: 'integer' };
  };
  const cellsOf = (line: LineFigures): CellValue[] =>
    COLUMNS.map((id) => {
      const value = columnValue(id, line);
      return value !== null && isMoney(id) ? Math.round(value) / 100 : value;
    });
  // as the page says it: «Целевой звонок: принят, разговор дольше 30 с»
  const [label = '', ...meaning] = words.rule(rule.talkSeconds, rule.firstOnly, rule.inWorkingHours).split(': ');
  const lines = sorted(data.lines, address.sort.by, address.sort.down);
  const filter = { ...address.conditions, from: address.period.from, to: address.period.to };
  return {
    ...{ locale, zone: tenant.timezone, plainName: `ad-lines-${scope.tenant}`, title: `${words.file}, ${periodText(filter, speech)}` },
    columns: [{ id: 'number', head: words.line, kind: 'phone' }, { id: 'name', head: files.name, kind: 'text' }, ...COLUMNS.map(columnOf)],
    rows: [partOfRows(lines.map((line) => ({ cells: [line.number, line.name || null, ...cellsOf(line)] })))],
    count: lines.length,
    totals: () => [words.total, null, ...cellsOf(totals)],
    facts: [
      ...questionFacts(filter, namesOf(data.names, speech), speech),
      { label, value: meaning.join(': ') },
      ...definitions({ report: adLines, company: { ...tenant, zone: tenant.timezone } }, speech),
    ],
  };
}
