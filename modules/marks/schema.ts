import type { ColumnType, Generated } from 'kysely';
import type { TagColour } from './kinds.ts';

type Decimal = ColumnType<string | null, number | string | null | undefined, number | string | null>;

/** What people say about calls. bigint and numeric come as text. */
export interface MarksSchema {
  call_tags: {
    tenant: string;
    id: Generated<string>;
    name: string;
    colour: TagColour;
    place: number;
    archived_at: Date | null;
  };
  call_taggings: {
    tenant: string;
    call_id: string;
    tag: string;
    started_at: Date;
    by: string;
    at: Generated<Date>;
  };
  call_notes: {
    tenant: string;
    call_id: string;
    started_at: Date;
    text: string;
    by: string;
    at: Generated<Date>;
    version: Generated<number>;
  };
  call_comments: {
    tenant: string;
    id: Generated<string>;
    call_id: string;
    started_at: Date;
    author: string;
    by: string;
    text: string;
    second: Decimal;
    created_at: Generated<Date>;
    edited_at: Date | null;
    removed_at: Date | null;
    removed_by: string | null;
  };
  call_collections: {
    tenant: string;
    id: Generated<string>;
    name: string;
    about: Generated<string>;
    user_id: string | null;
    made_by: string;
    created_at: Generated<Date>;
  };
  call_collection_entries: {
    tenant: string;
    id: Generated<string>;
    collection: string;
    call_id: string;
    started_at: Date;
    text: Generated<string>;
    from_second: Decimal;
    to_second: Decimal;
    by: string;
    at: Generated<Date>;
  };
  call_scores: {
    tenant: string;
    call_id: string;
    started_at: Date;
    score: ColumnType<string, number | string, number | string>;
    at: Generated<Date>;
  };
  call_marks_changed: {
    id: Generated<string>;
    tenant: string;
    call_id: string;
    at: Generated<Date>;
    due_at: Generated<Date>;
  };
}
