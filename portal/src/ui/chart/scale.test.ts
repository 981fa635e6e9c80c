import { describe, expect, it } from 'vitest';
import { scaleOf } from './scale.ts';

describe('the scale of a chart', () => {
  it('starts at 0 and has three or four round ticks, whatever the peak', () => {
    for (let peak = 3; peak < 20_000; peak += 1) {
      const { ticks, top } = scaleOf(peak);
      expect(ticks[0]).toBe(0);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(4);
      expect(ticks.every(Number.isInteger)).toBe(true);
      expect(top).toBeGreaterThanOrEqual(peak);
      expect(top).toBeLessThan(peak * 1.6);
    }
  });

  it.each([
    [63, [0, 20, 40, 60]],
    [8, [0, 4, 8]],
    [10, [0, 5, 10]],
    [100, [0, 50, 100]],
    [990, [0, 250, 500, 750]],
  ])('rounds %d to %j', (peak, ticks) => {
    expect(scaleOf(peak).ticks).toEqual(ticks);
  });

  it('shows whole calls on a day without any', () => {
    expect(scaleOf(0).ticks).toEqual([0, 1, 2, 3]);
  });

  it('does not move for one call more', () => {
    expect(scaleOf(64).top).toBe(scaleOf(63).top);
  });
});
