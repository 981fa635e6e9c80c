import type { Answers, FormBody } from './forms.ts';
import { shareOf } from './score.ts';

/** How far people who judged the same call with the same form stand apart on a question. */
export interface QuestionAgreement {
  question: string;
  /** marks by review, in the order of `reviews`; null: not answered */
  marks: (number | 'na' | null)[];
  /**
   * mean of |share − share of the reference| over those who gave a mark where the reference has one, 0 to 1 of the best answer;
   * null: there is nothing to compare
   */
  difference: number | null;
  /** share of them that answered exactly as the reference did, "not applicable" among the answers */
  agreed: number | null;
}
export interface Agreement {
  questions: QuestionAgreement[];
  /** over all questions and reviews; each answer counts once */
  difference: number | null;
  agreed: number | null;
}

/**
 * Each review held against the reference. Two who review blindly: the first is the other's reference.
 * @param reviews the reference first
 */
export function agreementOf(form: FormBody, reviews: readonly Answers[]): Agreement {
  const all = form.groups.flatMap(({ questions }) => questions);
  const compared = all.map((question) => {
    const marks = reviews.map((answers) => answers[question.id]?.value ?? null);
    const [reference = null, ...others] = marks;
    const answered = reference === null ? [] : others.filter((mark) => mark !== null);
    const shares = answered.flatMap((mark) => {
      const [own, right] = [shareOf(question, mark), shareOf(question, reference)];
      return own === null || right === null ? [] : [Math.abs(own - right)];
    });
    return { question: question.id, marks, shares, same: answered.map((mark): number => (mark === reference ? 1 : 0)) };
  });
  return {
    questions: compared.map(({ question, marks, shares, same }) => ({ question, marks, difference: mean(shares), agreed: mean(same) })),
    difference: mean(compared.flatMap(({ shares }) => shares)),
    agreed: mean(compared.flatMap(({ same }) => same)),
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
