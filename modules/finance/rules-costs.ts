import type { FreeReason, Service } from './rules-rating.ts';

/** What a call cost as of a revision of its charge; of two rows of a call the one of the later revision stands. */
export interface ChangedCost {
  id: string;
  /** µs since the epoch */
  startedUs: string;
  /** its number */
  contract: string;
  service: Service;
  /** gone: nothing of the company's began there */
  outcome: 'charged' | 'free' | 'gone';
  why: FreeReason | '';
  /** kopecks, with VAT; and what of it is VAT */
  amount: string;
  vat: string;
  revision: number;
}

/**
 * How calls stand, to be written beside them: the newest revision of each, and that it is nowhere else where it had begun before.
 * @param costs all revisions, the newest of a call first
 */
export function standingCosts(costs: readonly ChangedCost[]): ChangedCost[] {
  return [...Map.groupBy(costs, (cost) => cost.id).values()].flatMap((revisions) => {
    const [last, ...before] = revisions as [ChangedCost, ...ChangedCost[]];
    const elsewhere = new Set(before.map(({ startedUs }) => startedUs).filter((startedUs) => startedUs !== last.startedUs));
    return [
      last,
      ...[...elsewhere].map((startedUs): ChangedCost => ({ ...last, startedUs, outcome: 'gone', why: '', amount: '0', vat: '0' })),
    ];
  });
}
