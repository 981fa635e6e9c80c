import type { DayCharge } from '@callscope/modules/finance/charges.ts';
import { expect, test } from 'vitest';
import { chargedDays } from './days.ts';

const charge = (day: string, service: DayCharge['service'], amount: bigint): DayCharge => ({
  ...{ day, contract: '1', service, calls: 2, billedSeconds: 60, amount, vat: amount / 6n },
});

test('services of a day stand beside each other, the newest day first, and all sum up', () => {
  const { services, days, total } = chargedDays([
    charge('2026-11-26', 'outgoing', 360n),
    charge('2026-11-27', 'tollFree', 120n),
    charge('2026-11-27', 'outgoing', 180n),
  ]);
  expect(services).toEqual(['outgoing', 'tollFree']);
  expect(days).toEqual([
    { day: '2026-11-27', calls: 4, billedSeconds: 120, amount: 300, vat: 50, services: { outgoing: 180, tollFree: 120 } },
    { day: '2026-11-26', calls: 2, billedSeconds: 60, amount: 360, vat: 60, services: { outgoing: 360 } },
  ]);
  expect(total).toEqual({ calls: 6, billedSeconds: 180, amount: 660, vat: 110, services: { outgoing: 540, tollFree: 120 } });
});

test('a period without charges has no services and costs nothing', () => {
  expect(chargedDays([])).toEqual({ services: [], days: [], total: { calls: 0, billedSeconds: 0, amount: 0, vat: 0, services: {} } });
});
