import { expect, test } from 'vitest';
import { bandPath, type ForecastPoint, linePath, peakOfForecast, peoplePlot } from './forecast.ts';
import { plotOf } from './layout.ts';

const point = (i: number, more: Partial<ForecastPoint> = {}): ForecastPoint => ({
  ...{ start: i * 3_600_000, end: (i + 1) * 3_600_000, label: { start: `${i}:00`, end: `${i + 1}:00` } },
  ...{ expected: 5, low: 2, high: 8, people: 1, peopleHigh: 2, open: true, actual: null },
  ...more,
});
const plot = plotOf({ width: 400, height: 224, hours: 3, series: 1, kind: 'lines', digits: 2, banner: false });

test('the band goes there along its upper edge and back along its lower one', () => {
  const corners = bandPath(plot, 10, [point(0), point(1), point(2)])
    .slice(1, -1)
    .split('L');
  expect(corners).toHaveLength(6);
  const ys = corners.map((corner) => Number(corner.split(' ')[1]));
  expect(ys.slice(0, 3)).toEqual([ys[0], ys[0], ys[0]]);
  expect(ys[3]).toBeGreaterThan(ys[0] ?? 0);
  expect(corners[5]?.split(' ')[0]).toBe(corners[0]?.split(' ')[0]);
  expect(bandPath(plot, 10, [])).toBe('');
});

test('what came breaks off where nothing has come yet', () => {
  const path = linePath(plot, 10, [point(0, { actual: 4 }), point(1, { actual: 6 }), point(2)], ({ actual }) => actual);
  expect(path.match(/[ML]/g)).toEqual(['M', 'L']);
});

test('the scale reaches what came, also beyond the band', () => {
  expect(peakOfForecast([point(0), point(1, { actual: 30 })])).toBe(30);
});

test('people stand under the labels of the hours', () => {
  expect(peoplePlot(plot).top).toBeGreaterThan(plot.base + 24);
});
