import type { Ladder, LadderRow } from '@callscope/portal/calls/ladder.ts';
import type { Drawn } from '@callscope/portal/calls/ladder-svg.ts';
import type { Lane } from '@callscope/portal/calls/lanes.ts';
import type { I18n } from '#ui/i18n.svelte.ts';

type Say = Pick<I18n, 'words' | 'format' | 'locale'>;

/** What a column is called: whom it belongs to, else its number, else where it is. */
export function laneName({ kind, user, name, host }: Lane, { words, format }: Say): string {
  if (kind === 'edge') return words.signalling.edge;
  return name || (user === '' ? host : format.phone(user));
}

/** What stands under it: what its name does not say. */
export function laneNote({ kind, user, name, host }: Lane, { format }: Say): string {
  if (kind === 'edge') return name === '' ? host : `${name}, ${host}`;
  return name !== '' && user !== '' && name !== user ? `${format.phone(user)}, ${host}` : host;
}

export function rowLabel(row: LadderRow, ladder: Ladder, say: Say): string {
  const { words, format } = say;
  const said = words.signalling;
  if (row.kind === 'rtcp') {
    const lane = row.lane === null ? null : ladder.lanes[row.lane];
    const who = lane ? laneName(lane, say) : row.receiver;
    return `${said.rtcp(format.number(row.reports), format.percent(row.loss), format.number(row.jitter), format.number(row.mos, 1))}, ${said.rtcpBy(who)}`;
  }
  if (row.kind !== 'message') return row.kind === 'log' ? said.log : row.label;
  const does = row.does === null ? '' : ` ${row.does === 'hold' ? said.hold : said.resume}`;
  return `${row.label}${does}${row.isRepeated ? ` · ${said.repeated}` : ''}`;
}

export function toneOf(row: LadderRow): 'request' | 'progress' | 'final' | 'refused' | 'mark' {
  if (row.kind !== 'message') return 'mark';
  const { code } = row;
  return code === 0 ? 'request' : code < 200 ? 'progress' : code < 300 ? 'final' : 'refused';
}

/** m:ss,mmm after the beginning. @param seconds */
export function timeSaid(seconds: number, { format, locale }: Say): string {
  const ms = Math.round(seconds * 1_000);
  return `${format.duration(Math.floor(ms / 1_000))}${locale === 'ru' ? ',' : '.'}${String(ms % 1_000).padStart(3, '0')}`;
}

/** '+0,4 мс', '+180 мс', '+12,3 с': what passed since the row above. @param seconds */
export function gapSaid(seconds: number, { words, format }: Say): string {
  const ms = seconds * 1_000;
  if (ms < 1_000) return `+${words.format.milliseconds(format.number(ms, ms < 10 ? 1 : 0))}`;
  return `+${format.number(seconds, 1)}\u00a0${words.format.seconds}`;
}

/** The rows that are shown, as a picture. */
export function drawn(ladder: Ladder, rows: readonly LadderRow[], title: string, note: string, say: Say): Drawn {
  return {
    title,
    lanes: ladder.lanes.map((lane) => laneName(lane, say)),
    rows: rows.map((row) => ({
      time: timeSaid(row.at, say),
      label: rowLabel(row, ladder, say),
      arrow: row.kind === 'message' ? { from: row.from, to: row.to, isRepeated: row.isRepeated } : null,
      tone: toneOf(row),
    })),
    note,
  };
}
