import type { LiveCall } from '@callscope/core/bus/live.ts';
import type { PhoneBinding } from '@callscope/core/domain/phone-state.ts';
import { describe, expect, test } from 'vitest';
import { choiceFromQuery, choiceToQuery, countsOf, isMeant, type SHOWS } from './choice.ts';
import { endOf, historyStart, howEnded, phoneDays } from './history.ts';
import { phoneLines } from './lines.ts';

const HOUR = 3_600_000;
const binding = (more: Partial<PhoneBinding> = {}): PhoneBinding => ({
  ...{ contact: 'sip:101@10.0.0.1:5060', address: '10.0.0.1:5060', transport: 'udp', userAgent: 'Desk 7' },
  ...{ registeredAt: 1_000, expiresAt: 9_000, endedAt: 0, ...more },
});
const call = (more: Partial<LiveCall>): LiveCall => ({
  ...{ id: 'c', direction: 'out', from: '101', dialled: '79130000001', number: '', employee: '', group: '', answeredBy: '' },
  ...{ state: 'talking', startedAt: 1, ringingAt: 0, answeredAt: 0, endedAt: 0, targets: [] },
  ...more,
});
const directory = {
  accounts: [
    { user: 'desk-101', comment: 'у окна', extensions: ['101'] },
    { user: '102', comment: '', extensions: ['102'] },
    { user: '110', comment: '', extensions: ['110'] },
  ],
  employees: [
    { id: 'e1', name: 'Соколова А. П.', extensions: ['101'] },
    { id: 'e3', name: 'Гость', extensions: ['103'] },
  ],
};
const lines = phoneLines(
  'alfa.test',
  directory,
  [
    { aor: 'desk-101@alfa.test', bindings: [binding(), binding({ registeredAt: 5_000, address: '10.0.0.2:5060' })], goneAt: 0 },
    { aor: '102@alfa.test', bindings: [], goneAt: 7_000 },
    { aor: '103@other.test', bindings: [binding()], goneAt: 0 },
  ],
  [
    call({}),
    call({ from: '102', endedAt: 5 }),
    call({ direction: 'in', from: '79', targets: [{ target: '103', employee: '', state: 'ringing' }] }),
  ],
);

describe('lines', () => {
  test('are the accounts of the directory and those that only registered, with whose they are', () => {
    expect(lines.map((l) => [l.account, l.state, l.employee?.name ?? '', l.inCall, l.bindings[0]?.address ?? ''])).toEqual([
      ['102', 'gone', '', false, ''],
      ['103', 'registered', 'Гость', false, '10.0.0.1:5060'],
      ['110', 'unknown', '', false, ''],
      ['desk-101', 'registered', 'Соколова А. П.', true, '10.0.0.2:5060'],
    ]);
  });

  test('say that the password was wrong where that was the last word, and nobody of the directory is made of a guess', () => {
    const refusal = (account: string, at: number) => ({ account, domain: 'alfa.test', at, times: 3, source: '10.0.0.9:5060' });
    const phones = [
      { aor: '101@alfa.test', bindings: [binding()], goneAt: 0 },
      { aor: '102@alfa.test', bindings: [], goneAt: 7_000 },
      { aor: '104@alfa.test', bindings: [], goneAt: 7_000 },
    ];
    const refused = [refusal('101', 8_000), refusal('102', 8_000), refusal('104', 6_000), refusal('110', 9_000), refusal('admin', 9_000)];
    const shown = phoneLines('alfa.test', directory, phones, [], refused);
    expect(shown.map((l) => [l.account, l.state, l.refused?.times ?? 0])).toEqual([
      ['101', 'registered', 3],
      ['102', 'refused', 3],
      ['104', 'gone', 3],
      ['110', 'refused', 3],
      ['desk-101', 'unknown', 0],
    ]);
    expect(shown.filter((l) => isMeant(l, { show: 'refused', text: '10.0.0.9' })).map((l) => l.account)).toEqual(['102', '110']);
  });

  test('are counted by state, and are found by whatever they say', () => {
    expect(countsOf(lines)).toEqual({ all: 4, registered: 2, busy: 1, refused: 0, gone: 1, unknown: 1 });
    const found = (text: string, show: (typeof SHOWS)[number] = 'all') =>
      lines.filter((l) => isMeant(l, { show, text })).map((l) => l.account);
    expect(found('')).toHaveLength(4);
    expect(found('соколова окна')).toEqual(['desk-101']);
    expect(found('10.0.0.1')).toEqual(['103', 'desk-101']);
    expect(found('desk', 'registered')).toEqual(['103', 'desk-101']);
    expect(found('desk', 'gone')).toEqual([]);
    expect(found('other.test')).toEqual(['103']);
  });

  test('keep what is chosen in the address', () => {
    for (const choice of [
      { show: 'gone', text: 'а & б' },
      { show: 'all', text: '' },
    ] as const)
      expect(choiceFromQuery(new URLSearchParams(choiceToQuery(choice)))).toEqual(choice);
    expect(choiceFromQuery(new URLSearchParams('state=nonsense'))).toEqual({ show: 'all', text: '' });
  });
});

describe('history', () => {
  const zone = 'Asia/Kolkata';
  /** of the company's clock, November 2026 */
  const at = (day: number, hour: number) => Date.UTC(2026, 10, day, hour) - 5.5 * HOUR;
  const now = at(26, 12);
  const stretch = (from: number, to: number, more: Partial<PhoneBinding> = {}): PhoneBinding => ({
    ...binding({ registeredAt: from, endedAt: to, expiresAt: to + HOUR }),
    ...more,
  });

  test('is days of the company, each with the time that any phone was registered and how often all were gone', () => {
    const days = phoneDays(
      [
        stretch(at(26, 11), 0, { expiresAt: now + HOUR }),
        // two phones over each other, over midnight
        stretch(at(25, 20), at(26, 9)),
        stretch(at(26, 8), at(26, 10)),
        stretch(at(24, 10), at(24, 10)),
      ],
      zone,
      now,
    );
    expect(days).toHaveLength(7);
    expect(days.map((d) => [d.online / HOUR, d.drops])).toEqual([
      [11, 1],
      [4, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(days[0]).toMatchObject({ from: at(26, 0), to: at(27, 0), passed: 12 * HOUR });
    expect(days[0]?.spans).toEqual([
      { from: at(26, 0), to: at(26, 10) },
      { from: at(26, 11), to: now },
    ]);
    expect(historyStart(zone, now)).toBe(days.at(-1)?.from);
  });

  test('has days of 25 hours', () => {
    const berlin = Date.parse('2026-10-25T20:00:00Z');
    const [today] = phoneDays([stretch(0, 0, { expiresAt: berlin * 2 })], 'Europe/Berlin', berlin);
    expect([(today?.to ?? 0) - (today?.from ?? 0), today?.online, today?.drops]).toEqual([25 * HOUR, 22 * HOUR, 0]);
  });

  test('says how a stretch ended: one whose end nobody saw lasts until its expiry', () => {
    const unseen = stretch(at(26, 8), 0, { expiresAt: at(26, 9) });
    expect([howEnded(unseen, now), endOf(unseen, now)]).toEqual(['expired', at(26, 9)]);
    expect(howEnded(stretch(at(26, 8), at(26, 9)), now)).toBe('left');
    expect(howEnded(stretch(at(26, 8), at(26, 9), { expiresAt: at(26, 9) }), now)).toBe('expired');
    const stands = stretch(at(26, 8), 0, { expiresAt: at(26, 13) });
    expect([howEnded(stands, now), endOf(stands, now)]).toEqual(['stands', now]);
    // usrloc's "never expires"
    expect(endOf(stretch(at(26, 8), 0, { expiresAt: 4_102_444_800_000 }), now)).toBe(now);
  });
});
