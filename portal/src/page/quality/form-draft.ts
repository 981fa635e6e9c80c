import type { FormBody, Question } from '@callscope/modules/quality/forms.ts';

/** A question while it is typed: a number's field may be empty. */
export type QuestionDraft = Omit<Question, 'weight' | 'max'> & { weight: number | null; max: number | null };
export interface GroupDraft {
  id: string;
  name: string;
  questions: QuestionDraft[];
}
/** A score form while it is typed. */
export type FormDraft = Omit<FormBody, 'groups'> & { groups: GroupDraft[] };

/** Kept through versions, so it is made once and never of the words. */
function newId(letter: 'g' | 'q'): string {
  return letter + crypto.randomUUID().replaceAll('-', '').slice(0, 12);
}

export function newQuestion(): QuestionDraft {
  return {
    ...{ id: newId('q'), text: '', hint: '', kind: 'yesno', max: 5, weight: 5 },
    ...{ critical: false, notApplicable: true, commentBelow: 1 },
  };
}

export function newGroup(): GroupDraft {
  return { id: newId('g'), name: '', questions: [newQuestion()] };
}

export function newForm(): FormDraft {
  return { name: '', criticalEffect: 'review', groups: [newGroup()] };
}

/** Of another kind: what was set for the former kind and has no meaning in this one goes. */
export function asKind(question: QuestionDraft, kind: Question['kind']): QuestionDraft {
  if (question.kind === kind) return question;
  const wants = question.commentBelow !== null;
  return { ...question, kind, commentBelow: wants ? (kind === 'yesno' ? 1 : 3) : null };
}

/** With another highest mark: a comment cannot be asked for below a mark that there is not. */
export function withMax(question: QuestionDraft, max: number | null): QuestionDraft {
  const { commentBelow } = question;
  return { ...question, max, commentBelow: commentBelow !== null && max !== null ? Math.min(commentBelow, max) : commentBelow };
}

/**
 * One step up (−1) or down (1): past the end of its group into the group beside.
 * @returns the same groups, when there is nothing further
 */
export function moveQuestion(groups: readonly GroupDraft[], g: number, q: number, by: -1 | 1): GroupDraft[] {
  const next = groups.map((group) => ({ ...group, questions: [...group.questions] }));
  const from = next[g]?.questions;
  const [moved] = from?.splice(q, 1) ?? [];
  if (!from || !moved) return next;
  const to = q + by;
  if (to >= 0 && to <= from.length) {
    from.splice(to, 0, moved);
    return next;
  }
  const beside = next[g + by]?.questions;
  if (!beside) return groups.map((group) => ({ ...group }));
  beside.splice(by === 1 ? 0 : beside.length, 0, moved);
  return next;
}

export function moveGroup(groups: readonly GroupDraft[], g: number, by: -1 | 1): GroupDraft[] {
  const next = [...groups];
  const [moved] = next.splice(g, 1);
  if (moved && g + by >= 0 && g + by <= next.length) next.splice(g + by, 0, moved);
  else if (moved) next.splice(g, 0, moved);
  return next;
}

/** Points of a group's best answers; an empty field is none. */
export function pointsOf({ questions }: Pick<GroupDraft, 'questions'>): number {
  return questions.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
}

/** Words of an example in the reader's language; kinds and weights are the same in each. */
export interface ExampleWords {
  name: string;
  begin: { name: string; hello: string; helloHint: string; called: string };
  need: { name: string; heard: string; heardHint: string; asked: string };
  deal: { name: string; right: string; rightHint: string; next: string; data: string; dataHint: string };
  tone: { name: string; polite: string; speech: string; end: string };
}

/** A form to begin with that asks what most companies do, to be adapted. */
export function exampleForm({ name, begin, need, deal, tone }: ExampleWords): FormDraft {
  const yes = (text: string, weight: number, hint = ''): QuestionDraft => ({ ...newQuestion(), text, weight, hint, commentBelow: 1 });
  const scale = (text: string, weight: number, hint = ''): QuestionDraft => ({
    ...newQuestion(),
    ...{ text, weight, hint, kind: 'scale', max: 5, commentBelow: 3 },
  });
  const group = (title: string, ...questions: QuestionDraft[]): GroupDraft => ({ id: newId('g'), name: title, questions });
  return {
    ...{ name, criticalEffect: 'review' },
    groups: [
      group(begin.name, { ...yes(begin.hello, 5, begin.helloHint), notApplicable: false }, yes(begin.called, 5)),
      group(need.name, scale(need.heard, 15, need.heardHint), yes(need.asked, 10)),
      group(deal.name, scale(deal.right, 25, deal.rightHint), yes(deal.next, 15), { ...yes(deal.data, 5, deal.dataHint), critical: true }),
      group(tone.name, { ...scale(tone.polite, 10), notApplicable: false }, scale(tone.speech, 5), yes(tone.end, 5)),
    ],
  };
}
