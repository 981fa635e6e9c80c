import { expect, test } from 'vitest';
import { searchIn, spellingsOf, stretchesOf } from './signalling.ts';

test('a period is read from its end in growing stretches without gaps, all of it once', () => {
  const stretches = stretchesOf({ from: 0, to: 3_600_000 });
  expect(stretches[0]).toEqual({ from: 3_595_000, to: 3_600_000 });
  expect(stretches.at(-1)?.from).toBe(0);
  for (const [i, s] of stretches.entries()) if (i > 0) expect(s.to).toBe(stretches[i - 1]?.from);
  expect(stretchesOf({ from: 0, to: 14 * 86_400_000 }).length).toBeLessThanOrEqual(10);
  expect(stretchesOf({ from: 5, to: 5 })).toEqual([]);
});

test('a Russian number is looked for in each of its spellings, another with and without +, an account as it is', () => {
  for (const typed of ['79161234567', '+7 (916) 123-45-67', '8 916 123-45-67', '9161234567'])
    expect(spellingsOf(typed)).toEqual(expect.arrayContaining(['9161234567', '79161234567', '+79161234567', '89161234567']));
  expect(spellingsOf('4930123456')).toEqual(expect.arrayContaining(['4930123456', '+4930123456']));
  expect(spellingsOf('101')).toEqual(['101']);
  expect(spellingsOf('anna.k')).toEqual(['anna.k']);
});

test('what is asked for is a parameter, never a part of the query; signs of a pattern mean themselves', () => {
  const evil = "'); DROP TABLE signalling --";
  const { sql, params } = searchIn({ from: 0, to: 1, user: evil, agent: 'a%_\\', ip: evil, method: evil, code: 4 }, { from: 0, to: 1 }, 5, [
    evil,
  ]);
  expect(sql).not.toContain('DROP');
  expect(params).toMatchObject({ users: [evil], agent: '%a\\%\\_\\\\%', ip: evil, method: evil, code: 4, except: [evil] });
  expect(sql).toContain('code >= {code: UInt16} * 100');
});
