import { companySettingsSchema } from '@callscope/core/domain/directory.ts';
import { workingHoursSchema } from '@callscope/core/domain/schedule.ts';
import { DEFAULT_SETTINGS } from '@callscope/core/domain/settings.ts';
import { expect, test } from 'vitest';
import { type Draft, draftOf, hasRoom, moved, savedOf, timesFor, troublesOf, withSpan } from './draft.ts';

const SAVED = { timezone: 'Asia/Krasnoyarsk', country: 'RU', ...DEFAULT_SETTINGS };
const office = workingHoursSchema.parse({
  week: { mon: [{ from: '09:10', to: '18:00' }] },
  dates: [{ date: '2027-01-01', name: 'Новый год' }],
});

test('settings come back from a draft as they were, and the server takes them', () => {
  for (const workingHours of [null, office]) {
    const saved = { ...SAVED, workingHours };
    expect(savedOf(draftOf(saved))).toEqual(saved);
    expect(companySettingsSchema.parse(savedOf(draftOf(saved)))).toEqual(saved);
  }
});

test('a company that is always open is offered the usual week', () => {
  const draft = { ...draftOf({ ...SAVED, workingHours: null }), hasHours: true };
  expect(savedOf(draft).workingHours).toMatchObject({ week: { mon: [{ from: '09:00', to: '18:00' }], sun: [] }, dates: [] });
});

test('what cannot be saved is named with its place', () => {
  const draft: Draft = {
    ...draftOf({ ...SAVED, workingHours: office }),
    shortAbandonSeconds: null,
    answerWithinSeconds: null,
    dates: [
      { date: '2027-01-01', name: '', hours: [] },
      { date: '', name: '', hours: [] },
      { date: '2027-01-01', name: '', hours: [] },
    ],
  };
  draft.week.tue = [
    { from: '12:00', to: '18:00' },
    { from: '09:00', to: '12:15' },
  ];
  expect(troublesOf(draft)).toEqual([
    { at: 'tue', kind: 'overlap' },
    { at: 1, kind: 'noDate' },
    { at: 2, kind: 'twice' },
    { at: 'shortAbandonSeconds', kind: 'noNumber' },
    { at: 'answerWithinSeconds', kind: 'noNumber' },
  ]);
  // hours that are not in force keep nobody from saving
  expect(troublesOf({ ...draft, hasHours: false, shortAbandonSeconds: 5, answerWithinSeconds: 0 })).toEqual([]);
});

test('a span never ends before it begins', () => {
  const day = { from: '09:00', to: '18:00' };
  expect(moved(day, 'from', '20:00')).toEqual({ from: '20:00', to: '21:00' });
  expect(moved(day, 'from', '23:45')).toEqual({ from: '23:45', to: '24:00' });
  expect(moved(day, 'to', '08:00')).toEqual({ from: '07:00', to: '08:00' });
  expect(moved(day, 'to', '00:15')).toEqual({ from: '00:00', to: '00:15' });
});

test('a day takes more spans while it has room', () => {
  expect(withSpan([])).toEqual([{ from: '09:00', to: '18:00' }]);
  expect(withSpan([{ from: '09:00', to: '13:00' }])).toEqual([
    { from: '09:00', to: '13:00' },
    { from: '14:00', to: '18:00' },
  ]);
  expect(withSpan([{ from: '09:00', to: '23:30' }])[1]).toEqual({ from: '23:45', to: '24:00' });
  expect([hasRoom([{ from: '09:00', to: '23:30' }]), hasRoom([{ from: '09:00', to: '24:00' }])]).toEqual([true, false]);
});

test('times are quarters of an hour and what stands there', () => {
  expect(timesFor('from', '09:00').slice(0, 2)).toEqual(['00:00', '00:15']);
  expect(timesFor('to', '18:00').at(-1)).toBe('24:00');
  expect(timesFor('from', '09:10')).toContain('09:10');
  expect(timesFor('from', '09:10')).toHaveLength(97);
});
