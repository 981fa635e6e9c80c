import type { Generated } from 'kysely';
import type { AlarmEnd, Side } from './facts.ts';
import type { Unjudged } from './rules.ts';

/** Measures that are looked at every minute, how they stand, and when something was wrong. */
export interface AlertSchema {
  alerts: {
    tenant: string;
    id: Generated<string>;
    name: string;
    measure: string;
    minutes: number;
    side: Side;
    bound: number;
    least: number;
    numbers: string[] | null;
    groups: string[] | null;
    employees: string[] | null;
    in_hours: boolean;
    quiet_minutes: number;
    reminds: boolean;
    is_on: boolean;
    made_by: string;
    created_at: Generated<Date>;
    next_at: Generated<Date>;
    checked_at: Date | null;
    value: number | null;
    why: Generated<Unjudged | ''>;
    alarm: string | null;
    well_at: Date | null;
    told_at: Date | null;
  };
  alert_ways: { tenant: string; alert: string; way: string };
  alarms: {
    tenant: string;
    id: Generated<string>;
    alert: string;
    began_at: Date;
    ended_at: Date | null;
    ended: Generated<AlarmEnd | ''>;
    measure: string;
    value: number;
    is_told: Generated<boolean>;
  };
}
