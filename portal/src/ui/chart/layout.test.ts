import { describe, expect, it } from 'vitest';
import { borderLabels } from './borders.ts';
import { barsOf, heightOf, hourAt, momentX, plotOf, runsOf, stretchX, tipPlace } from './layout.ts';
import type { ChartHour } from './model.ts';

const HOUR = 3_600_000;

function hoursOf(count: number, from = 8, days = false): ChartHour[] {
  return Array.from({ length: count }, (_, n) => {
    const at = from + n;
    const day = days ? { day: `${Math.floor(at / 24) + 1}` } : {};
    return { start: at * HOUR, end: (at + 1) * HOUR, label: { start: `${at % 24}:00`, end: `${(at + 1) % 24}:00`, ...day }, values: {} };
  });
}

const ask = { width: 752, height: 296, hours: 12, series: 4, kind: 'bars' as const, digits: 2, banner: false };

describe('bars of an hour', () => {
  it('are 10 px with 2 px between, in the middle of their hour', () => {
    const plot = plotOf(ask);
    const bars = barsOf(plot, 0, 4);
    expect(bars.map((bar) => bar.width)).toEqual([10, 10, 10, 10]);
    expect(bars.map((bar) => bar.x - (bars[0]?.x ?? 0))).toEqual([0, 12, 24, 36]);
    expect(Math.abs((bars[0]?.x ?? 0) + 23 - (plot.left + plot.step / 2))).toBeLessThanOrEqual(0.5);
  });

  it.each([320, 390, 480, 752, 1100, 1600])('never leave their hour at %d px, for 1 to 48 hours and 1 to 4 series', (width) => {
    for (let hours = 1; hours <= 48; hours += 1) {
      for (let series = 1; series <= 4; series += 1) {
        const plot = plotOf({ ...ask, width, hours, series });
        const bars = barsOf(plot, hours - 1, series);
        const last = bars.at(-1);
        expect(bars[0]?.x).toBeGreaterThan(plot.left + (hours - 1) * plot.step);
        expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThan(plot.left + hours * plot.step);
        expect(bars[0]?.width).toBeGreaterThanOrEqual(4);
      }
    }
  });

  it('of a whole day fit a desk and make a phone scroll with bars that a finger can hit', () => {
    expect(plotOf({ ...ask, hours: 24 }).width).toBe(752);
    const phone = plotOf({ ...ask, width: 342, hours: 24 });
    expect(phone.width).toBeGreaterThan(342);
    expect(barsOf(phone, 0, 4)[0]?.width).toBeGreaterThanOrEqual(8);
  });

  it('show one call however high the scale is, and nothing for none', () => {
    const plot = plotOf(ask);
    expect(heightOf(plot, 100_000, 1)).toBe(2);
    expect(heightOf(plot, 100_000, 0)).toBe(0);
  });
});

describe('a period of 31 days', () => {
  const hours = hoursOf(744, 0, true);
  const plot = plotOf({ ...ask, hours: 744 });

  it('fits without scrolling and labels only borders of days, evenly and apart', () => {
    expect(plot.width).toBe(752);
    const labels = borderLabels(plot, hours);
    expect(labels.every((label) => label.day)).toBe(true);
    const steps = new Set(labels.slice(1).map((label, n) => Math.round(label.x - (labels[n]?.x ?? 0))));
    expect(steps.size).toBe(1);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(50);
  });
});

describe('labels', () => {
  it('stand on the borders: one more than hours', () => {
    const plot = plotOf(ask);
    const labels = borderLabels(plot, hoursOf(12));
    expect(labels.map((label) => label.text)).toEqual(hoursOf(13).map((hour) => hour.label.start));
    expect(labels[0]?.x).toBe(plot.left);
    expect(labels.at(-1)?.x).toBeCloseTo(plot.width - plot.right);
  });

  it('never run into each other', () => {
    for (const count of [1, 12, 24, 25, 48]) {
      const plot = plotOf({ ...ask, hours: count });
      const labels = borderLabels(plot, hoursOf(count, 8, count > 24));
      labels.slice(1).forEach((label, n) => {
        expect(label.x - (labels[n]?.x ?? 0)).toBeGreaterThanOrEqual(39);
      });
    }
  });

  it('name the day where one begins', () => {
    const plot = plotOf({ ...ask, hours: 48 });
    expect(borderLabels(plot, hoursOf(48, 0, true)).filter((label) => label.day)).toMatchObject([{ text: '2' }]);
  });
});

describe('moments', () => {
  const hours = hoursOf(12);
  const plot = plotOf(ask);

  it('stand between the borders in proportion', () => {
    expect(momentX(plot, hours, 14 * HOUR + HOUR / 3)).toBeCloseTo(plot.left + plot.step * (6 + 1 / 3));
    expect(momentX(plot, hours, 7 * HOUR)).toBeNull();
    expect(momentX(plot, hours, 21 * HOUR)).toBeNull();
  });

  it('between two hours that are not neighbours stand on their border', () => {
    const split = [...hoursOf(2, 8), ...hoursOf(2, 32)];
    const narrow = plotOf({ ...ask, hours: 4 });
    expect(momentX(narrow, split, 20 * HOUR)).toBe(narrow.left + 2 * narrow.step);
  });

  it('cut an incident to the hours shown', () => {
    expect(stretchX(plot, hours, 6 * HOUR, 9 * HOUR)).toEqual({ x: plot.left, width: plot.step });
    expect(stretchX(plot, hours, 5 * HOUR, 6 * HOUR)).toBeNull();
  });

  it('find the hour under a pointer', () => {
    expect(hourAt(plot, 12, plot.left + 1)).toBe(0);
    expect(hourAt(plot, 12, plot.width - plot.right - 1)).toBe(11);
    expect(hourAt(plot, 12, 3)).toBeNull();
    expect(hourAt(plot, 12, plot.width)).toBeNull();
  });
});

describe('hours without data', () => {
  it('that are neighbours become one hatch', () => {
    const hours = hoursOf(6).map((hour, at) => ({ ...hour, noData: at === 1 || at === 2 || at === 5 }));
    expect(runsOf(hours, (hour) => hour.noData === true)).toEqual([
      { from: 1, to: 3 },
      { from: 5, to: 6 },
    ]);
  });
});

describe('the tip', () => {
  it('stands beside its hour, on the side with room, else below', () => {
    expect(tipPlace({ left: 100, right: 160 }, 752)).toEqual({ side: 'right', offset: 168 });
    expect(tipPlace({ left: 600, right: 660 }, 752)).toEqual({ side: 'left', offset: 160 });
    expect(tipPlace({ left: 150, right: 190 }, 340)).toEqual({ side: 'below' });
  });
});
