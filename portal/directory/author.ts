import type { Caller } from '@callscope/modules/access/callers.ts';
import type { Author } from '@callscope/modules/directory/history.ts';

/** Who a change of a directory is put down to: the operator's people and tokens are named as the operator's. */
export function authorOf(caller: Caller): Author {
  return { kind: caller.tenant === null || caller.by === 'system' ? 'operator' : caller.by, name: caller.name };
}
