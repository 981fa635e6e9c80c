import type { Generated } from 'kysely';

/** How long the store keeps what. */
export interface RetentionSchema {
  retention: { what: string; days: number; changed_at: Generated<Date> };
  retention_companies: { tenant: string; call_days: number; changed_at: Generated<Date> };
}
