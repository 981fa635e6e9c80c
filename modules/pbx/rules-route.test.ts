import { workingHoursSchema } from '@callscope/core/domain/schedule.ts';
import { describe, expect, test } from 'vitest';
import { asPbx, CALLERS, randomCalls, randomCompany } from '../../test/telephony/random-company.ts';
import { type Call, decide, MOST_STAGES, outcomeOf, type Pbx, type Rule, stagesOf } from './rules-route.ts';
import type { Cause, Group, ShortNumber } from './rules-stage.ts';
import type { Period } from './rules-times.ts';

const NUMBER = '74951000101';
const NO_FORWARD = { always: null, busy: null, noAnswer: null, unreachable: null };
const phone = (account: string, more: Partial<ShortNumber> = {}): ShortNumber => ({
  ...{ accounts: [account], phone: null, ringSeconds: 25, doNotDisturb: false, forward: NO_FORWARD, follow: [] },
  ...more,
});
const group = (members: [number: string, weight: number][], more: Partial<Group> = {}): Group => ({
  ...{ number: '600', mode: 'all', ringSeconds: 20, otherwise: null },
  ...{ members: members.map(([number, weight]) => ({ number, weight })), ...more },
});
const times = (more: Partial<Period>): Period => ({ days: [], from: '00:00', to: '24:00', dates: [], calendar: 'any', ...more });
const to = (value: string): Rule['to'] => ({ kind: 'extension', value });
const rule = (value: string, more: Partial<Rule> = {}): Rule => ({ name: '', when: [], callers: [], to: to(value), ...more });
const pbx = (rules: Rule[], more: Partial<Pbx> = {}): Pbx => ({
  ...{ zone: 'Europe/Moscow', hours: null, blackList: [], groups: new Map(), answered: new Map() },
  accounts: new Set(['101', '102', '103']),
  shortNumbers: new Map([
    ['101', phone('101')],
    ['102', phone('102')],
    ['103', phone('103')],
  ]),
  numbers: new Map([[NUMBER, { rules, whiteList: [] }]]),
  ...more,
});
const called = (at: string, caller = '79161234567'): Call => ({ number: NUMBER, caller, at: Date.parse(at) });
const rings = (company: Pbx, at: string, caller?: string) => outcomeOf(company, called(at, caller)).steps[0]?.rings[0];

describe('times', () => {
  test('the first rule that holds decides, and it is named', () => {
    const company = pbx([rule('101', { name: 'Saturday', when: [times({ days: ['sat'], from: '10:00', to: '19:00' })] }), rule('102')]);
    expect(outcomeOf(company, called('2026-11-28T18:59:00+03:00'))).toMatchObject({
      steps: [{ rings: ['101'], seconds: 25, outside: null }],
      why: { by: 'rule', rule: 0, name: 'Saturday' },
    });
    expect(rings(company, '2026-11-28T19:00:00+03:00')).toBe('102');
    expect(rings(company, '2026-11-27T12:00:00+03:00')).toBe('102');
  });

  test('a period over midnight is of the day on which it began', () => {
    const company = pbx([rule('101', { when: [times({ days: ['fri'], from: '22:00', to: '06:00' })] }), rule('102')]);
    const seen = ['27T21:59', '27T22:00', '28T05:59', '28T06:00', '28T22:30', '27T03:00'].map((at) =>
      rings(company, `2026-11-${at}:00+03:00`),
    );
    expect(seen).toEqual(['102', '101', '101', '102', '102', '102']);
  });

  test('days of the year and holidays of the company go before, short days keep their hours', () => {
    const open = [{ from: '09:00', to: '18:00' }];
    const hours = workingHoursSchema.parse({
      week: { mon: open, tue: open, wed: open, thu: open, fri: open },
      dates: [{ date: '2027-01-04' }, { date: '2026-12-31', hours: [{ from: '09:00', to: '13:00' }] }],
    });
    const company = pbx(
      [
        rule('101', { when: [times({ dates: [{ from: '2027-02-20', to: '2027-02-21' }] })] }),
        rule('102', { when: [times({ calendar: 'holiday' })] }),
        rule('103', { when: [times({ calendar: 'working' })] }),
        rule('104'),
      ],
      {
        hours,
        accounts: new Set(['101', '102', '103', '104']),
        shortNumbers: new Map(['101', '102', '103', '104'].map((n) => [n, phone(n)])),
      },
    );
    // a stretch of dates, a holiday, a Sunday, a short day before and after its end, a Friday
    const days = ['2027-02-21', '2027-01-04', '2027-01-03', '2026-12-31', '2026-11-27'].map((day) =>
      rings(company, `${day}T12:00:00+03:00`),
    );
    expect(days).toEqual(['101', '102', '104', '103', '103']);
    expect(rings(company, '2026-12-31T13:00:00+03:00')).toBe('104');
  });

  test('an hour that the clock shows twice is in a period twice, and one that it skips is never', () => {
    const company = pbx([rule('101', { when: [times({ from: '02:00', to: '03:00' })] }), rule('102')], { zone: 'Europe/Berlin' });
    // 25 October 2026: 03:00 summer time is 02:00 again. 29 March 2026: after 01:59 comes 03:00
    const autumn = ['2026-10-24T23:59:00Z', '2026-10-25T00:00:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:00:00Z'];
    expect(autumn.map((at) => rings(company, at))).toEqual(['102', '101', '101', '102']);
    const spring = Array.from({ length: 48 }, (_, i) => new Date(Date.UTC(2026, 2, 29) + i * 1_800_000).toISOString());
    expect(spring.filter((at) => at < '2026-03-29T22' && rings(company, at) === '101')).toEqual([]);
  });
});

describe('callers and lists', () => {
  test('however a number is spelled it is the same caller; * stands for any digits', () => {
    const company = pbx([rule('101', { callers: ['7916*67'] }), rule('102', { callers: ['hidden'] }), rule('103')]);
    const at = '2026-11-27T12:00:00+03:00';
    expect(['+79161234567', '89161234567', '79161234567', '7916123456', '79151234567'].map((c) => rings(company, at, c))).toEqual([
      ...['101', '101', '101', '103', '103'],
    ]);
    expect(['anonymous', '', 'sip-user'].map((c) => rings(company, at, c))).toEqual(['102', '102', '102']);
  });

  test('the black list holds for all own numbers; a white list on a number switches it off there and lets these callers through alone', () => {
    const number = (whiteList: string[]) => ({ rules: [rule('101')], whiteList });
    const company = pbx([], {
      blackList: ['7916*', 'hidden'],
      numbers: new Map([
        [NUMBER, number([])],
        ['74951000102', number(['79161234567'])],
      ]),
    });
    const at = Date.UTC(2026, 10, 27);
    const of = (called: string, caller: string) => {
      const { code, why } = outcomeOf(company, { number: called, caller, at });
      return [code, why.by];
    };
    expect(of(NUMBER, '79161234567')).toEqual([603, 'black']);
    expect(of(NUMBER, 'anonymous')).toEqual([603, 'black']);
    expect(of(NUMBER, '79031234567')).toEqual([0, 'rule']);
    expect(of('74951000102', '79161234567')).toEqual([0, 'rule']);
    expect(of('74951000102', '79031234567')).toEqual([603, 'white']);
    expect(of('74951000199', '79031234567')).toEqual([404, 'unknown']);
  });
});

describe('phones', () => {
  const at = '2026-11-27T12:00:00+03:00';
  const steps = (company: Pbx) => outcomeOf(company, called(at)).steps.map((s) => [s.outside?.number ?? s.rings.join('&'), s.seconds]);

  test('"follow me" rings step after step, and then the forwards hold', () => {
    const follow = [
      { number: '102', seconds: 10 },
      { number: '79160000001', seconds: 15 },
    ];
    const forward = { ...NO_FORWARD, noAnswer: '103', busy: '103' };
    const company = pbx([rule('101')], {
      shortNumbers: new Map([
        ['101', phone('101', { follow, forward, ringSeconds: 12 })],
        ['102', phone('102', { accounts: ['102', '103'] })],
        ['103', phone('103')],
      ]),
    });
    expect(steps(company)).toEqual([
      ['101', 12],
      ['102&103', 10],
      ['79160000001', 15],
      ['103', 25],
    ]);
  });

  test('a telephone rings like a phone: with its time, and what follows', () => {
    const company = pbx([rule('101')], {
      shortNumbers: new Map([
        ['101', phone('', { accounts: [], phone: '79160000001', ringSeconds: 20, forward: { ...NO_FORWARD, noAnswer: '102' } })],
        ['102', phone('102')],
      ]),
    });
    expect(steps(company)).toEqual([
      ['79160000001', 20],
      ['102', 25],
    ]);
  });

  test('groups ring all, as listed, who was idle longest first, or by shares of the day', () => {
    const of = (mode: Group['mode'], today: number[], lastAt: number[]) => {
      const members: [string, number][] = [
        ['101', 3],
        ['102', 1],
        ['103', 1],
      ];
      const answered = new Map(members.map(([number], i) => [number, { today: today[i] ?? 0, lastAt: lastAt[i] ?? 0 }]));
      const company = pbx([rule('', { to: { kind: 'group', value: 'sales' } })], {
        groups: new Map([['sales', group(members, { mode })]]),
        answered,
      });
      const [step] = outcomeOf(company, called(at)).steps;
      return [step?.inTurn, ...(step?.rings ?? [])];
    };
    expect(of('all', [0, 0, 0], [3, 2, 1])).toEqual([false, '101', '102', '103']);
    expect(of('turn', [0, 0, 0], [3, 2, 1])).toEqual([true, '101', '102', '103']);
    expect(of('idle', [0, 0, 0], [3, 2, 1])).toEqual([true, '103', '102', '101']);
    expect(of('weight', [3, 0, 0], [0, 0, 0])).toEqual([true, '102', '103', '101']);
    // twenty calls, each taken by who is first: 3 to 1 to 1
    const taken = [0, 0, 0];
    for (let i = 0; i < 20; i++) {
      const first = Number(of('weight', taken, [])[1]) - 101;
      taken[first] = (taken[first] ?? 0) + 1;
    }
    expect(taken).toEqual([12, 4, 4]);
  });
});

describe('of random companies', () => {
  const companies = Array.from({ length: 200 }, (_, seed) => ({ seed, made: randomCompany(seed), pbx: asPbx(randomCompany(seed)) }));

  test('every number and moment has exactly one outcome, and it ends', () => {
    for (const { seed, made, pbx: company } of companies)
      for (const call of randomCalls(made, seed, 40)) {
        const outcome = outcomeOf(company, call);
        expect(outcome).toEqual(outcomeOf(company, call));
        expect(outcome.why.by).not.toBe('unknown');
        expect(outcome.steps.length).toBeLessThanOrEqual(MOST_STAGES);
        // refused at once or rung; a step rings somebody or says that nobody can be rung
        if (outcome.why.by !== 'rule') expect(outcome).toMatchObject({ steps: [], code: 603 });
        if (outcome.steps.length === 0) expect(outcome.code).toBeGreaterThan(0);
        for (const step of outcome.steps) expect(step.outside === null || step.rings.length === 0).toBe(true);
      }
  });

  test('whatever each phone does, no call goes round for ever', () => {
    const causes: Cause[] = ['busy', 'noAnswer', 'unreachable'];
    let longest = 0;
    for (const { made, pbx: company } of companies)
      for (const { number } of made.form.shortNumbers)
        for (let way = 0; way < 9; way++) {
          let step = way;
          const stages = [...stagesOf(company, { kind: 'extension', value: number }, () => causes[step++ % (1 + (way % 3))] as Cause)];
          expect(stages.length).toBeLessThanOrEqual(MOST_STAGES + 1);
          longest = Math.max(longest, stages.length);
        }
    // some did go round, and were ended
    expect(longest).toBe(MOST_STAGES + 1);
  });

  test('who is refused is in the black list or not in the white one, and nobody else is', () => {
    for (const { seed, made, pbx: company } of companies)
      for (const caller of CALLERS)
        for (const { number } of made.form.numbers) {
          const { why } = decide(company, { number, caller, at: Date.UTC(2026, 5, seed % 28) });
          const white = company.numbers.get(number)?.whiteList ?? [];
          if (why.by === 'black') expect([white.length, company.blackList]).toEqual([0, expect.arrayContaining([why.pattern])]);
          if (why.by === 'white') expect(white.length).toBeGreaterThan(0);
          if (why.by === 'rule' && white.length > 0) expect(white).toContain(why.pattern);
        }
  });
});
