import { z } from 'zod';

/** Pure, so that browsers may read it too. */
export const REVIEW_STATES = ['assigned', 'draft', 'submitted', 'accepted', 'appealed', 'settled'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];
export const REVIEW_SOURCES = ['plan', 'hand', 'calibration'] as const;
export type ReviewSource = (typeof REVIEW_SOURCES)[number];
export const EVENT_KINDS = ['assigned', 'submitted', 'accepted', 'appealed', 'kept', 'changed'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export const DEFAULT_APPEAL_DAYS = 7;
export const APPEAL_DAYS = z.number().int().min(1).max(90);

/** What an employee says against a review. */
export interface Appeal {
  text: string;
  /** by question */
  questions: Record<string, string>;
  by: string;
  /** RFC 3339 */
  at: string;
}
export const appealForm = z
  .strictObject({
    text: z.string().trim().max(4_000).default(''),
    questions: z.record(z.string().regex(/^[a-z0-9]{1,24}$/), z.string().trim().max(2_000)).default({}),
  })
  .refine(({ text, questions }) => text !== '' || Object.values(questions).some((said) => said !== ''), {
    path: ['text'],
    error: 'say what is wrong: of the whole review, or of a question',
  });
export type AppealForm = z.output<typeof appealForm>;

export interface Decision {
  /** the marks stayed as they were */
  isKept: boolean;
  reason: string;
  by: string;
  at: string;
  /** before the decision */
  scoreBefore: number | null;
}

/** What can be done with a review as it stands, whoever does it. */
export interface Standing {
  state: ReviewState;
  isShown: boolean;
  /** ms since the epoch */
  appealUntil: number | null;
  session: string | null;
}

/** Its employee may still accept it or speak against it: once, and within the term. */
export function mayAnswer({ state, isShown, appealUntil, session }: Standing, now: number): boolean {
  return state === 'submitted' && isShown && session === null && appealUntil !== null && now < appealUntil;
}

/** Nothing of it changes any more: accepted, decided, or the term for an appeal is over. */
export function isLocked(review: Standing, now: number): boolean {
  const { state, isShown, appealUntil } = review;
  if (state === 'accepted' || state === 'settled') return true;
  return state === 'submitted' && isShown && appealUntil !== null && now >= appealUntil;
}

/** Whether its reviewer may still write: until it is handed in. */
export function isWritable({ state }: Pick<Standing, 'state'>): boolean {
  return state === 'assigned' || state === 'draft';
}
