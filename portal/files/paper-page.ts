/// <reference path="./pdfmake.d.ts" />
import type { Content, Definition } from 'pdfmake';
import { createFormat } from '../src/format/format.ts';
import { wordsOf } from '../src/words/words.ts';
import { paperText } from './paper-text.ts';
import type { CellKind, CellValue, Sheet } from './sheet.ts';
import { INK, textWidth } from './svg-text.ts';

/** A sheet that was read to its end, as it goes to the worker: data alone. */
export interface PaperTable extends Pick<Sheet, 'title' | 'locale' | 'zone' | 'columns' | 'facts'> {
  rows: PaperRow[];
  totals: CellValue[] | null;
  /** SVG */
  chart: string | null;
  /** ms since the epoch */
  madeAt: number;
}

/** A function does not go to another thread: the address itself does. */
export interface PaperRow {
  cells: CellValue[];
  href?: string;
}

/** Points. */
const A4 = { portrait: 595.28, landscape: 841.89 };
const MARGIN = { side: 32, top: 34, foot: 40 };
const PAD = { x: 4, y: 2.5 };
const SIZES = [8.5, 8, 7.5, 7, 6.5, 6];
/** Wider ones are broken into lines. */
const WIDEST_TEXT = 190;
const NARROWEST = 26;
/** Definitions stand after the table: the period and the filters are what one looks for first. */
const LONG_FACT = 90;
const FIGURES = new Set<CellKind>(['integer', 'number', 'money', 'share', 'duration']);

/** The pages of a table: title, facts, chart, the table with its head on every page, notes. */
export function paperPage(table: PaperTable): Definition {
  const { title, locale, zone, columns, facts, rows, totals, chart } = table;
  const all = wordsOf(locale);
  const words = all.paper;
  const format = createFormat({ locale, words: all.format, zone, country: '', now: () => table.madeAt });
  const texts = columns.map(({ kind }, i) =>
    paperText(
      kind,
      rows.map(({ cells }) => cells[i] ?? null),
      format,
    ),
  );
  const totalTexts = totals && columns.map(({ kind }, i) => paperText(kind, [totals[i] ?? null], format)[0] ?? '');
  const natural = columns.map(({ head, kind }, i) => naturalWidth(head, kind, [...(texts[i] ?? []), totalTexts?.[i] ?? '']));
  const { isWide, size, widths, room } = fit(natural);
  const aligned = columns.map(({ kind }) => (FIGURES.has(kind) ? 'right' : 'left'));
  const head = columns.map(({ head: name }, i) => ({ text: name, bold: true, color: INK.muted, alignment: aligned[i] }));
  const body = rows.map(({ href }, row) =>
    columns.map((_, i) => {
      const text = texts[i]?.[row] ?? '';
      const link = i === 0 && href !== undefined && /^https?:/.test(href) ? { link: href, color: INK.accent } : {};
      return aligned[i] === 'left' && i > 0 ? text : { text, alignment: aligned[i], ...link };
    }),
  );
  const last = totalTexts?.map((text, i) => ({ text, bold: true, alignment: aligned[i] }));
  const short = [...facts.filter(({ value }) => !isLong(value)), { label: words.rows, value: rows.length }];
  const notes = facts.filter(({ value }) => isLong(value));
  const said = (value: string | number) => (typeof value === 'number' ? format.number(value) : value);
  const [first, ...rest] = notes.map(
    ({ label, value }): Content => ({
      text: [{ text: `${label}. `, bold: true }, said(value)],
      fontSize: 8,
      color: INK.muted,
      margin: [0, 0, 0, 3],
    }),
  );
  const content: Content[] = [
    { text: title, fontSize: 16, bold: true, margin: [0, 0, 0, 6] },
    ...short.map(
      ({ label, value }): Content => ({
        text: [{ text: `${label}: `, color: INK.muted }, said(value)],
        fontSize: 9,
        margin: [0, 0, 0, 1.5],
      }),
    ),
    ...(chart === null ? [] : [{ svg: chart, fit: [room, 320], margin: [0, 10, 0, 0] }]),
    ...(columns.length === 0
      ? []
      : [
          {
            table: {
              headerRows: 1,
              dontBreakRows: true,
              keepWithHeaderRows: 1,
              widths,
              body: last ? [head, ...body, last] : [head, ...body],
            },
            layout: rules(rows.length + 1, last !== undefined),
            fontSize: size,
            margin: [0, 12, 0, 0],
          },
        ]),
    // a heading does not stay behind alone
    ...(first === undefined
      ? []
      : [{ stack: [{ text: words.notes, bold: true, fontSize: 10, margin: [0, 16, 0, 4] }, first], unbreakable: true }]),
    ...rest,
  ];
  const made = words.madeAt(`${format.date(table.madeAt, true)} ${format.timeShort(table.madeAt)}, ${format.zoneName()}`);
  return {
    pageSize: 'A4',
    pageOrientation: isWide ? 'landscape' : 'portrait',
    pageMargins: [MARGIN.side, MARGIN.top, MARGIN.side, MARGIN.foot],
    info: { title },
    language: locale,
    defaultStyle: { font: 'Roboto', fontSize: 9, color: INK.text },
    content,
    footer: (page, pages) => ({
      columns: [
        { text: made, color: INK.muted },
        { text: words.page(format.number(page), format.number(pages)), alignment: 'right', color: INK.muted, width: 80 },
      ],
      fontSize: 8,
      margin: [MARGIN.side, 14, MARGIN.side, 0],
    }),
  };
}

const isLong = (value: string | number) => typeof value === 'string' && value.length > LONG_FACT;

/** At one point; a head may stand in lines, figures and phones do not. */
function naturalWidth(head: string, kind: CellKind, texts: readonly string[]): { least: number; most: number } {
  const longestWord = Math.max(...head.split(/\s+/).map((word) => textWidth(word, 1, true)));
  const most = texts.reduce((widest, text) => Math.max(widest, textWidth(text, 1)), 0);
  const isBroken = kind === 'text';
  const whole = Math.max(longestWord, most, Math.min(textWidth(head, 1, true), 9));
  return { least: isBroken ? Math.max(longestWord, Math.min(most, 7)) : Math.max(longestWord, most), most: whole };
}

/** Upright as long as everything fits, then across, then smaller; at last columns of text get narrower. */
function fit(natural: readonly { least: number; most: number }[]): { isWide: boolean; size: number; widths: number[]; room: number } {
  const roomOf = (isWide: boolean) => (isWide ? A4.landscape : A4.portrait) - 2 * MARGIN.side;
  const sum = (widths: readonly number[]) => widths.reduce((all, width) => all + width + 2 * PAD.x, 0);
  const at = (size: number) => natural.map(({ most, least }) => Math.max(NARROWEST, least * size, Math.min(most * size, WIDEST_TEXT)) + 1);
  const tries = [...SIZES.slice(0, 2).map((size) => ({ isWide: false, size })), ...SIZES.map((size) => ({ isWide: true, size }))];
  const found = tries.find(({ isWide, size }) => sum(at(size)) <= roomOf(isWide));
  const { isWide, size } = found ?? { isWide: true, size: SIZES.at(-1) as number };
  const room = roomOf(isWide);
  const widths = at(size);
  const spare = room - sum(widths);
  // what is left over is shared, so that the table is as wide as the page; what is missing is taken from the widest
  const weights = widths.map((width) => (spare > 0 ? width : Math.max(0, width - NARROWEST)));
  const weight = weights.reduce((all, one) => all + one, 0) || 1;
  return { isWide, size, room, widths: widths.map((width, i) => width + (spare * (weights[i] ?? 0)) / weight) };
}

/** Thin lines between rows, a ground under the head, a heavier line over totals. @param end row before which they stand */
function rules(end: number, hasTotals: boolean): Content {
  const isTotals = (row: number) => hasTotals && row === end;
  return {
    hLineWidth: (row: number) => (row === 0 ? 0 : row === 1 || isTotals(row) ? 0.8 : 0.4),
    vLineWidth: () => 0,
    hLineColor: (row: number) => (row === 1 || isTotals(row) ? INK.field : INK.line),
    fillColor: (row: number) => (row === 0 ? INK.surface : null),
    paddingLeft: () => PAD.x,
    paddingRight: () => PAD.x,
    paddingTop: () => PAD.y,
    paddingBottom: () => PAD.y,
  };
}
