import { expect, test } from 'vitest';
import { ALONE } from './alone.ts';

test('figures that stand alone: counts, means, shares and peaks of the last minutes', () => {
  expect(ALONE).toEqual(
    expect.arrayContaining(['calls', 'inMissed', 'missedShare', 'serviceLevel', 'averageWait', 'averageTalk', 'peakLines']),
  );
});

test('moments, and what looks through months for each call, are not among them', () => {
  for (const id of ['peakAt', 'newCallers', 'repeatCalls', 'target', 'targetShare'] as const) expect(ALONE).not.toContain(id);
});
