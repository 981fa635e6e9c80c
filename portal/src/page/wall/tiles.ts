import type { Figures } from '@callscope/analytics/query/answer.ts';
import type { LiveCall } from '@callscope/core/bus/live.ts';
import { type Level, levelOf, type Thresholds, worse } from '@callscope/modules/boards/rules.ts';
import type { Square } from '../live/board.ts';
import { countsOf, type LiveCounts } from '../live/lines.ts';
import type { Uncalled } from './load.ts';

/** What the tiles of a board show, each with how bad it is. null = not known. */
export interface Tiles {
  waiting: { value: number | null /** seconds */; longest: number | null; level: Level };
  calls: { value: number | null; talking: number | null; level: Level };
  free: { value: number | null; busy: number; away: number; level: Level };
  /** percent */
  service: { value: number | null; level: Level };
  missed: { value: number | null; incoming: number | null; level: Level };
  uncalled: { value: number | null /** seconds that the oldest waits */; oldest: number | null; level: Level };
}

export interface OnBoard {
  /** in progress, within the board's reach; null: nothing is known of them yet */
  calls: readonly LiveCall[] | null;
  squares: readonly Square[];
  /** of today */
  figures: Figures | null;
  uncalled: Uncalled | null;
  thresholds: Thresholds;
  /** ms since the epoch */
  now: number;
}

/** A share of fewer calls colours nothing. */
const LEAST_FOR_SHARE = 10;
const UNKNOWN: LiveCounts = { talking: 0, ringing: 0, waiting: 0, longest: null };

/** Every figure is that of its one definition: calls in progress as on «Сейчас», today's as on the dashboard, callers as on «Потерянные». */
export function tilesOf({ calls, squares, figures, uncalled, thresholds, now }: OnBoard): Tiles {
  const counts = calls === null ? UNKNOWN : countsOf(calls);
  const known = (n: number) => (calls === null ? null : n);
  const since = (at: number | undefined | null) => (at === undefined || at === null ? null : Math.max(0, now - at) / 1_000);
  const longest = since(counts.longest);
  const of = (state: Square['state']) => squares.filter((s) => s.state === state).length;
  const open = uncalled?.byAge.reduce((a, b) => a + b, 0) ?? null;
  const oldest = since(uncalled?.oldest[0]?.openedAt);
  const missed = figures?.inMissed ?? null;
  const share = figures?.serviceLevel ?? null;
  const service = share === null ? null : Math.round(share * 100);
  return {
    waiting: {
      ...{ value: known(counts.waiting), longest },
      level: worse(levelOf('waiting', known(counts.waiting), thresholds), levelOf('longest', longest, thresholds)),
    },
    calls: {
      value: known(calls?.length ?? 0),
      talking: known(counts.talking),
      level: levelOf('calls', known(calls?.length ?? 0), thresholds),
    },
    free: {
      ...{ value: known(of('free')), busy: of('talking') + of('ringing'), away: of('away') },
      // a room without anybody in the directory has nobody to be short of
      level: levelOf('free', squares.length === 0 ? null : known(of('free')), thresholds),
    },
    service: { value: service, level: levelOf('service', (figures?.offered ?? 0) < LEAST_FOR_SHARE ? null : service, thresholds) },
    missed: { value: missed, incoming: figures?.in ?? null, level: levelOf('missed', missed, thresholds) },
    uncalled: {
      ...{ value: open, oldest },
      level: worse(levelOf('uncalled', open, thresholds), levelOf('oldest', oldest === null ? null : oldest / 60, thresholds)),
    },
  };
}
