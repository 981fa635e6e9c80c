import { DIMENSIONS } from '@callscope/analytics/catalog/dimensions.ts';
import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Figures } from '@callscope/analytics/query/answer.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import type { Format } from '#format/format.ts';
import type { Words } from '#words/words.ts';
import type { CompanyNames } from '../names.ts';
import { type Cell, phoneCell } from './csv.ts';

/** What cells of a file are said with. */
export interface Said {
  format: Format;
  words: Words;
  names: CompanyNames;
}

/** Heads of the columns that say which row it is. */
export function keyHeads(by: NonNullable<Report['by']>, { format, words }: Said): string[] {
  const { label } = DIMENSIONS[by];
  if (by === 'hour') return [words.kit.period, label[format.locale]];
  if (by === 'weekHour') return [words.files.weekday, DIMENSIONS.hour.label[format.locale]];
  return by === 'number' ? [label[format.locale], words.files.name] : [label[format.locale]];
}

/** The same of a row. @param labelOf what the page calls it */
export function keyCells(
  by: NonNullable<Report['by']>,
  key: string,
  labelOf: (key: string) => string,
  { format, words, names }: Said,
): Cell[] {
  if (by === 'hour') return [format.date(Date.parse(key), true), format.timeShort(Date.parse(key))];
  if (by === 'day') return [format.date(Date.parse(key), true)];
  if (by === 'weekHour') {
    const [weekday = 1, hour = 0] = key.split('-').map(Number);
    return [words.format.weekdays[weekday % 7] ?? '', `${String(hour).padStart(2, '0')}:00`];
  }
  if (by === 'account') return [phoneCell(key)];
  if (by !== 'number') return [labelOf(key)];
  const own = names.numbers.find(({ number }) => number === key);
  return key === '' ? [words.journal.withoutNumber, ''] : [phoneCell(key), own?.name ?? ''];
}

/** Spans are in seconds and shares in per cent: a table program computes with them. */
export function measureHead(id: MeasureId, { format, words }: Said): string {
  const { format: shown, label } = MEASURES[id];
  const unit = shown === 'duration' ? `, ${words.files.seconds}` : shown === 'share' ? ', %' : '';
  return `${label[format.locale]}${unit}`;
}

export function figureCell(figures: Figures, id: MeasureId, { format }: Pick<Said, 'format'>): Cell {
  const value = figures[id] ?? null;
  if (value === null) return null;
  if (MEASURES[id].format === 'moment') return momentCell(value, format);
  return round(MEASURES[id].format === 'share' ? value * 100 : value);
}

export function shareCell(share: number | null): Cell {
  return share === null ? null : round(share * 100);
}

export function momentCell(at: number | null, format: Format): Cell {
  return at === null ? null : `${format.date(at, true)} ${format.time(at)}`;
}

/** Tenths are as fine as anybody reads. */
const round = (value: number) => Math.round(value * 10) / 10;
