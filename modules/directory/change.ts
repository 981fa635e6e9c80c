import { type DirectoryBody, directorySchema } from '@callscope/core/domain/directory.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import { applyPolicy } from '../recordings/policy-store.ts';
import type { ChangeKind, PostgresSchema } from '../schema.ts';
import { announce } from './announce.ts';
import { type Difference, differences, EMPTY, rebased, sameValue } from './difference.ts';
import { DirectoryEditError, faultOf } from './edit.ts';
import type { Author } from './history.ts';

export interface ChangeRequest {
  author: Author;
  /** the same for the audit, with where the request came from */
  actor: Actor;
  kind: ChangeKind;
  /** null: now, or the beginning of time for the first */
  validFrom: Date | null;
  /** written calls from here on are resolved again; null: only those of the last days */
  recomputeFrom: Date | null;
  /** the directory's version that the author saw; null = whatever it is */
  expected: number | null;
}

/** Somebody else was faster. */
export class DirectoryMoved extends Error {
  readonly version: number;
  constructor(version: number) {
    super(`the directory has changed meanwhile: it is at version ${version} now, read it again`);
    this.version = version;
  }
}

export interface Outcome {
  /** the company's by then: what ingest confirms */
  version: number;
  diff: Difference[];
}

/**
 * Changes the directory from a moment on, in one transaction: `edit` gets the body in force by then. Later versions follow
 * in what they did not change themselves (`rebased`), so that a correction of the past holds until today. Nothing is
 * written when nothing changes.
 * @returns null when there is no such company. @throws DirectoryEditError, DirectoryMoved, and what `edit` throws
 */
export function changeDirectory(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  request: ChangeRequest,
  edit: (body: DirectoryBody) => DirectoryBody,
): Promise<Outcome | null> {
  return inTurn(db, scope, request, async (turn) => {
    const { at: base, later } = await turn.versionsFrom(turn.from);
    const before = base?.body ?? EMPTY;
    const after = edit(before);
    const diff = differences(before, after);
    if (diff.length === 0 && sameValue(before, after)) return { version: turn.version, diff };
    await turn.write(turn.from, after);
    let was = before;
    let is = after;
    for (const version of later) {
      const next = rebased(was, is, version.body);
      was = version.body;
      is = next;
      if (sameValue(version.body, next)) continue;
      requireConsistent(next, version.validFrom);
      await turn.write(version.validFrom, next);
    }
    return { version: await turn.close(diff), diff };
  });
}

/**
 * Replaces the whole directory from a moment on, until the next version. The first version is valid from the beginning of
 * time; one with the same `validFrom` as an earlier version replaces that version; one that says what is in force by then
 * anyway changes nothing.
 * @returns null when there is no such company. @throws DirectoryMoved
 */
export function putDirectory(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  request: Omit<ChangeRequest, 'kind'>,
  body: DirectoryBody,
): Promise<Outcome | null> {
  return inTurn(db, scope, { ...request, kind: 'replace' }, async (turn) => {
    const { at: base } = await turn.versionsFrom(turn.from);
    if (base && sameValue(base.body, body) && request.recomputeFrom === null) return { version: turn.version, diff: [] };
    const diff = differences(base?.body ?? EMPTY, body);
    if (!base || !sameValue(base.body, body)) await turn.write(turn.from, body);
    return { version: await turn.close(diff), diff };
  });
}

/** Asks that written calls from a moment on are resolved again by the directories as they are. @returns as above */
export function recompute(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  by: Pick<ChangeRequest, 'author' | 'actor'>,
  from: Date,
): Promise<Outcome | null> {
  const request: ChangeRequest = { ...by, kind: 'recompute', validFrom: from, recomputeFrom: from, expected: null };
  return inTurn(db, scope, request, async (turn) => ({ version: await turn.close([]), diff: [] }));
}

interface Version {
  validFrom: Date;
  body: DirectoryBody;
}

/** One change at a time for a company: its row is locked. */
interface Turn {
  /** the company's version as it is */
  version: number;
  from: Date;
  /** the version in force at a moment, and those after it, oldest first */
  versionsFrom(from: Date): Promise<{ at: Version | undefined; later: Version[] }>;
  write(validFrom: Date, body: DirectoryBody): Promise<void>;
  /** Notes the change and tells the bus. @returns the company's new version */
  close(diff: Difference[]): Promise<number>;
}

function inTurn<T>(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  request: ChangeRequest,
  work: (turn: Turn) => Promise<T>,
): Promise<T | null> {
  const { tenant } = scope;
  return asTenant(db, tenant, async (trx) => {
    const company = await trx.selectFrom('tenants').select('version').where('id', '=', tenant).forUpdate().executeTakeFirst();
    if (!company) return null;
    const standing = await directoryVersion(trx, tenant);
    if (request.expected !== null && request.expected !== standing) throw new DirectoryMoved(standing);
    let version = Number(company.version);
    const from = standing > 0 ? (request.validFrom ?? new Date()) : new Date(0);
    // every version of this change carries the number of the change's line, which is the company's last
    const written: number[] = [];
    return work({
      version,
      from,
      versionsFrom: async (since) => {
        const rows = await trx
          .selectFrom('directory_versions')
          .select(['valid_from', 'body'])
          .where('tenant', '=', tenant)
          .where('valid_from', '>=', (eb) =>
            eb
              .selectFrom('directory_versions')
              .select(sql<Date>`coalesce(max(valid_from), '-infinity')`.as('from'))
              .where('tenant', '=', tenant)
              .where('valid_from', '<=', since),
          )
          .orderBy('valid_from')
          .execute();
        const versions = rows.map((r) => ({ validFrom: r.valid_from, body: r.body }));
        const first = versions[0];
        const at = first && first.validFrom <= since ? versions.shift() : undefined;
        return { at, later: versions };
      },
      write: async (validFrom, body) => {
        const text = JSON.stringify(body);
        version++;
        written.push(version);
        await trx
          .insertInto('directory_versions')
          .values({ tenant, valid_from: validFrom, version, body: text })
          .onConflict((c) => c.columns(['tenant', 'valid_from']).doUpdateSet({ version, body: text }))
          .execute();
      },
      close: async (diff) => {
        if (written.length === 0) version++;
        const count = (op: Difference['op']) => diff.filter((d) => d.op === op).length;
        const counts = { added: count('add'), changed: count('change'), removed: count('remove') };
        await trx
          .insertInto('directory_changes')
          .values({
            ...{ tenant, version, author: request.author.name, author_kind: request.author.kind, kind: request.kind },
            ...{ valid_from: from, recompute_from: request.recomputeFrom },
            ...{ ...counts, diff: JSON.stringify(diff) },
          })
          .execute();
        const { actor, kind, recomputeFrom } = request;
        // what it was and is stands in the directory's own history, under this number
        await noteAct(trx, tenant, {
          actor,
          act: 'company.directory',
          subject: String(version),
          after: { kind, validFrom: from, recomputeFrom, ...counts },
        });
        if (written.length > 0)
          await trx
            .updateTable('directory_versions')
            .set({ change: version })
            .where('tenant', '=', tenant)
            .where('version', 'in', written.map(String))
            .execute();
        await trx.updateTable('tenants').set({ version, updated_at: new Date() }).where('id', '=', tenant).execute();
        await applyPolicy(trx, tenant);
        await announce(trx, tenant, version);
        return version;
      },
    });
  });
}

/** Grows with every change of the directory; 0 while there is none. */
export async function directoryVersion(trx: Transaction<PostgresSchema>, tenant: string): Promise<number> {
  const row = await trx
    .selectFrom('directory_versions')
    .select((eb) => eb.fn.max('version').as('last'))
    .where('tenant', '=', tenant)
    .executeTakeFirst();
  return Number(row?.last ?? 0);
}

/** @throws DirectoryEditError when a later version would contradict itself after a correction of what was before it */
function requireConsistent(body: DirectoryBody, validFrom: Date): void {
  const fault = faultOf(body);
  if (fault !== null) throw new DirectoryEditError({ code: 'later', at: validFrom.getTime(), fault });
  const { error } = directorySchema.safeParse(body);
  const message = error?.issues[0]?.message;
  if (message !== undefined) throw new DirectoryEditError({ code: 'later', at: validFrom.getTime(), fault: { code: 'schema', message } });
}
