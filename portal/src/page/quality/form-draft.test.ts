import { formBodySchema } from '@callscope/modules/quality/forms.ts';
import { describe, expect, test } from 'vitest';
import { en } from '#words/en.ts';
import { ru } from '#words/ru.ts';
import { asKind, exampleForm, type GroupDraft, moveGroup, moveQuestion, newForm, newQuestion, pointsOf, withMax } from './form-draft.ts';

const group = (id: string, ...questions: string[]): GroupDraft => ({
  ...{ id, name: id },
  questions: questions.map((one) => ({ ...newQuestion(), id: one })),
});
const said = (groups: readonly GroupDraft[]) => groups.map(({ id, questions }) => `${id}: ${questions.map((one) => one.id).join(' ')}`);

describe('a score form while it is typed', () => {
  test.each([ru, en])('the example is a form as it stands, of 100 points with one critical question', ({ quality }) => {
    const form = formBodySchema.parse(exampleForm(quality.forms.example));
    expect(form.groups.reduce((sum, one) => sum + pointsOf(one), 0)).toBe(100);
    expect(form.groups.flatMap(({ questions }) => questions).filter(({ critical }) => critical)).toHaveLength(1);
  });

  test('an empty one names what is missing', () => {
    const { error } = formBodySchema.safeParse(newForm());
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['name', 'groups.0.name', 'groups.0.questions.0.text']);
  });

  test('a question goes up and down, past the end of its group into the one beside, and no further', () => {
    const groups = [group('a', '1', '2'), group('b', '3')];
    expect(said(moveQuestion(groups, 0, 0, 1))).toEqual(['a: 2 1', 'b: 3']);
    expect(said(moveQuestion(groups, 0, 1, 1))).toEqual(['a: 1', 'b: 2 3']);
    expect(said(moveQuestion(groups, 1, 0, -1))).toEqual(['a: 1 2 3', 'b: ']);
    expect(said(moveQuestion(groups, 0, 0, -1))).toEqual(said(groups));
    expect(said(moveQuestion(groups, 1, 0, 1))).toEqual(said(groups));
    expect(said(moveGroup(groups, 0, 1))).toEqual(['b: 3', 'a: 1 2']);
    expect(said(moveGroup(groups, 0, -1))).toEqual(said(groups));
  });

  test('a comment is asked for below marks that there are', () => {
    const scale = asKind({ ...newQuestion(), commentBelow: 1 }, 'scale');
    expect(scale).toMatchObject({ kind: 'scale', commentBelow: 3 });
    expect(withMax(scale, 2).commentBelow).toBe(2);
    expect(asKind(scale, 'yesno').commentBelow).toBe(1);
    expect(asKind({ ...scale, commentBelow: null }, 'yesno').commentBelow).toBeNull();
  });
});
