import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { amountFrom } from '@callscope/modules/ads/file.ts';
import { addMonths, MONTH, monthOf } from '@callscope/modules/ads/months.ts';
import { type AdSettings, adSettingsOf } from '@callscope/modules/ads/rule.ts';
import type { SpendChange } from '@callscope/modules/ads/spend.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { type Line, linesOf, ownNumbers } from '@callscope/portal/ads/lines.ts';
import { deps } from '@callscope/portal/deps.ts';
import { loadNames } from '../directory.ts';
import { keyOf } from './field.ts';

/** So many months stand beside each other. */
const SHOWN_MONTHS = 6;

export interface SpendData {
  /** oldest first */
  months: string[];
  /** ad lines first */
  lines: Line[];
  /** of the months, by `keyOf` */
  amounts: Record<string, number>;
  settings: AdSettings;
}

/** @param last the newest month of the table, as the address says it; nothing sound: this month */
export async function loadSpend(scope: TenantScope, company: RuledTenant, last: string | null): Promise<SpendData> {
  const { db, clock } = deps();
  const now = clock.now();
  const newest = last !== null && MONTH.test(last) ? last : monthOf(company.timezone, now);
  const months = Array.from({ length: SHOWN_MONTHS }, (_, i) => addMonths(newest, i + 1 - SHOWN_MONTHS));
  const directory = (await getDirectory(db, scope, new Date(now)))?.body ?? EMPTY;
  const [{ lines, spend }, names, settings] = await Promise.all([
    linesOf(deps(), scope, company, directory),
    loadNames(scope, company),
    adSettingsOf(db, scope),
  ]);
  const own = ownNumbers(directory, company, scope);
  const ads = new Set(lines.map(({ number }) => number));
  const others = names.numbers.filter(({ number }) => own.has(number) && !ads.has(number));
  return {
    ...{ months, settings, lines: [...lines, ...others] },
    amounts: Object.fromEntries(spend.filter(({ month }) => months.includes(month)).map((one) => [keyOf(one), one.amount])),
  };
}

/** Numbers that spend may be entered for: the company's own, and those that have some from when they were. */
export async function payable(scope: TenantScope, company: RuledTenant): Promise<Set<string>> {
  const { db, clock } = deps();
  const directory = (await getDirectory(db, scope, new Date(clock.now())))?.body ?? EMPTY;
  const { lines } = await linesOf(deps(), scope, company, directory);
  return new Set([...ownNumbers(directory, company, scope), ...lines.map(({ number }) => number)]);
}

/**
 * What a form changes. Each field says what it was, so that what somebody else entered meanwhile is not written over by a field
 * that nobody touched.
 * @returns the changes; everything that was typed, and the fields where it is no sum, for a page that shows it again
 */
export function changesIn(
  form: FormData,
  known: ReadonlySet<string>,
): { changes: SpendChange[]; typed: Record<string, string>; wrong: string[] } {
  const changes: SpendChange[] = [];
  const typed: Record<string, string> = {};
  const wrong: string[] = [];
  for (const [name, value] of form) {
    const [, number = '', month = ''] = /^spend:(\d{1,20}):(\d{4}-\d\d)$/.exec(name) ?? [];
    if (typeof value !== 'string' || !known.has(number) || !MONTH.test(month)) continue;
    const key = keyOf({ number, month });
    const text = value.trim().slice(0, 40);
    typed[key] = text;
    const amount = text === '' ? null : amountFrom(text);
    if (text !== '' && amount === null) wrong.push(key);
    else if (String(amount ?? '') !== String(form.get(`was:${key}`) ?? '')) changes.push({ number, month, amount });
  }
  return { changes, typed, wrong };
}
