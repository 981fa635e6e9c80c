import type { MissedOrder } from '@callscope/analytics/run/calls.ts';
import type { CaseOrder } from '@callscope/modules/cases/store.ts';

/** Columns that lists of calls and cases can be put in the order of; the stores' lists, without their databases. */
export const MISSED_ORDERS = ['at', 'from', 'number', 'wait', 'reason'] as const satisfies readonly MissedOrder[];
export const CASE_ORDERS = ['at', 'from', 'number', 'times', 'last', 'attempts', 'owner'] as const satisfies readonly CaseOrder[];
