import type { ColumnType, Generated } from 'kysely';
import type { AccountKind, EntryKind, Fault } from './kinds.ts';
import type { FreeReason, Package, Service, UnratedReason } from './rules-rating.ts';

type Json<T> = ColumnType<T, string | undefined, string>;
/** Read as text: a date would become an instant of this machine's zone. */
type Day = ColumnType<Date, string, string>;

/** The ledger, tariffs and what calls were charged. bigint and numeric come as text. */
export interface FinanceSchema {
  tariffs: { id: string; name: string; version: Generated<number>; updated_at: Generated<Date> };
  tariff_versions: {
    tariff: string;
    version: number;
    vat: number;
    vat_included: boolean;
    on_net_free: boolean;
    packages: Json<Package[]>;
    made_at: Generated<Date>;
  };
  tariff_lines: {
    id: Generated<string>;
    tariff: string;
    version: number;
    place: number;
    direction: 'out' | 'in';
    prefix: string;
    name: string;
    price: string;
    connection: string;
    min_seconds: number;
    step_seconds: number;
    free_seconds: number;
    weekdays: number[];
    from_minute: number;
    to_minute: number;
    valid_from: Day | null;
    valid_until: Day | null;
    package: string;
  };
  contracts: {
    id: Generated<string>;
    tenant: string;
    number: string;
    begins_on: Day;
    ends_on: Day | null;
    is_main: boolean;
    numbers: string[];
    look_from: Date | null;
    look_turn: Generated<number>;
    created_at: Generated<Date>;
  };
  contract_tariffs: { tenant: string; contract: string; tariff: string; from_on: Day };
  accounts: { id: Generated<string>; tenant: string; contract: string; kind: AccountKind; balance: Generated<string> };
  entries: {
    id: Generated<string>;
    tenant: string;
    contract: string;
    kind: EntryKind;
    service: string;
    key: string;
    reverses: string | null;
    note: string;
    author: string;
    booked_at: Generated<Date>;
  };
  entry_lines: { entry: string; account: string; tenant: string; amount: string };
  call_costs_changed: { id: Generated<string>; tenants: string[]; calls: string[]; at: Generated<Date> };
  rated_calls: {
    tenant: string;
    call_id: string;
    revision: number;
    part: number;
    contract: string;
    service: Service;
    outcome: 'charged' | 'free' | 'gone';
    why: FreeReason | '';
    tariff_line: string | null;
    started_at: Date;
    talk_seconds: number;
    billed_seconds: number;
    package: string;
    package_month: string;
    package_seconds: number;
    amount: string;
    vat: string;
    amount_moved: string;
    vat_moved: string;
    entry: string | null;
    rated_at: Generated<Date>;
  };
  package_use: { tenant: string; contract: string; package: string; month: string; seconds: string };
  unrated_calls: { tenant: string; call_id: string; started_at: Date; why: UnratedReason; number: string; found_at: Generated<Date> };
  rating_state: {
    one: Generated<boolean>;
    stream: string;
    seq: ColumnType<string, number | string, number | string>;
    looked: string;
    checked_at: Date | null;
    faults: Json<Fault[]>;
  };
}
