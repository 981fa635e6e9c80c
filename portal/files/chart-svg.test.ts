import { writeFileSync } from 'node:fs';
import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { chartOf } from '@callscope/analytics/present/chart.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import { byGroup } from '@callscope/analytics/reports/by-group.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { daily } from '@callscope/analytics/reports/over-time.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { createFormat } from '../src/format/format.ts';
import { type Locale, wordsOf } from '../src/words/words.ts';
import { type ChartPicture, chartSvg } from './chart-svg.ts';

const ZONE = 'Europe/Moscow';
const company = { zone: ZONE, country: 'RU', rules: DEFAULT_RULES };
const HOUR = 3_600_000;
const from = Date.UTC(2026, 10, 22, 21);
const hourKey = (at: number) => new Date(from + at * HOUR).toISOString();

type Rows = [key: string, figures: Partial<Record<MeasureId, number | null>>][];

function drawn(
  report: Report,
  rows: Rows,
  totals: Partial<Record<MeasureId, number>>,
  days: number,
  more: Partial<ChartPicture> = {},
  locale: Locale = 'ru',
) {
  const format = createFormat({ locale, words: wordsOf(locale).format, zone: ZONE, country: 'RU', now: () => from });
  const plan = planReport(report, { from, to: from + days * 24 * HOUR }, company);
  const chart = chartOf(plan, { rows: rows.map(([key, figures]) => ({ key, figures })), totals });
  if (chart === null) throw new Error(`${report.id} is not drawn`);
  const svg = chartSvg({ plan, chart, format, labelOf: (key) => key, width: 780, height: 240, ...more });
  if (process.env.SHOTS) writeFileSync(`${process.env.SHOTS}/chart-${report.id}-${locale}.svg`, svg);
  return read(svg);
}

/** What a reader of XML finds; it throws where the text is none. */
function read(svg: string) {
  const parser = new SaxesParser({ xmlns: true });
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: typeof elements = [];
  parser.on('opentag', ({ name, attributes }) => {
    const one = { name, attributes: Object.fromEntries(Object.entries(attributes).map(([key, { value }]) => [key, value])), text: '' };
    elements.push(one);
    open.push(one);
  });
  parser.on('text', (text) => {
    const one = open.at(-1);
    if (one) one.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(svg).close();
  return { svg, elements, texts: elements.filter(({ name }) => name === 'text' || name === 'tspan').map(({ text }) => text) };
}

const day: Rows = Array.from({ length: 24 }, (_, at) => [hourKey(at), { out: at, outFailed: at % 3, in: 2 * at, inMissed: at % 5 }]);
const totals = { out: 276, outFailed: 24, in: 1_552, inMissed: 47 };

test('hours are lines with a legend that says totals, a scale, and the clock on their borders', () => {
  const { texts, elements } = drawn(hourly, day, totals, 1);
  expect(texts).toEqual(expect.arrayContaining([MEASURES.in.label.ru, '1\u00a0552', '47', '0', '20', '40', '8:00', '24:00']));
  expect(elements.filter(({ attributes }) => attributes['stroke-linejoin'] === 'round')).toHaveLength(4);
  expect(elements[0]?.attributes).toMatchObject({ width: '780', height: '240', 'font-family': 'Roboto, sans-serif' });
});

test('nothing in it needs a style sheet, a variable or another file', () => {
  expect(drawn(hourly, day, totals, 1).svg).not.toMatch(/var\(|class=|style=|url\(|href/);
});

test('what has not come yet is not drawn, and the running hour is dashed', () => {
  const { elements } = drawn(hourly, day, totals, 1, { now: from + 9.5 * HOUR });
  const lines = elements.filter(({ attributes }) => attributes['stroke-linejoin'] === 'round');
  expect(lines.filter(({ attributes }) => attributes['stroke-dasharray'] !== undefined)).toHaveLength(4);
  const reach = lines.flatMap(({ attributes }) => [...(attributes.d ?? '').matchAll(/[ML]([\d.]+) /g)].map(([, x]) => Number(x)));
  expect(Math.max(...reach)).toBeLessThan(780 / 2);
});

test('a month of hours and one of days keep within their width, in English too', () => {
  const month: Rows = Array.from({ length: 24 * 31 }, (_, at) => [
    hourKey(at),
    { out: at % 50, outFailed: 1, in: at % 90, inMissed: null },
  ]);
  const days: Rows = Array.from({ length: 31 }, (_, at) => [hourKey(at * 24), { out: at, outFailed: 1, in: 40 - at, inMissed: 0 }]);
  for (const { elements, texts } of [drawn(hourly, month, totals, 31, {}, 'en'), drawn(daily, days, totals, 31, {}, 'en')]) {
    expect(texts).toContain(MEASURES.out.label.en);
    expect(texts).toContain('1,552');
    for (const { attributes } of elements) if (attributes.x !== undefined) expect(Number(attributes.x)).toBeLessThanOrEqual(780);
  }
});

test('names have rows of bars with their figures; those without room are counted, and no sign breaks the text', () => {
  const rows: Rows = Array.from({ length: 30 }, (_, at) => [
    at === 0 ? '<Продажи> & "ко"' : `Группа ${at}`,
    { inAnswered: 90 - at, inMissed: at, out: 3 },
  ]);
  const { texts, elements } = drawn(byGroup, rows, { inAnswered: 1, inMissed: 2, out: 3 }, 1);
  expect(texts).toContain('<Продажи> & "ко"');
  const shown = texts.filter((text) => /^Группа|^<Продажи>/.test(text)).length;
  expect(shown).toBeGreaterThan(3);
  expect(texts.at(-1)).toBe(`ещё ${30 - shown}`);
  for (const { attributes } of elements) if (attributes.y !== undefined) expect(Number(attributes.y)).toBeLessThanOrEqual(240);
});

test('a report without rows is an empty scale', () => {
  expect(drawn(hourly, [], {}, 1).texts).toContain('–');
  expect(drawn(byGroup, [], {}, 1).elements.length).toBeGreaterThan(3);
});
