import type { Generated } from 'kysely';
import type { IncidentKind } from './kinds.ts';

/** Stretches in which figures may be incomplete or odd, and what is watched for them. */
export interface IncidentSchema {
  incidents: {
    id: Generated<string>;
    kind: IncidentKind;
    tenant: string | null;
    what: string;
    began_at: Date;
    ended_at: Date | null;
  };
  watched_parts: {
    kind: IncidentKind;
    what: string;
    tenant: string | null;
    well_at: Date;
  };
}
