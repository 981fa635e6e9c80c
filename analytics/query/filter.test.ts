import { describe, expect, test } from 'vitest';
import { type CallFilter, FIELDS, FilterError, filterFromQuery, filterToQuery, MISSED, narrow } from './filter.ts';

const read = (query: string) => filterFromQuery(new URLSearchParams(query));

const EVERYTHING: Required<CallFilter> = {
  from: Date.UTC(2026, 10, 23, 21),
  to: Date.UTC(2026, 10, 24, 21, 0, 0, 500),
  direction: ['in', 'internal'],
  result: ['no_answer', 'busy'],
  answered: false,
  missedKind: ['busy_hit'],
  shortAbandons: 'exclude',
  outOfHours: 'exclude',
  number: ['8 (495) 100-01-01', ''],
  employee: ['e101', 'a,b', '50%', '-'],
  author: ['', 'e102'],
  notAuthor: ['e103', ''],
  notNumber: ['8 (495) 100-01-03'],
  notGroup: ['night'],
  phone: ['101', ''],
  callId: 'a84b4c76e66710@10.0.0.5',
  untakenOffer: true,
  group: ['sales & co'],
  caller: '8 (916)*, !101',
  dialled: '+7391*',
  answeredBy: '10*',
  text: 'Иванова+1',
  said: '"расторгнуть договор" -тест',
  talkMin: 0.5,
  talkMax: 60,
  waitMin: 1.5,
  waitMax: 20,
  time: { from: 1_320, to: 1_440 },
  going: Date.UTC(2026, 10, 24, 9, 30, 0, 250),
  weekday: [1, 7],
  channel: ['Яндекс Директ'],
  project: ['12'],
  hours: 'working',
  target: true,
  recorded: true,
  hiddenNumber: false,
  firstCall: true,
  repeatCall: false,
  tag: ['3', ''],
  noted: true,
  commented: false,
  scoreMin: 40.5,
  scoreMax: 90,
  talkShareMin: 30,
  talkShareMax: 70,
  monologueMin: 60,
  silenceMin: 12.5,
  overtalkMin: 5,
  measured: true,
  mosMin: 1.5,
  mosMax: 3.6,
  oneWay: true,
  trunk: ['carrier-1', ''],
  ownNetwork: ['192.0.2.0/24', ''],
  farNetwork: ['2001:db8:0:0::/64'],
};

describe('an address', () => {
  test('brings every field back, and equal filters have equal addresses', () => {
    expect(read(filterToQuery(EVERYTHING))).toEqual(EVERYTHING);
    for (const name of Object.keys(FIELDS) as (keyof CallFilter)[])
      expect(read(filterToQuery({ [name]: EVERYTHING[name] }))).toEqual({ [name]: EVERYTHING[name] });
    const shuffled = Object.fromEntries(Object.entries(EVERYTHING).reverse()) as CallFilter;
    expect(filterToQuery(shuffled)).toBe(filterToQuery(EVERYTHING));
    expect(filterToQuery({})).toBe('');
  });

  test('can be read by people', () => {
    expect(filterToQuery({ from: Date.UTC(2026, 10, 24), ...MISSED, time: { from: 480, to: 1_200 } })).toBe(
      'from=2026-11-24T00:00:00Z&direction=in&answered=false&time=08:00-20:00',
    );
  });

  test('takes words in any order, once, and «Иные» as one', () => {
    expect(read('direction=out,in,out')).toEqual({ direction: ['in', 'out'] });
    expect(read('result=other,busy')).toEqual({ result: ['busy', 'rejected', 'unavailable', 'cancelled', 'failed'] });
  });

  test('leaves what is not a filter to others', () => {
    expect(read('limit=50&cursor=x&direction=in')).toEqual({ direction: ['in'] });
  });

  test('takes a period beyond what the store can hold as one up to there', () => {
    expect(read('from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z')).toEqual({ from: 0, to: Date.UTC(2100, 0, 1) });
  });

  test.each([
    ['from=yesterday', 'from'],
    ['from=2026-11-24', 'from'],
    ['from=2026-11-24T00:00:00', 'from'],
    ['to=2026-13-24T00:00:00Z', 'to'],
    ['from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z', 'to'],
    ['direction=up', 'direction'],
    ['direction=', 'direction'],
    ['direction=,', 'direction'],
    ['result=in', 'result'],
    ['answered=1', 'answered'],
    ['number=', 'number'],
    ['employee=%25', 'employee'],
    ['talkMin=-1', 'talkMin'],
    ['talkMin=1e9', 'talkMin'],
    ['talkMin=5&talkMax=4', 'talkMax'],
    ['time=8-20', 'time'],
    ['time=08:00-08:00', 'time'],
    ['time=24:00-08:00', 'time'],
    ['weekday=0', 'weekday'],
  ])('%s is refused with the field', (query, field) => {
    const refused = () => read(query);
    expect(refused).toThrow(FilterError);
    expect(refused).toThrow(new RegExp(`^${field}: \\S`));
  });

  test('names all that is wrong', () => {
    expect(() => read('from=x&direction=y')).toThrow(/^from: .*; direction: /);
  });
});

describe('two filters together', () => {
  test('let through what both let through', () => {
    expect(
      narrow(
        { from: 10, to: 30, direction: ['in', 'out'], employee: ['a', 'b'], talkMin: 1 },
        { from: 20, to: 40, direction: ['in'], employee: ['b'], talkMin: 2, answered: true },
      ),
    ).toEqual({ from: 20, to: 30, direction: ['in'], employee: ['b'], talkMin: 2, answered: true });
  });

  test.each<[CallFilter, CallFilter]>([
    [{ direction: ['out'] }, MISSED],
    [{ answered: true }, MISSED],
    [
      { from: 10, to: 20 },
      { from: 20, to: 30 },
    ],
    [{ author: ['a'] }, { author: [''] }],
    [{ talkMin: 5 }, { talkMax: 4 }],
  ])('%j and %j let nothing through', (a, b) => {
    expect(narrow(a, b)).toBeNull();
  });

  test('leave out what either leaves out', () => {
    expect(narrow({ notAuthor: ['a', 'b'] }, { notAuthor: ['b', ''] })).toEqual({ notAuthor: ['a', 'b', ''] });
    expect(narrow({ notGroup: ['a'] }, { group: ['a'] })).toEqual({ notGroup: ['a'], group: ['a'] });
  });

  test("a row's number is found by its stored spelling, whatever people wrote", () => {
    expect(narrow({ number: ['8 (495) 100-01-01', '84951000102'] }, { number: ['+74951000101'] })).toEqual({ number: ['+74951000101'] });
  });
});

test.each([
  ['08:00-20:00', '12:00-13:00', '12:00-13:00'],
  ['08:30-20:00', '08:00-09:00', '08:30-09:00'],
  ['08:00-20:00', '20:00-21:00', null],
  ['22:00-06:00', '23:00-24:00', '23:00-24:00'],
  ['22:00-06:00', '05:00-07:00', '05:00-06:00'],
  ['22:00-06:00', '12:00-13:00', null],
  ['22:00-06:00', '23:00-02:00', '23:00-02:00'],
])('%s and %s meet in %s', (first, second, both) => {
  const of = (time: string) => filterFromQuery(new URLSearchParams({ time }));
  expect(narrow(of(first), of(second))?.time ?? null).toEqual(both === null ? null : of(both).time);
});
