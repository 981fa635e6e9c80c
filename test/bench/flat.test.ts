import { expect, test } from 'vitest';
import { notFlat, type Sample } from './flat.ts';

const run = (of: (minute: number) => { rssMb?: number; handles?: number; lag?: number }): Sample[] =>
  Array.from({ length: 60 }, (_, minute) => {
    const { rssMb = 200, handles = 40, lag = 0.3 } = of(minute);
    return { at: minute * 60, processes: { edge: { rssMb, handles }, decoder: { rssMb: 150, handles: 30 } }, lag };
  });

test('what goes up and down, and what fills in the first minutes, is flat', () => {
  expect(notFlat(run((minute) => ({ rssMb: 200 + (minute % 7) * 10, handles: 40 + (minute % 3) })))).toEqual([]);
  expect(notFlat(run((minute) => ({ rssMb: Math.min(400, 100 + minute * 30) })))).toEqual([]);
  expect(notFlat(run((minute) => ({ lag: minute === 30 ? 40 : 0.2 })))).toEqual([]);
});

test('what grows is named, and by how much', () => {
  expect(notFlat(run((minute) => ({ rssMb: 200 + minute * 3 })))).toEqual(['edge: 260 MB became 356']);
  expect(notFlat(run((minute) => ({ handles: 40 + minute })))).toEqual(['edge: 60 handles became 92']);
  expect(notFlat(run((minute) => ({ lag: minute / 3 })))[0]).toMatch(/^the lag is 1\d/);
  expect(notFlat([])).toEqual(['too few samples to tell']);
});
