import type { Spend } from '@callscope/modules/ads/months.ts';

/** The field of a line and month. */
export const keyOf = ({ number, month }: Pick<Spend, 'number' | 'month'>): string => `${number}:${month}`;

/** Kopecks as they stand in a field: 186000 or 186000,50. */
export function typedAmount(kopecks: number | undefined, locale: 'ru' | 'en'): string {
  if (kopecks === undefined) return '';
  const rest = kopecks % 100;
  return rest === 0 ? String(kopecks / 100) : `${Math.floor(kopecks / 100)}${locale === 'ru' ? ',' : '.'}${String(rest).padStart(2, '0')}`;
}
