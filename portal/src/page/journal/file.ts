import type { Direction, HangupBy } from '@callscope/core/domain/call.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { CallResult, MissedKind } from '@callscope/core/domain/result.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { type MarksOfCall, NO_MARKS } from '@callscope/modules/marks/read.ts';
import { longestMonologue, overtalkShare, talkShare } from '@callscope/modules/marks/talk.ts';
import { askedOf } from '@callscope/portal/calls/company.ts';
import { deps } from '@callscope/portal/deps.ts';
import { codeOf, instantOf, namedBy, recordingCell, secondsOf, textAt, textOf, timesOf } from '@callscope/portal/files/call-columns.ts';
import { type CallColumn, callSheet } from '@callscope/portal/files/call-sheet.ts';
import type { CellValue, Sheet } from '@callscope/portal/files/sheet.ts';
import { type Speech, speechOf } from '@callscope/portal/files/speech.ts';

import type { Locale } from '#words/words.ts';
import { loadNames } from '../directory.ts';
import { namesOf } from '../names.ts';
import { filterOf, type JournalAddress } from './address.ts';
import { type ColumnId, DISPOSITIONS, hangupWord } from './columns.ts';
import type { Names } from './conditions.ts';

/** Ticked calls of one file: their ids travel in the address of the question to the store. */
export const MOST_TICKED = 2_000;

interface Asked {
  address: JournalAddress;
  columns: readonly ColumnId[];
  /** the ticked calls; null: all of the list */
  ids: readonly string[] | null;
  locale: Locale;
  /** where the person reached the portal, for links to cards */
  origin: string;
}

/** The journal as a file: the columns that the person has, in their order, and all calls of its list. @throws FilterError, QueryTooLarge, StoreUnavailable */
export async function journalSheet(
  scope: TenantScope,
  tenant: RuledTenant,
  { address, columns, ids, locale, origin }: Asked,
): Promise<Sheet> {
  const { db, clock } = deps();
  const filter = filterOf(address);
  const now = clock.now();
  const [company, known, directory] = await Promise.all([
    askedOf(deps(), scope, tenant, filter),
    loadNames(scope, tenant),
    columns.includes('channel') ? getDirectory(db, scope, new Date(now)) : null,
  ]);
  const speech = speechOf(tenant, locale);
  const names = namesOf(known, speech);
  const channels = new Map(
    (directory?.body ?? EMPTY).numbers.map(({ number, channel }) => [normalizePhone(number, tenant.country), channel ?? '']),
  );
  const made = cellsOf(speech, names, channels, now);
  return callSheet(
    deps(),
    scope,
    columns.map((id) => ({ id, head: speech.words.journal.columns[id], ...made[id] })),
    { filter, company, sort: address.sort, ids, card: `${origin}/c/${encodeURIComponent(scope.tenant)}/calls/` },
    names,
    speech,
  );
}

type Made = Omit<CallColumn, 'id' | 'head'>;

function cellsOf({ words }: Speech, names: Names, channels: ReadonlyMap<string, string>, now: number): Record<ColumnId, Made> {
  const { calls, journal } = words;
  return {
    employee: { kind: 'text', cell: namedBy('employee', names.employee) },
    direction: { kind: 'text', cell: namedBy('direction', (direction) => calls.direction[direction as Direction]) },
    result: { kind: 'text', cell: namedBy('result', (result) => calls.result[result as CallResult]) },
    from: { kind: 'phone', cell: textOf('from') },
    to: { kind: 'phone', cell: textOf('dialled') },
    answeredBy: { kind: 'phone', cell: textOf('answeredBy') },
    date: { kind: 'day', cell: instantOf('startedAt') },
    time: { kind: 'time', cell: instantOf('startedAt') },
    talk: { kind: 'duration', isSummed: true, cell: secondsOf('talkSeconds') },
    recording: {
      kind: 'text',
      needs: 'segments',
      cell: recordingCell(now, ({ status, reason }) => {
        if (status === 'ready') return journal.recording.present.word;
        return reason === null ? journal.recording.pending.title : journal.recording[reason].title;
      }),
    },
    group: { kind: 'text', cell: namedBy('group', names.group) },
    channel: { kind: 'text', cell: namedBy('number', (number) => channels.get(number) ?? '') },
    number: { kind: 'text', cell: namedBy('number', names.number) },
    wait: { kind: 'duration', isSummed: true, cell: secondsOf('ringSeconds') },
    reason: { kind: 'text', cell: namedBy('missedKind', (kind) => calls.missedKind[kind as MissedKind]) },
    code: { kind: 'integer', cell: codeOf },
    hungUp: {
      kind: 'text',
      cell: (place) => {
        const [by, result, direction] = [textAt(place, 'hangupBy'), textAt(place, 'result'), textAt(place, 'direction')];
        return (values, at) => {
          const [hangupBy, ended] = [by(values, at) as HangupBy | '', result(values, at) as CallResult];
          const call = { hangupBy, result: ended, direction: direction(values, at) as Direction };
          return hangupWord(call, journal.hungUp) || null;
        };
      },
    },
    billsec: {
      kind: 'integer',
      isSummed: true,
      cell: (place) => {
        const times = timesOf(place);
        return (values, call) => Math.floor(times(values, call).talkSeconds);
      },
    },
    disposition: { kind: 'text', cell: namedBy('result', (result) => DISPOSITIONS[result as CallResult]) },
    destination: {
      kind: 'phone',
      cell: (place) => {
        const [answeredBy, dialled] = [textAt(place, 'answeredBy'), textAt(place, 'dialled')];
        return (values, call) => answeredBy(values, call) || dialled(values, call) || null;
      },
    },
    callId: { kind: 'text', cell: textOf('id') },
    tags: marked('text', ({ tags }) => tags.map(names.tag).join(', ') || null),
    memo: marked('text', ({ note }) => note || null),
    comments: marked('integer', ({ comments }) => comments || null),
    score: marked('share', ({ score }) => ofPercents(score)),
    talkShare: marked('share', ({ talk }) => ofPercents(talk && talkShare(talk))),
    monologue: marked('duration', ({ talk }) => ofMs(talk && longestMonologue(talk))),
    silence: marked('duration', ({ talk }) => ofMs(talk?.longestSilence ?? null)),
    overtalk: marked('share', ({ talk }) => ofPercents(talk && overtalkShare(talk))),
    mos: {
      kind: 'number',
      needs: 'sounds',
      cell: (place) => {
        const id = textAt(place, 'id');
        return (values, call, { sounds }) => sounds.get(id(values, call))?.mos ?? null;
      },
    },
  };
}

function marked(kind: CallColumn['kind'], read: (marks: MarksOfCall) => CellValue): Made {
  const cell: CallColumn['cell'] = (place) => {
    const id = textAt(place, 'id');
    return (values, call, { marks }) => read(marks.get(id(values, call)) ?? NO_MARKS);
  };
  return { kind, needs: 'marks', cell };
}

const ofPercents = (percents: number | null) => (percents === null ? null : percents / 100);
const ofMs = (ms: number | null) => (ms === null ? null : ms / 1_000);
