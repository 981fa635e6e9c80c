import { createHash } from 'node:crypto';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { PostgresSchema } from '../schema.ts';
import { masked, type ReportKeys, type Verdict } from './signing.ts';

/** A report as it was signed. */
export interface SignedReport {
  edition: number;
  /** JSON, as these bytes: see `Report` */
  document: string;
  signature: string;
  key: string;
  signedAt: Date;
}

/** What a signed document says. A field more is another `report`. */
export interface Report {
  report: 'callscope erasure 1';
  company: string;
  erasure: string;
  edition: number;
  /** first digit and the last two */
  number: string;
  /** HMAC-SHA-256 of company and number under a key of the installation: says whether a number that somebody shows is this one */
  numberMac: string;
  reason: string;
  by: string;
  askedAt: string;
  finishedAt: string;
  signedAt: string;
  /** calls of the number that were looked through */
  calls: number;
  erased: number;
  held: number;
  seconds: number;
  /** what went beside recordings, by kind */
  others: Record<string, number>;
  /** how many recordings the list has, and SHA-256 of it as `lineText` writes it, each with a line feed */
  lines: number;
  linesSha256: string;
}

/** A signed report as it is given out: what was signed, and the list that it speaks of. */
export const reportFileSchema = z.object({
  document: z.string().min(2).max(20_000),
  signature: z.string().min(1).max(200),
  key: z.string().min(1).max(100),
  recordings: z.array(z.string().max(1_000)).optional(),
});
export type ReportFile = z.output<typeof reportFileSchema>;

const PAGE = 5_000;

interface Line {
  call_id: string;
  segment: string;
  hold: string | null;
  started_at: Date | null;
  seconds: string | null;
  sha256: string | null;
}

/** One recording of a report: call, part, what became of it, when it began, its length, SHA-256 of its audio; tabs between. */
export function lineText(line: Omit<Line, 'seconds'> & { seconds: string | number | null }): string {
  const { call_id, segment, hold, started_at, seconds, sha256 } = line;
  const length = seconds === null ? '' : Number(seconds).toFixed(3);
  return [call_id, segment, hold === null ? 'erased' : `held ${hold}`, started_at?.toISOString() ?? '', length, sha256 ?? ''].join('\t');
}

async function* linesIn(trx: Transaction<PostgresSchema>, tenant: string, erasure: string): AsyncGenerator<Line> {
  for (let after: Line | undefined, more = true; more; ) {
    const { rows } = await sql<Line>`SELECT call_id, segment, hold, started_at, seconds, sha256 FROM recording_erasure_lines
      WHERE tenant = ${tenant} AND erasure = ${erasure}::bigint
        AND (call_id COLLATE "C", segment COLLATE "C") > (${after?.call_id ?? ''}, ${after?.segment ?? ''})
      ORDER BY call_id COLLATE "C", segment COLLATE "C" LIMIT ${PAGE}`.execute(trx);
    yield* rows;
    after = rows.at(-1);
    more = rows.length === PAGE;
  }
}

async function digestOf(trx: Transaction<PostgresSchema>, tenant: string, erasure: string) {
  const hash = createHash('sha256');
  const sums = { lines: 0, erased: 0, held: 0, milliseconds: 0 };
  for await (const line of linesIn(trx, tenant, erasure)) {
    hash.update(`${lineText(line)}\n`);
    sums.lines++;
    if (line.hold !== null) sums.held++;
    else {
      sums.erased++;
      sums.milliseconds += Math.round(Number(line.seconds ?? 0) * 1_000);
    }
  }
  return { ...sums, sha256: hash.digest('hex') };
}

const digestOfTexts = (texts: readonly string[]) =>
  createHash('sha256')
    .update(texts.map((text) => `${text}\n`).join(''))
    .digest('hex');

/** Erasures that are finished and of which something is not signed yet, the oldest first. */
export async function unsignedErasures(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<{ tenant: string; id: string }[]> {
  return asOperator(db, (trx) =>
    trx
      .selectFrom('recording_erasures')
      .select(['tenant', 'id'])
      .where('unsigned', '=', true)
      .where('finished_at', 'is not', null)
      .orderBy('id')
      .limit(100)
      .execute(),
  );
}

/** Writes and signs the next edition of an erasure's report. @throws KeysMissing */
export async function signReport(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  keys: ReportKeys,
  erasure: string,
  now: Date,
): Promise<void> {
  await asTenant(db, tenant, async (trx) => {
    const row = await trx
      .selectFrom('recording_erasures')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('id', '=', erasure)
      .forUpdate()
      .executeTakeFirst();
    if (!row?.unsigned || row.finished_at === null) return;
    const last = await trx
      .selectFrom('recording_erasure_reports')
      .select('edition')
      .where('tenant', '=', tenant)
      .where('erasure', '=', erasure)
      .orderBy('edition', 'desc')
      .limit(1)
      .executeTakeFirst();
    const edition = (last?.edition ?? 0) + 1;
    const numberMac = await keys.numberMac(tenant, row.number);
    const { lines, erased, held, milliseconds, sha256 } = await digestOf(trx, tenant, erasure);
    const report: Report = {
      ...{ report: 'callscope erasure 1', company: tenant, erasure, edition },
      ...{ number: masked(row.number), numberMac, reason: row.reason, by: row.by },
      ...{ askedAt: row.asked_at.toISOString(), finishedAt: row.finished_at.toISOString(), signedAt: now.toISOString() },
      ...{ calls: row.calls, erased, held, seconds: milliseconds / 1_000, others: row.others, lines, linesSha256: sha256 },
    };
    const document = JSON.stringify(report);
    const signed = await keys.sign(document);
    await trx
      .insertInto('recording_erasure_reports')
      .values({ tenant, erasure, edition, document, ...signed, signed_at: now })
      .execute();
    await trx.updateTable('recording_erasures').set({ unsigned: false }).where('tenant', '=', tenant).where('id', '=', erasure).execute();
  });
}

/**
 * The last edition of a report with the list that it speaks of; null: none is signed yet, or something was erased since and the
 * edition that says so is about to be.
 */
export async function signedReport(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  erasure: string,
): Promise<(SignedReport & { recordings: string[] }) | null> {
  return asTenant(db, tenant, async (trx) => {
    const row = await trx
      .selectFrom('recording_erasure_reports')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('erasure', '=', erasure)
      .orderBy('edition', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!row) return null;
    const recordings: string[] = [];
    for await (const line of linesIn(trx, tenant, erasure)) recordings.push(lineText(line));
    const { edition, document, signature, key, signed_at } = row;
    if (digestOfTexts(recordings) !== (JSON.parse(document) as Report).linesSha256) return null;
    return { edition, document, signature, key, signedAt: signed_at, recordings };
  });
}

/**
 * What a signed report is worth now. older: it is genuine, and something was erased after it: a later edition says what
 */
export type Worth = Verdict | 'older';

/**
 * @param number that it is said to be of, as calls have it; null: nobody asks
 * @returns isOfNumber null: nobody asked, or it is not genuine @throws KeysMissing
 */
export async function worthOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  keys: ReportKeys,
  { document, recordings, ...signature }: ReportFile,
  number: string | null,
): Promise<{ worth: Worth; isOfNumber: boolean | null }> {
  const verdict = await keys.verify(document, signature);
  if (verdict === 'invalid') return { worth: verdict, isOfNumber: null };
  const said = read(document);
  // another company's report is nothing that this one may ask about
  const isOwn = said.company === tenant && /^\d{1,18}$/.test(said.erasure ?? '');
  if (!isOwn || (recordings !== undefined && digestOfTexts(recordings) !== said.linesSha256)) return { worth: 'invalid', isOfNumber: null };
  if (verdict === 'foreign') return { worth: verdict, isOfNumber: null };
  const isOfNumber = number === null ? null : await keys.isNumber(tenant, number, said.numberMac ?? '');
  const isLast = await asTenant(db, tenant, async (trx) => {
    const row = await trx
      .selectFrom('recording_erasures as e')
      .innerJoin('recording_erasure_reports as r', (on) => on.onRef('r.tenant', '=', 'e.tenant').onRef('r.erasure', '=', 'e.id'))
      .select(({ fn }) => ['e.unsigned', fn.max('r.edition').as('edition')])
      .where('e.tenant', '=', tenant)
      .where('e.id', '=', said.erasure as string)
      .groupBy('e.id')
      .executeTakeFirst();
    return (
      row?.unsigned === false &&
      row.edition === said.edition &&
      (await digestOf(trx, tenant, said.erasure as string)).sha256 === said.linesSha256
    );
  });
  return { worth: isLast ? 'valid' : 'older', isOfNumber };
}

/** Anybody can sign anything with a key of their own. */
function read(document: string): Partial<Report> {
  try {
    const said: unknown = JSON.parse(document);
    return typeof said === 'object' && said !== null ? said : {};
  } catch {
    return {};
  }
}
