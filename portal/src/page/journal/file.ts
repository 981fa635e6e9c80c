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
import {
  byCall,
  codeOf,
  costCell,
  instantOf,
  namedBy,
  recordingCell,
  secondsOf,
  textOf,
  textsAt,
  timesOf,
} from '@callscope/portal/files/call-columns.ts';
import { type CallColumn, callSheet } from '@callscope/portal/files/call-sheet.ts';
import type { CellValue, Sheet } from '@callscope/portal/files/sheet.ts';
import { type Speech, speechOf } from '@callscope/portal/files/speech.ts';

import type { Locale } from '#words/words.ts';
import { loadNames } from '../directory.ts';
import { namesOf } from '../names.ts';
import { filterOf, type JournalAddress } from './address.ts';
import { type ColumnId, columnsFor, DISPOSITIONS, hangupWord } from './columns.ts';
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

/** The journal as a file: the columns that the person has and may have, in their order, and all calls of its list. @throws FilterError, QueryTooLarge, StoreUnavailable */
export async function journalSheet(
  scope: TenantScope,
  tenant: RuledTenant,
  { address, columns: asked, ids, locale, origin }: Asked,
): Promise<Sheet> {
  const { db, clock } = deps();
  const columns = columnsFor(asked, scope);
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
    columns.map((id) => ({ id, head: headOf(id, speech), ...made[id] })),
    { filter, company, sort: address.sort, ids, card: `${origin}/c/${encodeURIComponent(scope.tenant)}/calls/` },
    names,
    speech,
  );
}

type Made = Omit<CallColumn, 'id' | 'head'>;

/** Of money with its currency, which its numbers do not say. */
const headOf = (id: ColumnId, { words, format }: Speech) =>
  id === 'cost' ? `${words.journal.columns.cost}, ${format.currencySign('RUB')}` : words.journal.columns[id];

function cellsOf({ words }: Speech, names: Names, channels: ReadonlyMap<string, string>, now: number): Record<ColumnId, Made> {
  const { calls, journal } = words;
  return {
    employee: { kind: 'text', cells: namedBy('employee', names.employee) },
    direction: { kind: 'text', cells: namedBy('direction', (direction) => calls.direction[direction as Direction]) },
    result: { kind: 'text', cells: namedBy('result', (result) => calls.result[result as CallResult]) },
    from: { kind: 'phone', cells: textOf('from') },
    to: { kind: 'phone', cells: textOf('dialled') },
    answeredBy: { kind: 'phone', cells: textOf('answeredBy') },
    date: { kind: 'day', cells: instantOf('startedAt') },
    time: { kind: 'time', cells: instantOf('startedAt') },
    talk: { kind: 'duration', isSummed: true, cells: secondsOf('talkSeconds') },
    recording: {
      kind: 'text',
      needs: 'segments',
      cells: recordingCell(now, ({ status, reason }) => {
        if (status === 'ready') return journal.recording.present.word;
        return reason === null ? journal.recording.pending.title : journal.recording[reason].title;
      }),
    },
    group: { kind: 'text', cells: namedBy('group', names.group) },
    channel: { kind: 'text', cells: namedBy('number', (number) => channels.get(number) ?? '') },
    number: { kind: 'text', cells: namedBy('number', names.number) },
    wait: { kind: 'duration', isSummed: true, cells: secondsOf('ringSeconds') },
    reason: { kind: 'text', cells: namedBy('missedKind', (kind) => calls.missedKind[kind as MissedKind]) },
    code: { kind: 'integer', cells: codeOf },
    hungUp: {
      kind: 'text',
      cells: byCall((place) => {
        const [bys, results, directions] = [textsAt(place, 'hangupBy'), textsAt(place, 'result'), textsAt(place, 'direction')];
        return (part) => {
          const [by, result, direction] = [bys(part), results(part), directions(part)];
          return (call) => {
            const [hangupBy, ended] = [by[call] as HangupBy | '', result[call] as CallResult];
            return hangupWord({ hangupBy, result: ended, direction: direction[call] as Direction }, journal.hungUp) || null;
          };
        };
      }),
    },
    billsec: {
      kind: 'integer',
      isSummed: true,
      cells: byCall((place) => {
        const times = timesOf(place);
        return (part) => {
          const ofCall = times(part);
          return (call) => Math.floor(ofCall(call).talkSeconds);
        };
      }),
    },
    disposition: { kind: 'text', cells: namedBy('result', (result) => DISPOSITIONS[result as CallResult]) },
    destination: {
      kind: 'phone',
      cells: byCall((place) => {
        const [answerers, dialled] = [textsAt(place, 'answeredBy'), textsAt(place, 'dialled')];
        return (part) => {
          const [answeredBy, number] = [answerers(part), dialled(part)];
          return (call) => answeredBy[call] || number[call] || null;
        };
      }),
    },
    callId: { kind: 'text', cells: textOf('id') },
    tags: marked('text', ({ tags }) => tags.map(names.tag).join(', ') || null),
    memo: marked('text', ({ note }) => note || null),
    comments: marked('integer', ({ comments }) => comments || null),
    score: marked('share', ({ score }) => ofPercents(score)),
    talkShare: marked('share', ({ talk }) => ofPercents(talk && talkShare(talk))),
    monologue: marked('duration', ({ talk }) => ofMs(talk && longestMonologue(talk))),
    silence: marked('duration', ({ talk }) => ofMs(talk?.longestSilence ?? null)),
    overtalk: marked('share', ({ talk }) => ofPercents(talk && overtalkShare(talk))),
    trunk: { kind: 'text', cells: textOf('trunk') },
    mos: {
      kind: 'number',
      needs: 'sounds',
      cells: byCall((place) => {
        const ids = textsAt(place, 'id');
        return (part, { sounds }) => {
          const id = ids(part);
          return (call) => sounds.get(id[call] as string)?.mos ?? null;
        };
      }),
    },
    cost: { kind: 'money', isSummed: true, needs: 'costs', cells: costCell },
  };
}

function marked(kind: CallColumn['kind'], read: (marks: MarksOfCall) => CellValue): Made {
  const cells = byCall((place) => {
    const ids = textsAt(place, 'id');
    return (part, { marks }) => {
      const id = ids(part);
      return (call) => read(marks.get(id[call] as string) ?? NO_MARKS);
    };
  });
  return { kind, needs: 'marks', cells };
}

const ofPercents = (percents: number | null) => (percents === null ? null : percents / 100);
const ofMs = (ms: number | null) => (ms === null ? null : ms / 1_000);
