import type { Answers, FormBody, Question } from './forms.ts';

/**
 * The one definition of a review's score; pages, REST and reports have it from here.
 *
 * A question gives its weight times the share of its best answer: yes is all of it, no is nothing; on a scale of 1 to n the mark m is
 * (m − 1) / (n − 1), so that the lowest mark is nothing. What is not applicable counts neither as got nor as possible. A critical
 * question that got the lowest mark makes nothing of the whole review, or of what its group got, as the form says; what was possible
 * stays. The score is got / possible in per cent with one decimal, half a tenth up.
 */
export interface Score {
  /** per cent with one decimal; null: every question was not applicable */
  percent: number | null;
  /** points as they were given, and after critical questions */
  given: number;
  counted: number;
  possible: number;
  /** ids of critical questions that failed, in the form's order */
  failed: string[];
  groups: GroupScore[];
}
export interface GroupScore {
  id: string;
  counted: number;
  possible: number;
  /** a critical question of it failed, and makes nothing of it */
  isNothing: boolean;
}

/** Share of the best answer, 0 to 1; null: not applicable, or not answered. */
export function shareOf(question: Pick<Question, 'kind' | 'max'>, value: number | 'na' | null): number | null {
  if (value === null || value === 'na') return null;
  return question.kind === 'yesno' ? value : (value - 1) / (question.max - 1);
}

export function hasFailed(question: Pick<Question, 'kind' | 'max' | 'critical'>, value: number | 'na' | null): boolean {
  return question.critical && shareOf(question, value) === 0;
}

export function scoreOf(form: FormBody, answers: Answers): Score {
  const markOf = (id: string) => answers[id]?.value ?? null;
  const all = form.groups.flatMap(({ questions }) => questions);
  const failed = all.filter((question) => hasFailed(question, markOf(question.id))).map(({ id }) => id);
  let given = 0;
  const groups = form.groups.map(({ id, questions }): GroupScore => {
    let points = 0;
    let possible = 0;
    for (const question of questions) {
      const share = shareOf(question, markOf(question.id));
      if (share === null) continue;
      points += share * question.weight;
      possible += question.weight;
    }
    given += points;
    const isNothing = form.criticalEffect === 'review' ? failed.length > 0 : questions.some((question) => failed.includes(question.id));
    return { id, counted: isNothing ? 0 : points, possible, isNothing };
  });
  const sum = (of: 'counted' | 'possible') => groups.reduce((total, group) => total + group[of], 0);
  const [counted, possible] = [sum('counted'), sum('possible')];
  return { percent: percentOf(counted, possible), given, counted, possible, failed, groups };
}

/** Shares are sums of fractions: what is half a tenth but for the last bits of a double is half a tenth. */
function percentOf(counted: number, possible: number): number | null {
  return possible === 0 ? null : Math.round((1_000 * counted) / possible + 1e-9) / 10;
}
