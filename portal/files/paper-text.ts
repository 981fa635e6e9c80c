import type { Format } from '../src/format/format.ts';
import { phoneText } from './phone.ts';
import type { CellKind, CellValue } from './sheet.ts';

const two = (n: number) => String(n).padStart(2, '0');

/** 1:02:05, hours always, so that a column of them reads evenly. */
function span(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  return `${seconds < 0 ? '\u2212' : ''}${Math.floor(whole / 3_600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/**
 * How a column's values stand on paper, in the sheet's language and zone; '' for no data. Times of the day are without seconds where
 * the whole column has none.
 */
export function paperText(kind: CellKind, values: readonly CellValue[], format: Format): string[] {
  const isShort = kind === 'time' && values.every((value) => typeof value !== 'number' || value % 60_000 === 0);
  return values.map((value) => {
    if (value === null) return '';
    if (typeof value === 'string') return kind === 'phone' ? phoneText(value) : value;
    return figureText(kind, value, isShort, format);
  });
}

function figureText(kind: CellKind, value: number, isShort: boolean, format: Format): string {
  switch (kind) {
    case 'instant':
      return `${format.date(value, true)} ${format.time(value)}`;
    case 'day':
      return format.date(value, true);
    case 'time':
      return isShort ? format.timeShort(value) : format.time(value);
    case 'duration':
      return span(value);
    case 'share':
      return format.percent(value);
    case 'integer':
      return format.number(value);
    case 'money':
      return format.number(value, 2);
    case 'number':
      return format.number(value, Number.isInteger(value) ? 0 : 2);
    case 'text':
    case 'phone':
      return String(value);
  }
}
