import { describe, expect, test } from 'vitest';
import { type Answers, type FormBody, faultsOf, formBodySchema } from './forms.ts';
import { scoreOf } from './score.ts';

const form = (change: Partial<FormBody> = {}): FormBody =>
  formBodySchema.parse({
    name: 'Продажа',
    groups: [
      {
        id: 'begin',
        name: 'Начало',
        questions: [
          { id: 'hello', text: 'Представился', kind: 'yesno', weight: 5, commentBelow: 1 },
          { id: 'tone', text: 'Тон', kind: 'scale', max: 5, weight: 4, commentBelow: 3 },
        ],
      },
      {
        id: 'deal',
        name: 'Дело',
        questions: [
          { id: 'need', text: 'Выяснил потребность', kind: 'yesno', weight: 6 },
          { id: 'secret', text: 'Не назвал чужих данных', kind: 'yesno', weight: 3, critical: true, notApplicable: false },
        ],
      },
    ],
    ...change,
  });
const marks = (values: Record<string, number | 'na'>): Answers =>
  Object.fromEntries(Object.entries(values).map(([id, value]) => [id, { value, comment: '', at: null }]));
const percent = (values: Record<string, number | 'na'>, of = form()) => scoreOf(of, marks(values)).percent;
const BEST = { hello: 1, tone: 5, need: 1, secret: 1 };

describe('the score of a review', () => {
  test('is what was got of what was possible, a scale from its lowest mark', () => {
    expect(scoreOf(form(), marks(BEST))).toMatchObject({ percent: 100, counted: 18, possible: 18, failed: [] });
    // 5 + 4 × 1/4 + 0 + 3 of 18
    expect(scoreOf(form(), marks({ hello: 1, tone: 2, need: 0, secret: 1 }))).toMatchObject({ counted: 9, percent: 50 });
    expect(percent({ ...BEST, tone: 1 })).toBe(77.8);
    expect(percent({ ...BEST, tone: 4 })).toBe(94.4);
  });

  test('what is not applicable counts neither as got nor as possible; nothing but that has no score', () => {
    expect(scoreOf(form(), marks({ ...BEST, need: 'na', tone: 1 }))).toMatchObject({ counted: 8, possible: 12, percent: 66.7 });
    expect(percent({ hello: 'na', tone: 'na', need: 'na', secret: 'na' })).toBeNull();
    expect(percent({})).toBeNull();
  });

  test('a failed critical question makes nothing of the review, or of its group; what was given stays to be explained', () => {
    const values = { ...BEST, secret: 0 };
    expect(scoreOf(form(), marks(values))).toMatchObject({ percent: 0, given: 15, counted: 0, possible: 18, failed: ['secret'] });
    const byGroup = scoreOf(form({ criticalEffect: 'group' }), marks(values));
    expect(byGroup).toMatchObject({ percent: 50, given: 15, counted: 9, possible: 18 });
    expect(byGroup.groups.map(({ isNothing }) => isNothing)).toEqual([false, true]);
    // no question of no weight is failed by being left out
    expect(scoreOf(form(), marks({ ...BEST, secret: 'na' })).failed).toEqual([]);
  });

  test('half a tenth goes up whatever the last bits say', () => {
    const thirds = formBodySchema.parse({
      name: 'x',
      groups: [
        {
          id: 'g',
          name: 'g',
          questions: ['a', 'b', 'c'].map((id) => ({ id, text: id, kind: 'scale', max: 4, weight: 1 })),
        },
      ],
    });
    expect(percent({ a: 2, b: 2, c: 2 }, thirds)).toBe(33.3);
    // 1/3 + 2/3 + 0 is one of three whichever way it is added
    expect(percent({ a: 2, b: 3, c: 1 }, thirds)).toBe(33.3);
    const wide = formBodySchema.parse({
      name: 'x',
      groups: [
        {
          id: 'g',
          name: 'g',
          questions: [
            { id: 'a', text: 'a', kind: 'yesno', weight: 1 },
            { id: 'b', text: 'b', kind: 'yesno', weight: 100 },
            { id: 'c', text: 'c', kind: 'yesno', weight: 99 },
          ],
        },
      ],
    });
    expect(percent({ a: 1, b: 0, c: 0 }, wide)).toBe(0.5);
  });
});

describe('what stands in the way of handing in', () => {
  test('no answer, a mark that there is not, a low mark without its comment', () => {
    const why = (values: Record<string, number | 'na'>) => faultsOf(form(), marks(values)).map((f) => `${f.question} ${f.why}`);
    expect(why({})).toEqual(['hello missing', 'tone missing', 'need missing', 'secret missing']);
    expect(why({ ...BEST, hello: 0, tone: 2 })).toEqual(['hello comment', 'tone comment']);
    expect(why({ ...BEST, tone: 3 })).toEqual([]);
    expect(why({ ...BEST, tone: 6, need: 2 })).toEqual(['tone mark', 'need mark']);
    // of a scale there is no mark 0, and this critical question cannot be left out
    expect(why({ ...BEST, tone: 0, secret: 'na' })).toEqual(['tone mark', 'secret mark']);
    const said = { ...marks({ ...BEST, hello: 0 }), hello: { value: 0, comment: 'не назвал имени', at: 3 } };
    expect(faultsOf(form(), said)).toEqual([]);
  });
  test('a form whose questions share an id is none', () => {
    const { groups } = form();
    expect(formBodySchema.safeParse({ name: 'x', groups: [...groups, { ...groups[0], id: 'other' }] }).success).toBe(false);
  });
});
