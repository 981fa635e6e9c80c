import type { paper as source } from '../ru/paper.ts';

export const paper: typeof source = {
  rows: 'Rows',
  notes: 'Notes',
  madeAt: (at) => `Generated ${at}`,
  page: (page, of) => `${page} of ${of}`,
};
