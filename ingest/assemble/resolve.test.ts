import { Directories, directorySchema, tenantSchema } from '@callscope/core/domain/directory.ts';
import { workingHoursSchema } from '@callscope/core/domain/schedule.ts';
import { DEFAULT_SETTINGS, type SettingsVersion } from '@callscope/core/domain/settings.ts';
import { describe, expect, test } from 'vitest';
import type { CallDraft } from './fold.ts';
import { resolveAgain, resolveCall } from './resolve.ts';

const T0 = 1_795_445_573_000_000;
const S = 1_000_000;

const COMPANY = {
  numbers: [{ number: '+7 495 100-01-01' }],
  groups: [{ id: 'sales', name: 'Sales' }],
  employees: [
    { id: 'e101', name: 'Ann', group: 'sales', extensions: ['101'] },
    { id: 'e102', name: 'Ben', extensions: ['102'] },
    { id: 'e103', name: 'Long', extensions: ['4951234567'] },
  ],
};
function directoriesOf(...versions: { validFrom: number; body: unknown }[]): Directories {
  return companyOf(versions);
}
function companyOf(versions: { validFrom: number; body: unknown }[], settings: readonly SettingsVersion[] = []): Directories {
  const directories = new Directories();
  directories.put({
    version: 1,
    tenant: { id: 't1', ...tenantSchema.parse({ name: 'Alfa', domain: 'alfa.test' }) },
    versions: versions.map((v) => ({ validFrom: v.validFrom, body: directorySchema.parse(v.body) })),
    settings,
  });
  return directories;
}
const known = directoriesOf({ validFrom: 0, body: COMPANY });
const nobody = new Directories();

function draft(more: Partial<CallDraft>): CallDraft {
  return {
    edgeTenant: '',
    direction: '',
    fromUser: '79161234567',
    fromHost: 'carrier.test',
    dialled: '74951000101',
    dialledHost: 'edge.test',
    did: '',
    shownNumber: '',
    answeredBy: '',
    startedAt: T0,
    ringingAt: T0 + S,
    answeredAt: 0,
    endedAt: T0 + 20 * S,
    sipCode: 487,
    hangupBy: 'caller',
    recordRule: '',
    trunk: '',
    source: 'hep',
    isQueue: false,
    legs: [],
    ...more,
  };
}
const fromPhone = (dialled: string, more: Partial<CallDraft> = {}) =>
  draft({ fromUser: '101', fromHost: 'ALFA.test', dialled, dialledHost: 'alfa.test', ...more });

test('the company is that of the event, of the number, of a domain, or nobody', () => {
  expect(resolveCall(draft({ edgeTenant: 't9' }), known).tenant).toBe('t9');
  expect(resolveCall(draft({}), known).tenant).toBe('t1');
  expect(resolveCall(draft({ dialled: '8 (495) 100-01-01' }), known).tenant).toBe('t1');
  expect(resolveCall(fromPhone('79030001122'), known).tenant).toBe('t1');
  expect(resolveCall(draft({ dialled: '101', dialledHost: 'alfa.test' }), known).tenant).toBe('t1');
  expect(resolveCall(draft({ dialled: '74959999999' }), known)).toMatchObject({ tenant: 'unassigned', direction: 'in', number: '' });
});

test('the direction is the word of the event, else told from who calls whom', () => {
  expect(resolveCall(draft({ edgeTenant: 't1', direction: 'internal' }), known).direction).toBe('internal');
  expect(resolveCall(draft({}), known).direction).toBe('in');
  expect(resolveCall(fromPhone('102'), known).direction).toBe('internal');
  expect(resolveCall(fromPhone('199'), known).direction).toBe('internal');
  expect(resolveCall(fromPhone('79030001122'), known).direction).toBe('out');
  expect(resolveCall(fromPhone('0123'), known).direction).toBe('out');
  expect(resolveCall(fromPhone('74951000101'), known).direction).toBe('out');
  // a carrier that writes the company's own domain into From
  expect(resolveCall(draft({ fromHost: 'alfa.test' }), known).direction).toBe('in');
});

test('numbers lose domain and spelling, the number dialled is kept as sent', () => {
  const row = resolveCall(
    draft({
      fromUser: '8-916-123-45-67',
      dialled: '84951000101',
      answeredBy: '102@alfa.test',
      answeredAt: T0 + 5 * S,
      legs: [{ target: '89030001122', startedAt: T0, rang: true, sipCode: 487 }],
    }),
    known,
  );
  expect(row).toMatchObject({
    from: '79161234567',
    dialled: '74951000101',
    dialledRaw: '84951000101',
    number: '74951000101',
    answeredBy: '102',
  });
  expect(row.legs).toEqual([{ target: '79030001122', employee: '', startedAt: T0, result: 'no_answer', sipCode: 487, rang: true }]);
});

test('an extension as long as a phone number stays an extension', () => {
  expect(resolveCall(fromPhone('4951234567'), known)).toMatchObject({ direction: 'internal', dialled: '4951234567' });
});

test('the own number is the one called, and on the way out the one shown', () => {
  expect(resolveCall(draft({ did: '84951000101', dialled: '555' }), known)).toMatchObject({ tenant: 't1', number: '74951000101' });
  expect(resolveCall(fromPhone('79030001122', { shownNumber: '74951000101' }), known).number).toBe('74951000101');
  expect(resolveCall(fromPhone('79030001122', { shownNumber: '74950000000' }), known).number).toBe('');
  expect(resolveCall(fromPhone('102', { shownNumber: '101' }), known).number).toBe('');
});

test("people: the caller's on out and internal, who answered on in, and every leg's", () => {
  expect(resolveCall(fromPhone('79030001122'), known)).toMatchObject({ employee: 'e101', group: 'sales' });
  expect(resolveCall(fromPhone('102', { answeredBy: '102', answeredAt: T0 + S }), known)).toMatchObject({
    employee: 'e101',
    group: 'sales',
  });
  const row = resolveCall(
    draft({
      answeredBy: '102@alfa.test',
      answeredAt: T0 + 5 * S,
      legs: [{ target: '101@alfa.test', startedAt: T0, rang: true, sipCode: 487 }],
    }),
    known,
  );
  expect(row).toMatchObject({ employee: 'e102', group: '', legs: [{ target: '101', employee: 'e101' }] });
  expect(resolveCall(draft({}), known)).toMatchObject({ employee: '', group: '' });
});

test('an incoming call that nobody answered belongs to the group where it rang, one answered to that of who answered', () => {
  const leg = (target: string) => ({ target, startedAt: T0, rang: true, sipCode: 487 });
  const rang = (...targets: string[]) => draft({ legs: targets.map(leg) });
  expect(resolveCall(rang('102', '101@alfa.test'), known)).toMatchObject({ employee: '', group: 'sales' });
  expect(resolveCall(rang('102'), known).group).toBe('');
  expect(resolveCall({ ...rang('101'), answeredBy: '79030001122', answeredAt: T0 + S }, known).group).toBe('');
});

test('people are those of the directory that was valid when the call began', () => {
  const moved = { ...COMPANY, employees: [{ id: 'new', name: 'New', extensions: ['101'] }] };
  const directories = directoriesOf({ validFrom: 0, body: COMPANY }, { validFrom: T0 / 1_000 + 1_000, body: moved });
  expect(resolveCall(fromPhone('79030001122'), directories).employee).toBe('e101');
  expect(resolveCall(fromPhone('79030001122', { startedAt: T0 + S }), directories).employee).toBe('new');
});

test('every inbound call that nobody answered has one kind, others have none', () => {
  const kind = (more: Partial<CallDraft>) => resolveCall(draft(more), known).missedKind;
  expect(kind({ sipCode: 486, hangupBy: '', endedAt: T0 + S })).toBe('busy_hit');
  expect(kind({ sipCode: 600, hangupBy: '' })).toBe('busy_hit');
  expect(kind({ endedAt: T0 + 4_999_999 })).toBe('short_abandon');
  expect(kind({ endedAt: T0 + 6 * S })).toBe('not_taken');
  expect(kind({ sipCode: 480, hangupBy: '', endedAt: T0 + S })).toBe('not_taken');
  expect(kind({ sipCode: 404, hangupBy: '', ringingAt: 0 })).toBe('not_taken');
  expect(kind({ answeredAt: T0 + 2 * S, sipCode: 200 })).toBe('');
  expect(resolveCall(fromPhone('102', { endedAt: T0 + 2 * S }), known).missedKind).toBe('');
});

describe("a missed call's kind by the settings of its company", () => {
  const office = workingHoursSchema.parse({ week: { mon: [{ from: '09:00', to: '18:00' }], tue: [{ from: '09:00', to: '18:00' }] } });
  const settings = (more: Partial<SettingsVersion>): SettingsVersion => ({
    ...{ ...DEFAULT_SETTINGS, validFrom: 0, timezone: 'Europe/Moscow' },
    ...more,
  });
  const company = (...versions: SettingsVersion[]) => companyOf([{ validFrom: 0, body: COMPANY }], versions);
  const monday = (time: string) => Date.parse(`2026-11-23T${time}Z`) * 1_000;
  const kind = (directories: Directories, startedAt: number, more: Partial<CallDraft> = {}) =>
    resolveCall(draft({ startedAt, ringingAt: startedAt + S, endedAt: startedAt + 20 * S, ...more }), directories).missedKind;
  const brief = (startedAt: number, seconds: number) => ({ endedAt: startedAt + seconds * S });

  test('is out of hours by the clock of its zone when it begins, and the first that matches wins', () => {
    const moscow = company(settings({ workingHours: office }));
    expect(kind(moscow, monday('05:59:59'))).toBe('out_of_hours');
    expect(kind(moscow, monday('06:00:00'))).toBe('not_taken');
    expect(kind(moscow, monday('14:59:59'))).toBe('not_taken');
    expect(kind(moscow, monday('15:00:00'))).toBe('out_of_hours');
    // busy comes before the hours, the hours before the short ones
    expect(kind(moscow, monday('03:00:00'), { sipCode: 486, hangupBy: '' })).toBe('busy_hit');
    expect(kind(moscow, monday('03:00:00'), brief(monday('03:00:00'), 1))).toBe('out_of_hours');
    expect(kind(moscow, monday('12:00:00'), brief(monday('12:00:00'), 1))).toBe('short_abandon');
    expect(kind(moscow, monday('03:00:00'), { answeredAt: monday('03:00:05'), sipCode: 200 })).toBe('');
    expect(resolveCall(fromPhone('102', { startedAt: monday('03:00:00') }), moscow).missedKind).toBe('');
  });

  test('follows half-hour zones', () => {
    const kolkata = company(settings({ workingHours: office, timezone: 'Asia/Kolkata' }));
    expect([monday('03:29:59'), monday('03:30:00'), monday('12:29:59'), monday('12:30:00')].map((at) => kind(kolkata, at))).toEqual([
      'out_of_hours',
      'not_taken',
      'not_taken',
      'out_of_hours',
    ]);
  });

  test('follows the clock on days of 23 and 25 hours', () => {
    const night = workingHoursSchema.parse({ week: { sun: [{ from: '02:00', to: '03:00' }] } });
    const berlin = company(settings({ workingHours: night, timezone: 'Europe/Berlin' }));
    const at = (text: string) => kind(berlin, Date.parse(text) * 1_000);
    // 25 October 2026: two o'clock comes at 00:00 UTC and once more at 01:00
    expect(['2026-10-24T23:59:59Z', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:00:00Z'].map(at)).toEqual([
      'out_of_hours',
      'not_taken',
      'not_taken',
      'out_of_hours',
    ]);
    // 29 March 2026: from 01:59:59 the clock goes to three
    expect(['2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'].map(at)).toEqual(['out_of_hours', 'out_of_hours']);
  });

  test('is a short abandon below the threshold, which is the company’s', () => {
    const limit = (shortAbandonSeconds: number) => company(settings({ shortAbandonSeconds }));
    const noon = monday('12:00:00');
    expect(kind(limit(15), noon, brief(noon, 14.999))).toBe('short_abandon');
    expect(kind(limit(15), noon, brief(noon, 15))).toBe('not_taken');
    expect(kind(limit(0), noon, brief(noon, 0))).toBe('not_taken');
    expect(kind(limit(15), noon, { ...brief(noon, 1), sipCode: 480, hangupBy: 'callee' })).toBe('not_taken');
  });

  test('is by the settings of its time, also when it is resolved again', () => {
    const change = monday('12:00:00') / 1_000;
    const changed = company(settings({}), settings({ validFrom: change, shortAbandonSeconds: 30 }));
    const before = monday('11:59:59');
    expect(kind(changed, before)).toBe('not_taken');
    expect(kind(changed, monday('12:00:00'))).toBe('short_abandon');
    const written = row(draft({ startedAt: before, endedAt: before + 20 * S }), company(settings({})));
    expect(resolveAgain(written, changed).missedKind).toBe('not_taken');
    expect(resolveAgain(written, company(settings({ shortAbandonSeconds: 30 }))).missedKind).toBe('short_abandon');
  });
});

test('the result follows the final code and whether anything rang', () => {
  const result = (more: Partial<CallDraft>) => resolveCall(draft(more), known).result;
  expect(result({})).toBe('no_answer');
  expect(result({ ringingAt: 0 })).toBe('cancelled');
  expect(result({ sipCode: 603 })).toBe('rejected');
  expect(result({ sipCode: 0, hangupBy: '' })).toBe('failed');
  expect(result({ answeredAt: T0 + S, sipCode: 200 })).toBe('answered');
});

const row = (d: CallDraft, directories: Directories) => ({ ...resolveCall(d, directories), id: 'c', callIds: ['c'], revision: 3 });

test('a call written before its company was known becomes what it would have been', () => {
  for (const d of [
    draft({}),
    fromPhone('102'),
    fromPhone('79030001122'),
    draft({ answeredBy: '102', answeredAt: T0 + S, sipCode: 200, legs: [{ target: '102', startedAt: T0, rang: true, sipCode: 200 }] }),
  ]) {
    expect(resolveAgain(row(d, nobody), known)).toEqual(row(d, known));
  }
});

test('an event of a company that does not exist yet keeps its company, direction and number', () => {
  const d = draft({ edgeTenant: 't1', direction: 'in', did: '74951000101', source: 'events' });
  const early = row(d, nobody);
  expect(early).toMatchObject({ tenant: 't1', direction: 'in', number: '74951000101' });
  expect(resolveAgain(early, known)).toEqual(row(d, known));
});

test('an outbound call that events and packets told gets its number once the company has one', () => {
  const d = fromPhone('79030001122', { edgeTenant: 't1', direction: 'out', shownNumber: '74951000101' });
  expect(resolveAgain(row(d, known), known)).toEqual(row(d, known));
});

test('resolving again by the same directories changes nothing', () => {
  for (const d of [
    draft({}),
    draft({ dialled: '555', did: '84951000101', edgeTenant: 't1', direction: 'in' }),
    fromPhone('102'),
    fromPhone('79030001122', { shownNumber: '74951000101' }),
    draft({ dialled: '74959999999' }),
  ]) {
    const once = row(d, known);
    expect(resolveAgain(once, known)).toEqual(once);
  }
});

test('a company that goes leaves its unnamed calls to nobody', () => {
  expect(resolveAgain(row(draft({}), known), nobody)).toMatchObject({ tenant: 'unassigned', direction: 'in', employee: '', number: '' });
});
