import { expect, test } from 'vitest';
import { COMPANIES } from '../companies/all.ts';
import type { DemoCompany } from '../companies/company.ts';
import { phonesOf, presences } from './phones.ts';
import { midnightOf } from './zone.ts';

const DAY = 86_400_000;

test.each(COMPANIES.map((c): [string, DemoCompany] => [c.id, c]))(
  '%s: phones come and go believably, the same on every run',
  (_id, company) => {
    // Monday to Sunday
    const from = midnightOf(company.zone, '2026-11-16');
    const to = from + 7 * DAY;
    const phones = phonesOf(company);
    expect(phones.map((p) => p.extension)).toEqual([...company.employees.map((e) => e.extension), company.spare.room.extension]);
    const share = (kind: string) => {
      const of = phones.filter((p) => p.kind === kind).map((p) => presences('test', company, p, from, to));
      for (const list of of)
        for (const [i, { from: begins, to: ends }] of list.entries()) {
          expect(begins).toBeLessThan(ends);
          expect(begins).toBeGreaterThan(list[i - 1]?.to ?? 0);
        }
      const online = of.flat().reduce((sum, p) => sum + p.to - p.from, 0);
      return { phones: of.length, stretches: of.flat().length / of.length, online: online / (7 * DAY * of.length) };
    };
    const [desk, soft, shaky, room] = ['desk', 'soft', 'shaky', 'room'].map(share) as ReturnType<typeof share>[];
    expect(desk?.online).toBeGreaterThan(0.98);
    expect(soft).toMatchObject({ stretches: 5 });
    expect(soft?.online).toBeLessThan(0.5);
    expect(shaky?.phones).toBe(1);
    expect(shaky?.stretches).toBeGreaterThan(20);
    expect(room).toMatchObject({ phones: 1, stretches: 10 });
    // cut elsewhere, it is the same
    for (const phone of phones) {
      const middle = from + 3.3 * DAY;
      const parts = [...presences('test', company, phone, from, middle), ...presences('test', company, phone, middle, to)];
      const sum = (list: { from: number; to: number }[]) => list.reduce((all, p) => all + p.to - p.from, 0);
      expect(sum(parts)).toBe(sum(presences('test', company, phone, from, to)));
    }
  },
);
