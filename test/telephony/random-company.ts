import { WEEKDAYS, type WorkingHours, workingHoursSchema } from '@callscope/core/domain/schedule.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';
import { type PbxForm, pbxForm, rulesOf } from '@callscope/modules/pbx/forms.ts';
import type { ListForm } from '@callscope/modules/pbx/route-forms.ts';
import { listRows, ruleOfRow, ruleRows } from '@callscope/modules/pbx/route-rows.ts';
import { type Pbx, REFUSALS, SHOWN } from '@callscope/modules/pbx/rules-route.ts';
import { GROUP_MODES } from '@callscope/modules/pbx/rules-stage.ts';
import { CALENDARS } from '@callscope/modules/pbx/rules-times.ts';
import { Random } from '../simulation/generator/random.ts';

/** The clock of some changes, at half an hour in one; of others never. */
const ZONES = ['Europe/Moscow', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'];
/** Round them the clocks of these zones change. */
const CHANGES = ['2026-03-08', '2026-03-29', '2026-04-04', '2026-10-03', '2026-10-25', '2026-11-01', '2027-01-01', '2028-02-29'];
const CLOCKS = ['00:00', '00:30', '01:00', '02:00', '02:30', '03:00', '09:00', '13:30', '18:00', '23:59'];
const OUTSIDE = ['79160000001', '+79160000002', '89160000003', '4930123456'];
export const CALLERS = [
  ...['79161234567', '+79161234567', '89161234567', '84951234567', '81049301234567', '0049301234567', '74951112233'],
  ...['4930123456', '101', '+101', 'anonymous', 'sip-user', '02', '1234567', '712345678901234567'],
];

export interface RandomCompany {
  zone: string;
  hours: WorkingHours;
  form: PbxForm;
  /** hours ago of the last talk, and how many today; of some accounts */
  answered: { account: string; hoursAgo: number; today: number }[];
}

/** Everything that a company may say of its calls, small enough that all of it meets: seven short numbers, three groups, two own numbers. */
export function randomCompany(seed: number): RandomCompany {
  const r = new Random(seed);
  const accounts = ['a1', 'a2', 'a3', 'a4', 'a5'];
  const shorts = ['101', '102', '103', '104', '105', '106', '107'];
  const groups = ['sales', 'service', 'night'];
  const some = <T>(list: readonly T[], most: number) => r.shuffled(list).slice(0, r.int(0, most));
  const maybe = <T>(p: number, value: () => T) => (r.chance(p) ? value() : null);
  const dialled = () => r.pick([...shorts, ...OUTSIDE, '600', '601', '999']);
  const telephones = new Set(shorts.filter(() => r.chance(0.2)));
  const pattern = () =>
    r.pick(['79161234567', '8 (916) 123-45-67', '7495*', '8495*', '*4567', '7*1*7', '*', '49*', '101', 'hidden', '+49 30*', '1*', '00*']);
  const period = () => {
    const dates = some(CHANGES, 2).map((from) => ({ from, to: r.chance(0.5) ? from : '2028-12-31' }));
    const from = r.pick(CLOCKS);
    const to = r.pick([...CLOCKS, '24:00'].filter((clock) => clock !== from));
    return { days: r.chance(0.5) ? [] : some(WEEKDAYS, 5), from, to, dates, calendar: r.pick(CALENDARS) };
  };
  const destination = () => {
    const kind = r.pick(['extension', 'extension', 'group', 'outside', 'reject'] as const);
    if (kind === 'extension') return { kind, value: r.pick(shorts) };
    if (kind === 'group') return { kind, value: r.pick(groups) };
    if (kind === 'outside') return { kind, value: r.pick(OUTSIDE), shown: r.pick(SHOWN) };
    return { kind, code: Number(r.pick(Object.keys(REFUSALS))) };
  };
  const conditional = () => {
    const when = Array.from({ length: r.int(0, 2) }, period);
    const callers = Array.from({ length: when.length === 0 ? 1 : r.int(0, 2) }, pattern);
    return { when, callers, to: destination() };
  };
  const list = (p: number) => (r.chance(p) ? Array.from({ length: r.int(1, 3) }, () => ({ pattern: pattern() })) : []);
  const form = pbxForm.parse({
    accounts: accounts.map((user) => ({
      ...{ user, password: 'a-password', status: r.chance(0.15) ? 'blocked' : 'active' },
      blocked: r.chance(0.1) ? ['in'] : [],
    })),
    shortNumbers: shorts.map((number) => ({
      number,
      accounts: telephones.has(number) ? [] : some(accounts, 3),
      phone: telephones.has(number) ? r.pick(OUTSIDE) : null,
      ringSeconds: r.int(5, 60),
      doNotDisturb: r.chance(0.15),
      forward: { always: maybe(0.2, dialled), busy: maybe(0.4, dialled), noAnswer: maybe(0.4, dialled), unreachable: maybe(0.4, dialled) },
      follow: Array.from({ length: r.chance(0.4) ? r.int(1, 3) : 0 }, () => ({
        number: r.pick([...shorts, ...OUTSIDE]),
        seconds: r.int(5, 40),
      })),
    })),
    groups: groups.map((id, i) => {
      const members = some(
        shorts.filter((s) => !telephones.has(s)),
        5,
      );
      return {
        ...{ id, number: i < 2 ? `60${i}` : null, mode: r.pick(GROUP_MODES), ringSeconds: r.int(5, 60), members },
        ...{ weights: members.slice(r.int(0, members.length)).map(() => r.int(1, 6)), otherwise: maybe(0.6, dialled) },
      };
    }),
    numbers: [`7495${String(1_000_000 + seed)}`, `7499${String(1_000_000 + seed)}`].map((number) => ({
      number,
      rules: [...Array.from({ length: r.int(0, 4) }, conditional), { to: destination() }],
      whiteList: list(0.2),
    })),
    blackList: list(0.7),
  });
  const spans = () =>
    r.chance(0.6)
      ? [
          { from: '09:00', to: '13:30' },
          { from: '14:00', to: r.pick(['18:00', '24:00']) },
        ]
      : [];
  return {
    ...{ zone: r.pick(ZONES), form },
    hours: r.chance(0.2)
      ? null
      : workingHoursSchema.parse({
          week: Object.fromEntries(WEEKDAYS.map((day) => [day, spans()])),
          dates: some(CHANGES, 4).map((date) => ({ date, hours: spans() })),
        }),
    answered: some(accounts, 5).map((account) => ({ account, hoursAgo: r.int(0, 3), today: r.int(0, 6) })),
  };
}

/** Calls to its numbers: at any minute of three years, and round the hours when clocks change. */
export function randomCalls(company: RandomCompany, seed: number, count: number): { number: string; caller: string; at: number }[] {
  const r = new Random(seed);
  return Array.from({ length: count }, () => {
    const day = startOfDay(company.zone, Date.parse(`${r.pick(CHANGES)}T12:00:00Z`));
    const near = day + r.int(-24 * 60, 48 * 60) * 60_000;
    const any = Date.UTC(2026, 0, 1) + r.int(0, 3 * 365 * 24 * 60) * 60_000;
    return { number: r.pick(company.form.numbers).number, caller: r.pick(CALLERS), at: r.chance(0.5) ? near : any };
  });
}

/** The same company for the rules, as the store reads it. */
export function asPbx({ zone, hours, form, answered }: RandomCompany): Pbx {
  const numbers = form.numbers.map((n) => ({ ...n, rules: ruleRows('t', 'RU', n.number, rulesOf(n)).map(ruleOfRow) }));
  const patterns = (list: ListForm | undefined) => listRows('t', 'RU', null, list ?? []).map((l) => l.pattern);
  const at = Date.UTC(2026, 10, 1);
  return {
    ...{ zone, hours, blackList: patterns(form.blackList) },
    numbers: new Map(numbers.map(({ number, rules, whiteList }) => [number, { rules, whiteList: patterns(whiteList) }])),
    accounts: new Set(form.accounts.filter((a) => a.status === 'active' && !a.blocked.includes('in')).map((a) => a.user)),
    shortNumbers: new Map(form.shortNumbers.map((s) => [s.number, s])),
    groups: new Map(
      form.groups.map((g) => [g.id, { ...g, members: g.members.map((number, i) => ({ number, weight: g.weights[i] ?? 1 })) }]),
    ),
    answered: new Map(answered.map((a) => [a.account, { lastAt: at - a.hoursAgo * 3_600_000, today: a.today }])),
  };
}
