import { setImmediate } from 'node:timers/promises';
import { FilterError } from '@callscope/analytics/query/filter.ts';
import { QueryTooLarge } from '@callscope/analytics/run/run.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter } from '@callscope/core/node/metrics.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import type { ExportFault } from '@callscope/modules/exports/schema.ts';
import {
  beginExport,
  exporterOf,
  failExport,
  finishExport,
  keepExport,
  LEASE_SECONDS,
  leftNothing,
  releaseExport,
  type TakenExport,
} from '@callscope/modules/exports/work.ts';
import { Problem } from '../api/problem.ts';
import type { Deps } from '../deps.ts';
import { FORMATS } from '../files/formats.ts';
import { PdfTooLarge } from '../files/pdf.ts';
import type { SheetPart } from '../files/sheet.ts';
import { ZipFull } from '../files/zip.ts';
import type { Place } from './archive.ts';
import { readQuestion } from './question.ts';

/** How often it is said how far a file is, and looked whether it is still wanted. */
const TELL_MS = 1_000;

const made = counter('exports_total', 'Files made in the background', ['format', 'outcome']);

/** Whoever asked is gone, or may not see calls any more. */
class RightsOver extends Error {}
/** It was cancelled, somebody else took it, or the process stops: nobody waits for what is made here. */
class NotWanted extends Error {}

/**
 * Makes a file that was taken, from its beginning, and says each second how far it is. What is left when that does not come to its end
 * is nothing: no half of a file, and none that nobody waits for.
 */
export async function makeExport(deps: Deps, job: TakenExport, stopping: AbortSignal): Promise<void> {
  const { db, log, exports: files } = deps;
  const progress = { rows: 0, bytes: 0 };
  const lost = new AbortController();
  const unwanted = AbortSignal.any([lost.signal, stopping]);
  const stopTelling = telling(() => keepExport(db, job, progress), lost);
  let place: Place | null = null;
  const about = { tenant: job.tenant, export: job.id };
  try {
    if (job.left !== null) await files.remove(job.left);
    const maker = await exporterOf(db, job);
    const scope = maker && tenantScope(maker, job.tenant, 'calls:read');
    const company = scope && (await getTenant(db, scope));
    if (!company) throw new RightsOver('who asked may not see calls any more');
    const asked = readQuestion(job.question, { deps, company, at: job.askedAt.getTime() });
    const sheet = await asked.sheet(scope);
    place = await files.placeOf(scope, job, FORMATS[job.format].extension);
    const { title, plainName, count } = sheet;
    const isOurs = await beginExport(db, job, scope, { object: place.object, title, plainName, ofRows: count, filter: asked.filter });
    if (!isOurs) throw new NotWanted('before it began');
    async function* counted(): AsyncGenerator<SheetPart> {
      for await (const part of sheet.rows) {
        progress.rows += part.rows;
        yield part;
      }
    }
    async function* weighed(): AsyncGenerator<Uint8Array> {
      for await (const part of whileWanted(FORMATS[job.format].parts({ ...sheet, rows: counted() }), unwanted)) {
        progress.bytes += part.length;
        yield part;
        // rows that are there already and a disk that takes all would else leave nobody else a turn
        await setImmediate();
      }
    }
    await files.write(place, weighed());
    await stopTelling();
    if (!(await finishExport(db, job, { ...progress, keepMs: files.keepMs }))) throw new NotWanted('when it was done');
    made.inc({ format: job.format, outcome: 'done' });
  } catch (error) {
    await stopTelling();
    if (place !== null) await removed(deps, job, place.object);
    if (stopping.aborted && !lost.signal.aborted) {
      await releaseExport(db, job);
      return;
    }
    if (lost.signal.aborted || error instanceof NotWanted) {
      made.inc({ format: job.format, outcome: 'cancelled' });
      return;
    }
    const fault = finalFault(error);
    log.warn('a file was not made', { ...about, tries: job.tries, error: errorText(error) });
    made.inc({ format: job.format, outcome: fault === null ? 'again' : 'failed' });
    await failExport(db, job, fault, files.keepMs);
  } finally {
    await stopTelling();
  }
}

/** The same where no other try would end otherwise; null: it might. */
function finalFault(error: unknown): ExportFault | null {
  if (error instanceof RightsOver) return 'rights';
  if (error instanceof PdfTooLarge) return 'pdf';
  const ofQuestion = [FilterError, QueryTooLarge, Problem, ZipFull].some((kind) => error instanceof kind);
  return ofQuestion ? 'question' : null;
}

async function removed({ db, log, exports: files }: Deps, { tenant, id }: TakenExport, object: string): Promise<void> {
  try {
    await files.remove(object);
    await leftNothing(db, { tenant, id, object });
  } catch (error) {
    // the row keeps its name, and the next sweep tries again
    log.warn('what is left of a file waits to be removed', { tenant, export: id, error: errorText(error) });
  }
}

/** Says something each second until it is stopped. Whoever hears that it is theirs no more, or is not heard for a lease, gives up. */
function telling(tell: () => Promise<boolean>, lost: AbortController): () => Promise<void> {
  let heard = performance.now();
  let saying: Promise<void> | null = null;
  const timer = setInterval(() => {
    saying ??= tell()
      .then((isOurs) => {
        if (isOurs) heard = performance.now();
        else lost.abort();
      })
      .catch(() => {
        // PostgreSQL away: the lease decides
        if (performance.now() - heard > LEASE_SECONDS * 1_000) lost.abort();
      })
      .finally(() => {
        saying = null;
      });
  }, TELL_MS);
  return async () => {
    clearInterval(timer);
    await saying;
  };
}

/** Parts as they come; a signal ends them also while one is awaited. @throws NotWanted */
async function* whileWanted(parts: AsyncGenerator<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let end = () => {};
  const over = new Promise<never>((_, reject) => {
    end = () => reject(new NotWanted('while it was made'));
  });
  // nobody may be waiting when it comes
  over.catch(() => undefined);
  signal.addEventListener('abort', end, { once: true });
  try {
    if (signal.aborted) throw new NotWanted('before it began');
    for (;;) {
      const { done, value } = await Promise.race([parts.next(), over]);
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', end);
    // one that is in the middle of a part ends after it: that is not waited for
    const ending = parts.return(undefined).catch(() => undefined);
    if (!signal.aborted) await ending;
  }
}
