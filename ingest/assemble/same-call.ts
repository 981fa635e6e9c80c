import type { CallRow } from '@callscope/core/domain/call.ts';

/** Two rows say the same of a call; revision apart. */
export function sameCall(a: CallRow, b: CallRow): boolean {
  return changedFields(a, b).length === 0;
}

export function changedFields(a: CallRow, b: CallRow): (keyof CallRow)[] {
  return (Object.keys(b) as (keyof CallRow)[]).filter((k) => {
    if (k === 'revision') return false;
    const x = a[k];
    const y = b[k];
    return typeof x === 'object' || typeof y === 'object' ? JSON.stringify(x) !== JSON.stringify(y) : x !== y;
  });
}
