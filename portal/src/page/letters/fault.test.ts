import { expect, test } from 'vitest';
import { wordsOf } from '#words/words.ts';
import { faultText } from './fault.ts';

test('what is known of a fault is said in words, the rest as it was', () => {
  const said = (fault: string) => faultText(fault, wordsOf('ru').kit.wentNot);
  expect(said('10.0.0.1 is inside of this network: WEBHOOKS_INSIDE=1 allows that')).toContain('внутри сети');
  expect(said('answered 503')).toContain('503');
  expect(said('no answer in 10 s')).toBe(said('Connection timed out'));
  expect(said('connect ECONNREFUSED 127.0.0.1:1')).toContain('соединиться');
  expect(said('mailbox is full')).toBe('mailbox is full');
});
