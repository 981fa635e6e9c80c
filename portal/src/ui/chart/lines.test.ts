import { describe, expect, it } from 'vitest';
import { plotOf } from './layout.ts';
import { comparisonStretches, markedPoints, pathOf, stretchesOf } from './lines.ts';
import type { ChartHour, ChartSeries } from './model.ts';

const series: ChartSeries = { id: 'in', label: 'in', tone: 'answered', mark: 'circle' };
const plot = plotOf({ width: 444, height: 296, hours: 4, series: 1, kind: 'lines', digits: 2, banner: false });

function hoursOf(values: (number | null)[]): ChartHour[] {
  return values.map((value, at) => ({
    start: at * 100,
    end: at * 100 + 100,
    label: { start: '', end: '' },
    values: { in: value ?? 0 },
    noData: value === null,
  }));
}

describe('a line', () => {
  it('goes straight from middle to middle', () => {
    const [stretch] = stretchesOf(plot, 10, hoursOf([0, 10, 5, 0]), series, undefined);
    expect(pathOf(stretch?.points ?? [])).toBe('M76 272L176 14L276 143L376 272');
  });

  it('breaks where there is no data: a gap is not zero', () => {
    const found = stretchesOf(plot, 10, hoursOf([1, null, 2, 3]), series, undefined);
    expect(found.map((one) => one.points.map((point) => point.at))).toEqual([[0], [2, 3]]);
  });

  it('ends at now, and says that the running hour is not over', () => {
    const [only, ...rest] = stretchesOf(plot, 10, hoursOf([1, 2, 1, 0]), series, 250);
    expect(only?.points.map((point) => point.at)).toEqual([0, 1, 2]);
    expect(only?.running).toBe(true);
    expect(rest).toEqual([]);
  });

  it('of a comparison goes on after now and breaks where the other period has nothing', () => {
    const found = comparisonStretches(plot, 10, hoursOf([0, 0, 0, 0]), series, [{ in: 1 }, null, { in: 2 }, { in: 3 }]);
    expect(found.map((points) => points.map((point) => point.value))).toEqual([[1], [2, 3]]);
  });
});

describe('marks', () => {
  it('stand at every point while there is room', () => {
    const [stretch] = stretchesOf(plot, 10, hoursOf([1, 2, 3, 4]), series, undefined);
    expect(markedPoints(plot, stretch?.points ?? [])).toHaveLength(4);
  });

  it('of 31 days stand on peaks, at most one for 72 px', () => {
    const hours = hoursOf(Array.from({ length: 744 }, (_, n) => (n % 24 === 11 ? 9 : n % 3)));
    const month = plotOf({ width: 752, height: 296, hours: 744, series: 1, kind: 'lines', digits: 1, banner: false });
    const [stretch] = stretchesOf(month, 10, hours, series, undefined);
    const marks = markedPoints(month, stretch?.points ?? []);
    expect(marks.length).toBeGreaterThan(5);
    expect(marks.length).toBeLessThan(14);
    expect(marks.every((mark) => mark.value === 9)).toBe(true);
  });
});
