import { describedIn } from '@callscope/analytics/run/described.ts';
import type { EventRow, SipMessageRow } from '@callscope/analytics/run/raw.ts';
import { pointsByPacket, type RtcpPacket } from '@callscope/core/domain/call-quality.ts';
import { type Lane, lanesOf } from './lanes.ts';
import { headerOf, readMessage, soundOf, tagOf, transportOf, withoutSecrets } from './sip.ts';

/** One SIP message: an arrow between two columns. */
export interface Arrow {
  kind: 'message';
  /** seconds after the call began */
  at: number;
  from: number;
  to: number;
  /** its Call-ID, by its place among the ladder's */
  call: number;
  method: string;
  /** 0 = a request */
  code: number;
  /** 'INVITE', '180 Ringing' */
  label: string;
  /** what an INVITE within the call is for */
  does: 'hold' | 'resume' | null;
  /** the same message was there already: nobody answered it in time */
  isRepeated: boolean;
  /** one of the main ones: neither ACK, nor 100, nor what was sent again */
  isMain: boolean;
  transport: string;
  /** with secrets left out */
  text: string;
}

/** What was told of the call between its messages: an event of the edge, a line of its log, reports of how sound was received. */
export type Mark =
  | { kind: 'event' | 'log'; at: number; label: string; text: string }
  | {
      kind: 'rtcp';
      at: number /** null: the address is no column */;
      lane: number | null;
      receiver: string;
      reports: number;
      loss: number;
      jitter: number;
      mos: number;
    };

export type LadderRow = Arrow | Mark;

export interface Ladder {
  callIds: string[];
  lanes: Lane[];
  /** in the order of time */
  rows: LadderRow[];
  /** messages that there are, of which the first are shown */
  total: number;
  shown: number;
}

export interface Told {
  messages: readonly SipMessageRow[];
  events: readonly EventRow[];
  reports: readonly RtcpPacket[];
}

/** More arrows than anybody follows with their eyes; the files have all. */
export const MOST_ARROWS = 1_000;
/** Requests that say nothing of how a call goes. */
const MINOR = new Set(['ACK', 'OPTIONS', 'PRACK', 'SUBSCRIBE', 'NOTIFY', 'INFO']);
/** Parameters by which events of one name differ. */
const TELLING = ['leg', 'state', 'code', 'sip_code'];
/** Lines of the edge's log stand among the messages (ingest/steps/log-line.ts). */
const LOG = 'LOG';

/** The signalling of a conversation over all of its Call-IDs, in the order of time. @param startedAt when it began, µs */
export function ladderOf({ messages, events, reports }: Told, startedAt: number): Ladder {
  const all = messages.filter(isSip);
  const sip = all.slice(0, MOST_ARROWS);
  const { lanes, laneOf } = lanesOf(sip);
  const callIds = [...new Set(sip.map((m) => m.callId))];
  const after = (us: number) => Math.max(0, (us - startedAt) / 1e6);
  const end = all.length > sip.length ? (sip.at(-1)?.at ?? 0) : Number.POSITIVE_INFINITY;
  const sent = new Set<string>();
  const arrows = sip.map((row): Arrow => {
    const said = readMessage(row.payload);
    const isWithin = tagOf(headerOf(said, 'to')) !== '';
    const key = `${row.srcIp}:${row.srcPort} ${row.dstIp}:${row.dstPort} ${row.callId} ${row.cseq} ${row.method} ${said.start} ${headerOf(said, 'via')}`;
    const isRepeated = sent.has(key);
    sent.add(key);
    const sound = row.code === 0 && row.method === 'INVITE' && isWithin ? soundOf(said.body) : null;
    return {
      kind: 'message',
      at: after(row.at),
      ...{ from: laneOf(row.srcIp, row.srcPort), to: laneOf(row.dstIp, row.dstPort) },
      ...{ call: callIds.indexOf(row.callId), method: row.method, code: row.code },
      label: row.code === 0 ? row.method : said.start.replace(/^SIP\/2\.0 /, '').slice(0, 40),
      does: sound === null ? null : sound === 'sendonly' || sound === 'inactive' ? 'hold' : 'resume',
      isRepeated,
      isMain: !isRepeated && row.code !== 100 && !MINOR.has(row.method),
      transport: transportOf(row.protocol),
      text: withoutSecrets(row.payload),
    };
  });
  const marks: Mark[] = [
    ...events.map((e): Mark => ({ kind: 'event', at: after(e.at), ...eventSaid(e) })),
    ...messages.flatMap((m): Mark[] => (isSip(m) ? [] : [{ kind: 'log', at: after(m.at), label: '', text: m.payload.toString('utf8') }])),
    ...reportMarks(reports, sip, arrows, after, laneOf),
  ].filter(({ at }) => at <= after(end));
  // of the same moment the message stands first: what is told of it came of it
  const rows = [...arrows, ...marks].sort((a, b) => a.at - b.at || Number(a.kind !== 'message') - Number(b.kind !== 'message'));
  return { callIds, lanes, rows, total: all.length, shown: sip.length };
}

/** A message, and no line of a log among them. */
export const isSip = (m: Pick<SipMessageRow, 'method'>) => m.method !== LOG;

/** Reports between two messages are one mark a receiver: a phone reports every five seconds. */
function reportMarks(
  reports: readonly RtcpPacket[],
  messages: readonly SipMessageRow[],
  arrows: readonly Arrow[],
  after: (us: number) => number,
  laneOf: (ip: string, port: number) => number,
): Mark[] {
  const points = pointsByPacket(reports, (callId) => describedIn(messages, callId));
  const groups = new Map<string, RtcpPacket[]>();
  let next = 0;
  for (const report of [...reports].sort((a, b) => a.at - b.at)) {
    while (next < arrows.length && (arrows[next] as Arrow).at <= after(report.at)) next++;
    const key = `${next} ${report.srcIp}`;
    groups.set(key, [...(groups.get(key) ?? []), report]);
  }
  return [...groups.values()].flatMap((group): Mark[] => {
    const told = group.flatMap((report) => points.get(report) ?? []);
    const [first] = group;
    if (told.length === 0 || first === undefined) return [];
    const lane = laneOf(first.srcIp, first.srcPort);
    return [
      {
        kind: 'rtcp',
        at: after(first.at),
        lane: lane < 0 ? null : lane,
        receiver: first.srcIp,
        reports: group.length,
        loss: Math.max(...told.map(({ loss }) => loss ?? 0)),
        jitter: Math.max(...told.map(({ jitter }) => jitter ?? 0)),
        mos: Math.min(...told.map(({ mos }) => mos)),
      },
    ];
  });
}

/** An event by its name and the parameters that tell one from another, and a line for each that says something. */
function eventSaid({ method, body }: EventRow): { label: string; text: string } {
  const params = (JSON.parse(body) as { params?: Record<string, unknown> }).params ?? {};
  const said = Object.entries(params)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const);
  const short = TELLING.flatMap((name) => said.find(([known]) => known === name)?.[1] ?? []);
  return { label: [method, ...short].join(' ').slice(0, 60), text: said.map(([name, value]) => `${name}: ${value}`).join('\n') };
}
