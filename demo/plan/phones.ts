import type { DemoCompany } from '../companies/company.ts';
import { Random } from './random.ts';
import { addDays, dateOf, midnightOf, weekdayOf } from './zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * desk: always there, now and then it starts anew · soft: there while its person works · shaky: loses the network for some
 * minutes, so that it expires · room: on for a meeting
 */
export type PhoneKind = 'desk' | 'soft' | 'shaky' | 'room';

export interface PlannedPhone {
  extension: string;
  kind: PhoneKind;
  userAgent: string;
  /** seconds for which it registers; it does so again after half of them */
  expires: number;
}

/** From when to when a phone is registered without a break, ms since the epoch. */
export interface Presence {
  from: number;
  to: number;
}

const AGENTS: Record<PhoneKind, string> = {
  desk: 'desk-phone/2.4',
  soft: 'softphone/5.1 (desktop)',
  shaky: 'softphone/5.1 (mobile)',
  room: 'conference-phone/1.9',
};

/** Phones of a company's people, and of its meeting room. */
export function phonesOf({ employees, spare, groups }: DemoCompany): PlannedPhone[] {
  const people = employees.map(({ extension, group }, place): [string, PhoneKind] => {
    const isNight = groups.find((g) => g.id === group)?.shifts.some(([from, to]) => from > to) ?? false;
    return [extension, place === 3 ? 'shaky' : place % 4 === 1 && !isNight ? 'soft' : 'desk'];
  });
  return [...people, [spare.room.extension, 'room'] as const].map(([extension, kind]) => ({
    ...{ extension, kind, userAgent: AGENTS[kind], expires: kind === 'shaky' ? 120 : 3_600 },
  }));
}

/** When a phone is there within [from, to), in order: the same for every run on a seed. */
export function presences(seed: string, company: DemoCompany, phone: PlannedPhone, from: number, to: number): Presence[] {
  const out: Presence[] = [];
  const last = dateOf(company.zone, to);
  for (let date = dateOf(company.zone, from); date <= last; date = addDays(date, 1))
    for (const { from: begins, to: ends } of ofDay(seed, company, phone, date)) {
      const presence = { from: Math.max(Math.round(begins), from), to: Math.min(Math.round(ends), to) };
      const before = out.at(-1);
      if (before && presence.from <= before.to) before.to = Math.max(before.to, presence.to);
      else if (presence.to > presence.from) out.push(presence);
    }
  return out;
}

function ofDay(seed: string, company: DemoCompany, { extension, kind }: PlannedPhone, date: string): Presence[] {
  const random = new Random(`${seed} phone ${company.id} ${extension} ${date}`);
  const midnight = midnightOf(company.zone, date);
  const next = midnightOf(company.zone, addDays(date, 1));
  const isWeekend = [0, 6].includes(weekdayOf(date));
  switch (kind) {
    case 'soft': {
      const shift = shiftOf(company, extension);
      if (isWeekend || !shift) return [];
      return [
        {
          from: midnight + shift[0] * HOUR - random.between(2, 12) * MINUTE,
          to: midnight + shift[1] * HOUR + random.between(1, 15) * MINUTE,
        },
      ];
    }
    case 'room':
      return isWeekend ? [] : [9.5, 14].map((hour) => meeting(midnight + hour * HOUR, random));
    default: {
      const times = kind === 'shaky' ? random.poisson(7) : random.chance(0.15) ? 1 : 0;
      const gone = () => (kind === 'shaky' ? random.between(4, 18) : random.between(1.5, 4)) * MINUTE;
      const breaks = Array.from({ length: times }, () => midnight + random.between(0, 23.5) * HOUR).sort((a, b) => a - b);
      const out: Presence[] = [];
      let from = midnight;
      for (const at of breaks) {
        if (at > from) out.push({ from, to: at });
        from = Math.max(from, at + gone());
      }
      return [...out, { from, to: next }];
    }
  }
}

function meeting(earliest: number, random: Random): Presence {
  const from = earliest + random.between(0, 90) * MINUTE;
  return { from, to: from + random.between(30, 100) * MINUTE };
}

/** Hours that a person works, local. */
function shiftOf({ employees, groups }: DemoCompany, extension: string): readonly [number, number] | undefined {
  const employee = employees.find((e) => e.extension === extension);
  const peers = employees.filter((e) => e.group === employee?.group);
  const group = groups.find((g) => g.id === employee?.group);
  return group?.shifts[peers.findIndex((e) => e.extension === extension) % group.shifts.length];
}
