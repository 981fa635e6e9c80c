import type { ColumnType } from 'kysely';

/** How people like pages. */
export interface LikingSchema {
  likings: {
    tenant: string;
    user_id: string;
    page: string;
    /** written as text of JSON */
    value: ColumnType<unknown, string, string>;
    updated_at: ColumnType<Date, Date | undefined, Date>;
  };
}
