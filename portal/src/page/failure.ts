import { QueryTooLarge, StoreUnavailable } from '@callscope/analytics/run/run.ts';

/** Why figures are missing; the rest of the page works. */
export type Failure = 'large' | 'unavailable';

/** What was asked, or why there is no answer. @throws what nobody expected */
export async function answered<T>(asked: Promise<T>): Promise<{ answer: T; failure: null } | { answer: null; failure: Failure }> {
  try {
    return { answer: await asked, failure: null };
  } catch (error) {
    if (error instanceof QueryTooLarge) return { answer: null, failure: 'large' };
    if (error instanceof StoreUnavailable) return { answer: null, failure: 'unavailable' };
    throw error;
  }
}
