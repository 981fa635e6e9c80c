import type { Selectable } from 'kysely';
import type { Answers } from './forms.ts';
import type { Appeal, Decision, EventKind, ReviewSource, ReviewState, Standing } from './rules.ts';
import type { QualitySchema } from './schema.ts';
import { isReadable, type Viewer } from './viewer.ts';

/** A review as it is kept. Times are ms since the epoch. */
export interface Review extends Standing {
  id: string;
  callId: string;
  /** of the call */
  startedAt: number;
  employee: string;
  group: string;
  form: string;
  version: number;
  reviewer: string;
  source: ReviewSource;
  plan: string | null;
  pair: string | null;
  isReference: boolean;
  dueAt: number | null;
  createdBy: string;
  createdAt: number;
  submittedAt: number | null;
  /** null: not for the viewer to read yet */
  made: Made | null;
  appeal: Appeal | null;
  decision: Decision | null;
}
/** What its reviewer said. */
export interface Made {
  answers: Answers;
  comment: string;
  /** per cent; null: not handed in, or nothing was applicable */
  score: number | null;
  isCritical: boolean;
}
export interface ReviewEvent {
  at: number;
  who: string;
  what: EventKind;
  detail: { before?: number | null; after?: number | null; reason?: string; changed?: string[] };
}

export type ReviewRow = Selectable<QualitySchema['quality_reviews']>;

export function reviewOf(row: ReviewRow, viewer: Viewer): Review {
  const time = (at: Date | null) => at?.getTime() ?? null;
  const review = { reviewer: row.reviewer, isShown: row.is_shown };
  const score = row.score === null ? null : Number(row.score);
  return {
    ...review,
    ...{ id: row.id, callId: row.call_id, startedAt: row.started_at.getTime(), employee: row.employee, group: row.group_id },
    ...{ form: row.form, version: row.version, source: row.source, plan: row.plan, pair: row.pair, session: row.session },
    ...{ isReference: row.is_reference, createdBy: row.created_by, createdAt: row.created_at.getTime() },
    ...{ dueAt: time(row.due_at), submittedAt: time(row.submitted_at), appealUntil: time(row.appeal_until) },
    ...{ state: row.state as ReviewState, appeal: row.appeal, decision: row.decision },
    made: isReadable(review, viewer) ? { answers: row.answers, comment: row.comment, score, isCritical: row.is_critical } : null,
  };
}
