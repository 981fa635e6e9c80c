import { z } from 'zod';

/** What a question is answered with: `yesno` 1 or 0, `scale` 1 to `max`. */
export const QUESTION_KINDS = ['yesno', 'scale'] as const;
/** What a failed critical question makes nothing of: the whole review, or its group. */
export const CRITICAL_EFFECTS = ['review', 'group'] as const;

const name = (most: number) => z.string().trim().min(1).max(most);
/** Kept through versions, so that a question's course goes on when its words are mended. */
const id = z.string().regex(/^[a-z0-9]{1,24}$/, 'small letters and digits, at most 24');

export const questionSchema = z
  .strictObject({
    id,
    text: name(300),
    hint: z.string().trim().max(1_000).default(''),
    kind: z.enum(QUESTION_KINDS),
    max: z.number().int().min(2).max(9).default(5).describe('highest mark of a scale'),
    weight: z.number().int().min(1).max(100).describe('points for the best answer'),
    critical: z.boolean().default(false),
    notApplicable: z.boolean().default(true).describe('may be left out as not applicable'),
    commentBelow: z
      .number()
      .int()
      .min(1)
      .max(9)
      .nullable()
      .default(null)
      .describe('a mark below this one needs a comment; 1 of yes and no: "no" does'),
  })
  // a mark is one key: 0 is not applicable
  .refine((q) => q.kind === 'yesno' || q.commentBelow === null || q.commentBelow <= q.max, {
    path: ['commentBelow'],
    error: 'is above the highest mark',
  });
export type Question = z.output<typeof questionSchema>;

export const formBodySchema = z
  .strictObject({
    name: name(120),
    criticalEffect: z.enum(CRITICAL_EFFECTS).default('review').describe('what a failed critical question makes nothing of'),
    groups: z
      .array(z.strictObject({ id, name: name(120), questions: z.array(questionSchema).min(1).max(40) }))
      .min(1)
      .max(20),
  })
  .superRefine(({ groups }, context) => {
    const seen = new Set<string>();
    groups.forEach((group, g) => {
      for (const [q, question] of group.questions.entries()) {
        if (seen.has(question.id))
          context.addIssue({ code: 'custom', path: ['groups', g, 'questions', q, 'id'], message: 'another question has this id' });
        seen.add(question.id);
      }
      if (groups.findIndex((other) => other.id === group.id) !== g)
        context.addIssue({ code: 'custom', path: ['groups', g, 'id'], message: 'another group has this id' });
    });
  });
export type FormBody = z.output<typeof formBodySchema>;

export const MOST_FORMS = 100;

export const answerSchema = z.strictObject({
  value: z
    .union([z.number().int().min(0).max(9), z.literal('na')])
    .nullable()
    .default(null)
    .describe('`na`: not applicable; null: not answered yet'),
  comment: z.string().trim().max(2_000).default(''),
  at: z.number().min(0).max(86_400).nullable().default(null).describe('second of the recording that the comment is about'),
});
export type Answer = z.output<typeof answerSchema>;
/** by id of the question */
export const answersSchema = z.record(id, answerSchema);
export type Answers = z.output<typeof answersSchema>;

/** @param answers what belongs to no question of the form falls out */
export function answersOf(form: FormBody, answers: Answers): Answers {
  return Object.fromEntries(
    form.groups.flatMap(({ questions }) => questions).flatMap(({ id }) => (answers[id] === undefined ? [] : [[id, answers[id]] as const])),
  );
}

export interface AnswerFault {
  question: string;
  /** `missing`: not answered; `mark`: there is no such mark; `comment`: this mark needs one */
  why: 'missing' | 'mark' | 'comment';
}

/** What stands in the way of handing a review in. */
export function faultsOf(form: FormBody, answers: Answers): AnswerFault[] {
  return form.groups
    .flatMap(({ questions }) => questions)
    .flatMap((question): AnswerFault[] => {
      const { value, comment } = answers[question.id] ?? { value: null, comment: '' };
      const fault = (why: AnswerFault['why']) => [{ question: question.id, why }];
      if (value === null) return fault('missing');
      if (value === 'na') return question.notApplicable ? [] : fault('mark');
      const [least, most] = question.kind === 'yesno' ? [0, 1] : [1, question.max];
      if (value < least || value > most) return fault('mark');
      return question.commentBelow !== null && value < question.commentBelow && comment.trim() === '' ? fault('comment') : [];
    });
}
