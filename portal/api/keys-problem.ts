import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { Problem } from './problem.ts';

/** What a secret cannot be kept with is the operator's to mend. @throws Problem 503 */
export async function keysOrProblem<T>(work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    if (error instanceof KeysMissing) throw new Problem(503, error.message);
    throw error;
  });
}
