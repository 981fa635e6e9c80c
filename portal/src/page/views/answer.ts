import type { ViewFault } from '@callscope/modules/views/store.ts';

/** What saving, renaming and deleting a view are answered; null: done. */
export interface SaveAnswer {
  fault: ViewFault | 'name' | 'form' | null;
}
