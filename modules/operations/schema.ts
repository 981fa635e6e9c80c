import type { Generated } from 'kysely';
import type { TroubleKind } from './rules.ts';

/** What was wrong with the system. */
export interface OperationsSchema {
  troubles: {
    id: Generated<string>;
    kind: TroubleKind;
    what: string;
    detail: Generated<string>;
    began_at: Generated<Date>;
    ended_at: Date | null;
    told_at: Date | null;
    told_over_at: Date | null;
    next_at: Generated<Date>;
    fault: Generated<string>;
  };
}
