import { expect, test } from 'vitest';
import { Attempts, beginTrial, networkOf, WINDOW_MS } from './attempts.ts';

const T = 1_700_000_000_000;
const tries = (attempts: Attempts, account: string, device: string | null, address: string, n: number) =>
  Array.from({ length: n }, () => beginTrial(attempts, account, device, address, T)).filter((t) => !t.refused).length;

test('ten thousand wrong passwords for one account are ten checks; others and its known browsers stay open', () => {
  const attempts = new Attempts();
  expect(tries(attempts, 'alfa admin', null, '203.0.113.1', 10_000)).toBe(10);
  expect(tries(attempts, 'alfa admin', null, '198.51.100.9', 5)).toBe(0);
  expect(tries(attempts, 'alfa admin', 'mark', '198.51.100.9', 1)).toBe(1);
  expect(tries(attempts, 'alfa anna', null, '203.0.113.1', 1)).toBe(1);
});

test('an address that tries many accounts gets one check for each, from anywhere else there are ten', () => {
  const attempts = new Attempts();
  for (let i = 0; i < 200; i++) beginTrial(attempts, `alfa u${i}`, null, '203.0.113.1', T);
  expect(tries(attempts, 'bravo new', null, '203.0.113.1', 10)).toBe(1);
  expect(tries(attempts, 'bravo other', null, '198.51.100.9', 20)).toBe(10);
  expect(beginTrial(attempts, 'bravo third', null, '203.0.113.1', T).suspect).toBe(true);
  expect(beginTrial(attempts, 'bravo third', null, '198.51.100.9', T).suspect).toBe(false);
});

test('a right password gives back only its own trial; what was wrong is forgotten after the window', () => {
  const attempts = new Attempts();
  tries(attempts, 'a', null, 'x', 9);
  beginTrial(attempts, 'a', null, 'x', T).succeeded();
  expect(tries(attempts, 'a', null, 'x', 5)).toBe(1);
  expect(beginTrial(attempts, 'a', null, 'x', T + WINDOW_MS).refused).toBe(false);
});

test('memory is bounded: the longest unused key leaves', () => {
  const attempts = new Attempts(WINDOW_MS, 100);
  for (let i = 0; i < 500; i++) attempts.take(`k${i}`, 10, T);
  expect([attempts.count('k0', T), attempts.count('k499', T)]).toEqual([0, 1]);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
