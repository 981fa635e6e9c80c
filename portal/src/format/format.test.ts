import { expect, test } from 'vitest';
import { en } from '../words/en.ts';
import { ru } from '../words/ru.ts';
import { createFormat } from './format.ts';

const NOON = Date.UTC(2026, 10, 23, 7, 2, 11); // 14:02:11 in Krasnoyarsk, Monday
const company = { zone: 'Asia/Krasnoyarsk', country: 'RU', now: () => NOON };
const r = createFormat({ ...company, locale: 'ru', words: ru.format });
const e = createFormat({ ...company, locale: 'en', words: en.format });
/** spaces that bind are as good as spaces to a reader of this file */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('numbers, shares and differences are written as the table of formats says', () => {
  expect(plain(r.number(1234))).toBe('1 234');
  expect(e.number(1234)).toBe('1,234');
  expect(plain(r.number(1234567.25, 1))).toBe('1 234 567,3');
  expect(plain(r.percent(0.84))).toBe('84,0 %');
  expect(e.percent(0.84)).toBe('84.0%');
  expect(plain(r.percentDifference(-0.031))).toBe('−3,1 %');
  expect(e.percentDifference(-0.031)).toBe('−3.1%');
  expect(plain(r.pointsDifference(0.021))).toBe('+2,1 п. п.');
  expect(plain(e.pointsDifference(0.021))).toBe('+2.1 pp');
  expect(r.difference(5)).toBe('+5');
  expect(r.difference(0)).toBe('0');
  expect(r.difference(-0.2)).toBe('0');
  expect(plain(r.money(15428))).toBe('15 428 ₽');
  expect(e.money(15428)).toBe('₽15,428');
  expect(e.money(-5)).toBe('−₽5');
});

test('groups and units are bound by U+00A0, a minus is U+2212', () => {
  expect(r.number(1234)).toBe('1\u00a0234');
  expect(r.percent(0.5)).toBe('50,0\u00a0%');
  expect(r.number(-1)).toBe('\u22121');
});

test('what does not exist is a dash', () => {
  for (const text of [r.number(null), r.percent(null), r.money(null), r.duration(null), r.phone(''), r.pointsDifference(null)])
    expect(text).toBe('–');
});

test.each([
  ['73910000122', '+7 391 000-01-22'],
  ['+73910000122', '+7 391 000-01-22'],
  ['78000000000', '8 800 000-00-00'],
  ['101', '101'],
  ['112', '112'],
  ['anna', 'anna'],
  ['375291234567', '+375 29 123-45-67'],
  ['919876543210', '+91 98765 43210'],
  ['12125550100', '+1 212 555-0100'],
  ['493012345678', '+49 301 234-56-78'],
  ['7800000011', '+7 800 000 011'],
  ['85212345678', '+852 1234 5678'],
])('a number %s is written %s', (given, written) => {
  expect(plain(r.phone(given))).toBe(written);
});

test('8 800 is a Russian way of writing', () => {
  const abroad = createFormat({ ...company, country: 'KZ', locale: 'ru', words: ru.format });
  expect(plain(abroad.phone('78000000000'))).toBe('+7 800 000-00-00');
});

test('times and dates are those of the company, the year only when it is another', () => {
  expect(r.time(NOON)).toBe('14:02:11');
  expect(r.timeShort(NOON)).toBe('14:02');
  expect(r.date(NOON)).toBe('23.11');
  expect(r.date(NOON, true)).toBe('23.11.2026');
  expect(e.date(NOON, true)).toBe('23 Nov 2026');
  expect(e.date(NOON)).toBe('23 Nov');
  expect(r.date(Date.UTC(2025, 11, 31, 18))).toBe('01.01');
  expect(r.date(Date.UTC(2025, 11, 31, 16))).toBe('31.12.2025');
});

test('a zone with half an hour has its own clock', () => {
  const india = createFormat({ locale: 'en', words: en.format, zone: 'Asia/Kolkata', country: 'IN', now: () => NOON });
  expect(india.time(NOON)).toBe('12:32:11');
  expect(india.zoneName()).toBe('Kolkata, UTC+5:30');
  expect(r.zoneName()).toBe('Красноярск, UTC+7');
});

test('a period is said in words', () => {
  const day = { from: '2026-11-23', to: '2026-11-23' };
  expect(plain(r.period(day))).toBe('Сегодня, понедельник 23 ноября');
  expect(plain(e.period(day))).toBe('Today, Monday 23 Nov');
  expect(plain(r.period({ from: '2026-11-22', to: '2026-11-22' }))).toBe('Вчера, воскресенье 22 ноября');
  expect(plain(r.period({ from: '2026-11-20', to: '2026-11-20' }))).toBe('Пятница 20 ноября');
  expect(plain(r.period({ from: '2025-11-20', to: '2025-11-20' }))).toBe('Четверг 20 ноября 2025');
  expect(plain(r.period({ from: '2026-11-01', to: '2026-11-23' }))).toBe('1–23 ноября 2026');
  expect(plain(e.period({ from: '2026-11-01', to: '2026-11-23' }))).toBe('1–23 Nov 2026');
  expect(plain(r.period({ from: '2026-10-28', to: '2026-11-03' }))).toBe('28 октября – 3 ноября 2026');
  expect(plain(r.period({ from: '2025-12-28', to: '2026-01-03' }))).toBe('28 декабря 2025 – 3 января 2026');
  expect(plain(r.period({ ...day, timeFrom: '08:00', timeTo: '20:00' }, { capital: false, weekday: false }))).toBe(
    'сегодня, 23 ноября, 8:00–20:00',
  );
  expect(r.hours({ ...day, timeFrom: '00:00', timeTo: '24:00' })).toBe('');
});

test('spans are m:ss, above an hour h:mm:ss, and words', () => {
  expect(r.duration(228)).toBe('3:48');
  expect(r.duration(3725)).toBe('1:02:05');
  expect(r.duration(0)).toBe('0:00');
  expect(r.durationDifference(-3)).toBe('−0:03');
  expect(r.durationDifference(6.2)).toBe('+0:06');
  expect(plain(r.durationWords(228))).toBe('3 мин 48 с');
  expect(plain(e.durationWords(228))).toBe('3 min 48 s');
  expect(plain(r.durationWords(3725))).toBe('1 ч 2 мин');
  expect(plain(r.durationWords(0))).toBe('0 с');
});

test('an age grows from seconds to days', () => {
  expect(plain(r.ago(1))).toBe('1 с назад');
  expect(plain(r.ageWords(42))).toBe('42 с');
  expect(plain(r.ageWords(200))).toBe('3 мин');
  expect(plain(r.ageWords(174))).toBe('2 мин');
  expect(plain(r.ageWords(10_440))).toBe('2 ч 54 мин');
  expect(plain(r.ageWords(660))).toBe('11 мин');
  expect(plain(r.ageWords(7_500))).toBe('2 ч 5 мин');
  expect(plain(r.ageWords(10 * 3_600 - 1))).toBe('9 ч 59 мин');
  expect(plain(r.ageWords(48 * 3_600 - 1))).toBe('47 ч');
  expect(plain(r.ageWords(3 * 86_400))).toBe('3 дня');
  expect(plain(e.ago(3 * 86_400))).toBe('3 days ago');
});
