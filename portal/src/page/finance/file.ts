import { FilterError } from '@callscope/analytics/query/filter.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { instantOf } from '@callscope/core/domain/zone.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { periodText } from '@callscope/portal/files/question-facts.ts';
import { partOfRows, type Sheet } from '@callscope/portal/files/sheet.ts';
import { speechOf } from '@callscope/portal/files/speech.ts';
import type { Locale } from '#words/words.ts';
import type { FinanceAddress } from './address.ts';
import { chargedDays } from './days.ts';
import { accountAsked, chargesAsked } from './load.ts';

/** What calls of the page's contract cost in its period, a day and service a row, in roubles. @throws FilterError: the period is too long */
export async function chargesSheet(scope: TenantScope, tenant: RuledTenant, address: FinanceAddress, locale: Locale): Promise<Sheet> {
  const [{ account }, found] = await Promise.all([accountAsked(scope, address), chargesAsked(scope, tenant, address)]);
  if (found === null) throw new FilterError([{ field: 'to', message: 'the period is too long' }]);
  const charges = found.filter(({ contract }) => contract === account?.number);
  const speech = speechOf(tenant, locale);
  const { finance: words, files, kit } = speech.words;
  const sign = speech.format.currencySign('RUB');
  const { total } = chargedDays(charges);
  const money = (kopecks: bigint | number) => Number(kopecks) / 100;
  const { from, to } = address.period;
  const period = periodText({ from, to }, speech);
  return {
    ...{ locale, zone: tenant.timezone, plainName: `charges-${scope.tenant}`, title: `${words.charges}, ${period}` },
    columns: [
      { id: 'day', head: words.day, kind: 'day' },
      { id: 'service', head: words.service, kind: 'text' },
      { id: 'calls', head: words.calls, kind: 'integer' },
      { id: 'billedSeconds', head: words.billed, kind: 'duration' },
      { id: 'amount', head: `${words.sum}, ${sign}`, kind: 'money' },
      { id: 'vat', head: `${words.ofIt}, ${sign}`, kind: 'money' },
    ],
    rows: [
      partOfRows(
        charges.map(({ day, service, calls, billedSeconds, amount, vat }) => ({
          cells: [
            ...[instantOf(tenant.timezone, Date.parse(`${day}T00:00:00Z`)), words.services[service], calls, billedSeconds],
            ...[money(amount), money(vat)],
          ],
        })),
      ),
    ],
    count: charges.length,
    totals: () => [kit.total, null, total.calls, total.billedSeconds, money(total.amount), money(total.vat)],
    facts: [
      { label: words.contract, value: account?.number ?? speech.format.none },
      { label: files.facts.period, value: period },
      { label: files.facts.zone, value: speech.format.zoneName() },
    ],
  };
}
