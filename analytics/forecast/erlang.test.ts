import { describe, expect, test } from 'vitest';
import { answeredInTime, peopleFor, waiting } from './erlang.ts';

const TARGET = { share: 0.8, seconds: 20, shrinkage: 0 };

describe('Erlang C', () => {
  // worked examples that are in print: 100 calls of 180 s in half an hour; 360 of 240 s in half an hour; 30 an hour of 5 minutes
  test.each([
    [10, 14, 0.174],
    [48, 55, 0.239],
    [2.5, 5, 0.1304],
    [2.5, 6, 0.0474],
    [2, 3, 0.4444],
    [1, 2, 0.3333],
  ])('with %d erlangs and %d people %d of the callers wait', (erlangs, people, share) => {
    expect(waiting(erlangs, people)).toBeCloseTo(share, 3);
  });

  test('is what the sum of factorials says', () => {
    const sum = (erlangs: number, people: number) => {
      const term = (n: number): number => (n === 0 ? 1 : (term(n - 1) * erlangs) / n);
      const last = (term(people) * people) / (people - erlangs);
      return last / (Array.from({ length: people }, (_, n) => term(n)).reduce((a, b) => a + b, 0) + last);
    };
    for (const [erlangs, people] of [
      [0.2, 1],
      [3.3, 4],
      [17, 20],
      [80, 95],
    ] as const)
      expect(waiting(erlangs, people)).toBeCloseTo(sum(erlangs, people), 12);
  });

  test('gives the share answered in time', () => {
    expect(answeredInTime({ calls: 200, seconds: 180 }, 14, 20)).toBeCloseTo(0.888, 3);
    expect(answeredInTime({ calls: 720, seconds: 240 }, 55, 15)).toBeCloseTo(0.846, 3);
    expect(answeredInTime({ calls: 200, seconds: 180 }, 10, 20)).toBe(0);
  });

  test('people are the fewest who reach the target', () => {
    expect(peopleFor({ calls: 200, seconds: 180 }, TARGET)).toBe(14);
    expect(answeredInTime({ calls: 200, seconds: 180 }, 13, 20)).toBeLessThan(0.8);
    for (const calls of [0.5, 3, 17, 90, 640]) {
      const people = peopleFor({ calls, seconds: 150 }, TARGET);
      expect(answeredInTime({ calls, seconds: 150 }, people, 20)).toBeGreaterThanOrEqual(0.8);
      expect(answeredInTime({ calls, seconds: 150 }, people - 1, 20)).toBeLessThan(0.8);
    }
  });

  test('who is not at the phone is added', () => {
    expect(peopleFor({ calls: 200, seconds: 180 }, { ...TARGET, shrinkage: 0.3 })).toBe(20);
    expect(peopleFor({ calls: 120, seconds: 180 }, TARGET)).toBe(9);
    expect(peopleFor({ calls: 120, seconds: 180 }, { ...TARGET, shrinkage: 0.1 })).toBe(10);
  });

  test('all callers at once is taken for nearly all of them', () => {
    const people = peopleFor({ calls: 200, seconds: 180 }, { share: 1, seconds: 0, shrinkage: 0 });
    expect(waiting(10, people)).toBeLessThan(0.001);
    expect(people).toBeLessThan(30);
  });

  test('nobody for no calls, and no overflow for very many', () => {
    expect(peopleFor({ calls: 0, seconds: 180 }, TARGET)).toBe(0);
    expect(peopleFor({ calls: 1_000_000, seconds: 180 }, TARGET)).toBeGreaterThan(50_000);
  });
});
