import type { ColumnType, Generated } from 'kysely';
import type { ListRow, RuleRow } from './route-rows.ts';
import type { GROUP_MODES } from './rules-stage.ts';

/** Tables that OpenSIPS reads, and how it is told of a change. */
export interface PbxSchema {
  pbx_companies: { tenant: string; record: string; calls: number | null };
  pbx_accounts: { tenant: string; username: string; ha1: string; status: string; record: string; blocked: string[] };
  pbx_numbers: { tenant: string; number: string };
  pbx_number_rules: RuleRow;
  /** number null: the company's black list */
  pbx_lists: ListRow;
  pbx_short_numbers: {
    tenant: string;
    number: string;
    accounts: string[];
    ring_seconds: number;
    do_not_disturb: boolean;
    phone: string | null;
    follow: { number: string; seconds: number }[];
    display_name: string;
    forward_always: string | null;
    forward_busy: string | null;
    forward_no_answer: string | null;
    forward_unreachable: string | null;
  };
  pbx_groups: {
    tenant: string;
    id: string;
    number: string | null;
    mode: (typeof GROUP_MODES)[number];
    ring_seconds: number;
    members: string[];
    weights: number[];
    otherwise: string | null;
  };
  /** by accounting at the edge */
  pbx_answered: { tenant: string; account: string; last_at: Date; day: Date; calls: number };
  pbx_trunks: { tenant: string | null };
  pbx_trunk_groups: { tenant: string | null };
  pbx_routes: { tenant: string | null };
  pbx_emergency_numbers: { number: string };
  pbx_blocked_prefixes: { tenant: string | null };
  /** what OpenSIPS reads changed: it must be told to read it again */
  edge_changes: {
    id: ColumnType<string, never, never>;
    what: string;
    tenant: string;
    created_at: Generated<Date>;
    applied_at: ColumnType<Date | null, undefined, Date>;
    failure: string | null;
  };
}
