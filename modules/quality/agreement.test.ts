import { expect, test } from 'vitest';
import { agreementOf } from './agreement.ts';
import { type Answers, formBodySchema } from './forms.ts';

const form = formBodySchema.parse({
  name: 'x',
  groups: [
    {
      id: 'g',
      name: 'g',
      questions: [
        { id: 'a', text: 'a', kind: 'scale', max: 5, weight: 1 },
        { id: 'b', text: 'b', kind: 'yesno', weight: 1 },
      ],
    },
  ],
});
const of = (a: number | 'na' | null, b: number | 'na' | null): Answers => ({
  a: { value: a, comment: '', at: null },
  b: { value: b, comment: '', at: null },
});

test('difference is of the best answer, agreement counts equal answers', () => {
  const { questions, difference, agreed } = agreementOf(form, [of(5, 1), of(4, 1), of(2, 0)]);
  expect(questions).toEqual([
    // (1/4 + 3/4) / 2
    { question: 'a', marks: [5, 4, 2], difference: 0.5, agreed: 0 },
    { question: 'b', marks: [1, 1, 0], difference: 0.5, agreed: 0.5 },
  ]);
  expect([difference, agreed]).toEqual([0.5, 0.25]);
});

test('"not applicable" agrees with itself, and against a mark it is no agreement but no distance either', () => {
  const { questions } = agreementOf(form, [of('na', 1), of('na', 'na'), of(3, 1)]);
  expect(questions.map(({ difference, agreed }) => [difference, agreed])).toEqual([
    [null, 0.5],
    [0, 0.5],
  ]);
});

test('whoever has not answered is not compared; without a reference nobody is', () => {
  expect(agreementOf(form, [of(5, 1), of(null, 1)]).questions[0]).toMatchObject({ difference: null, agreed: null });
  expect(agreementOf(form, [of(null, null), of(5, 1)])).toMatchObject({ difference: null, agreed: null });
  expect(agreementOf(form, [of(5, 1)])).toMatchObject({ difference: null, agreed: null });
});
