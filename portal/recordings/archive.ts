import { Readable } from 'node:stream';
import { findCall } from '@callscope/analytics/run/calls.ts';
import { type CallRow, callTimes } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { errorText } from '@callscope/core/node/log.ts';
import type { Actor } from '@callscope/modules/audit/acts.ts';
import { noteLook } from '@callscope/modules/audit/store.ts';
import { employeeNames, getTenant } from '@callscope/modules/directory/store.ts';
import { recordingOf } from '@callscope/modules/recordings/rules.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { Problem } from '../api/problem.ts';
import type { Deps } from '../deps.ts';
import { csvParts } from '../files/csv.ts';
import { disposition } from '../files/disposition.ts';
import { type CellKind, type CellValue, partOfRows, type Sheet } from '../files/sheet.ts';
import { FileNames, type ZipEntry, zipOf } from '../files/zip.ts';
import { type Locale, wordsOf } from '../src/words/words.ts';
import { type Audio, chosenOf, hasAudio } from './audio.ts';
import { nameOf, openedAudio } from './respond.ts';

/** Bytes of all recordings of one archive, as they are kept. */
const MOST_BYTES = 2 * 1_073_741_824;

/**
 * The recordings of these calls as one archive, with a list of all of them that says which file is which and why one has none. It is
 * written while it is sent: one recording is read at a time, in parts. Each recording is written down as downloaded before it goes.
 * Where one breaks off in its middle so does the archive: what came is then no whole file, and says so.
 * @param scope with the right to listen @param ids of calls, each once, at most MOST_ARCHIVED (sending.ts) @throws Problem 413
 */
export async function archiveResponse(deps: Deps, scope: TenantScope, actor: Actor, ids: readonly string[]): Promise<Response> {
  const { db } = deps;
  const [known, company, names] = await Promise.all([segmentsOf(db, scope, ids), getTenant(db, scope), employeeNames(db, scope.tenant)]);
  const bytes = [...known.values()].flat().reduce((sum, s) => sum + (hasAudio(s) ? s.bytes : 0), 0);
  if (bytes > MOST_BYTES)
    throw new Problem(413, `these recordings have ${Math.ceil(bytes / 1_048_576)} MiB, an archive at most 2,048: ask for fewer calls`);
  const locale: Locale = company?.locale === 'en' ? 'en' : 'ru';
  const zone = company?.timezone ?? 'UTC';
  const name = `${locale === 'ru' ? 'Записи' : 'Recordings'} ${new Date(deps.clock.now()).toLocaleString('sv-SE', { timeZone: zone }).slice(0, 16).replace(':', '-')}`;
  const body = Readable.from(zipOf(entries(deps, scope, actor, ids, { locale, zone, names })), {
    objectMode: false,
    highWaterMark: 65_536,
  });
  return new Response(Readable.toWeb(body) as ReadableStream, {
    headers: {
      'content-type': 'application/zip',
      'content-disposition': disposition(name, 'recordings', 'zip'),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}

interface Said {
  locale: Locale;
  zone: string;
  /** of employees, by id */
  names: ReadonlyMap<string, string>;
}

async function* entries(deps: Deps, scope: TenantScope, actor: Actor, ids: readonly string[], said: Said): AsyncGenerator<ZipEntry> {
  const { db, store, clock } = deps;
  const words = wordsOf(said.locale);
  const files = new FileNames();
  const rows: CellValue[][] = [];
  for (const id of ids) {
    // one that this right does not reach is one that there is not
    const call = await findCall(store, scope, id);
    if (!call) {
      rows.push([rows.length + 1, '', words.callCard.noCall, ...new Array<string>(9).fill(''), id]);
      continue;
    }
    const segments = (await segmentsOf(db, scope, [call.id])).get(call.id) ?? [];
    const chosen = chosenOf(segments, undefined);
    const { reason, status } = recordingOf(call, segments, clock.now());
    let audio: Audio | null = null;
    let why = status === 'ready' ? '' : reason === null ? words.journal.recording.pending.title : words.journal.recording[reason].title;
    if (chosen.length > 0) {
      try {
        audio = await openedAudio(deps, scope, chosen, undefined);
        // the first byte tells whether it is there and can be opened, while nothing of it has gone yet
        (await audio.read({ from: 0, to: Math.min(1, audio.bytes) })).destroy();
      } catch (error) {
        deps.log.warn('a recording is left out of an archive', { error: errorText(error) });
        audio = null;
        why = words.callCard.notRead;
      }
    }
    const file = audio === null ? '' : files.take(await nameOf(deps, scope, call), `.${audio.extension}`);
    rows.push(rowOf(call, rows.length + 1, file, why, said));
    if (audio === null) continue;
    await noteLook(db, scope, { actor, act: 'recording.download', subject: call.id });
    yield { name: file, at: new Date(call.startedAt / 1_000), parts: wholeOf(audio) };
  }
  yield { name: files.take(words.callCard.listName, '.csv'), at: new Date(clock.now()), parts: csvParts(listOf(rows, said)) };
}

/** @throws when it is shorter or longer than it was said to be */
async function* wholeOf(audio: Audio): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const part of await audio.read({ from: 0, to: audio.bytes })) {
    read += (part as Buffer).length;
    yield part as Buffer;
  }
  if (read !== audio.bytes) throw new Error(`${read} of ${audio.bytes} bytes of a recording were read`);
}

/** In the order of its heads. */
const KINDS: readonly CellKind[] = [
  ...(['integer', 'text', 'text', 'text', 'text', 'text', 'text'] as const),
  ...(['phone', 'phone', 'phone', 'text', 'integer', 'text'] as const),
];

function listOf(rows: CellValue[][], { locale, zone }: Said): Sheet {
  const { listHeads, listName } = wordsOf(locale).callCard;
  return {
    ...{ title: listName, plainName: 'calls', locale, zone },
    columns: listHeads.map((head, i) => ({ id: String(i), head, kind: KINDS[i] ?? 'text' })),
    ...{ rows: [partOfRows(rows.map((cells) => ({ cells })))], count: rows.length, totals: null, facts: [] },
  };
}

function rowOf(call: CallRow, index: number, file: string, why: string, { locale, zone, names }: Said): CellValue[] {
  const words = wordsOf(locale).calls;
  const [date = '', time = ''] = new Date(call.startedAt / 1_000).toLocaleString('sv-SE', { timeZone: zone }).split(' ');
  const day = locale === 'ru' ? date.split('-').reverse().join('.') : date;
  const { talkSeconds } = callTimes(call);
  return [
    ...[index, file, why, day, time, words.direction[call.direction], words.result[call.result]],
    ...[call.from, call.dialled, call.answeredBy],
    ...[call.employee === '' ? '' : (names.get(call.employee) ?? call.employee), Math.round(talkSeconds), call.id],
  ];
}
