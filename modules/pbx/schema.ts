import type { ColumnType, Generated } from 'kysely';

/** Tables that OpenSIPS reads, and how it is told of a change. */
export interface PbxSchema {
  pbx_companies: { tenant: string; record: string; calls: number | null };
  pbx_accounts: { tenant: string; username: string; ha1: string; status: string; record: string };
  pbx_numbers: { tenant: string };
  pbx_short_numbers: { tenant: string; number: string; accounts: string[] };
  pbx_groups: { tenant: string };
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
