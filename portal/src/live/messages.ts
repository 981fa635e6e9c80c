/**
 * What the live stream of the portal says to a browser, as Server-Sent Events: the event's name is `type`, its data the
 * rest as JSON. Browser-safe. Times are whole milliseconds since the epoch, 0 = has not happened.
 */
import type { Freshness } from '@callscope/core/bus/freshness.ts';
import type { EndedCall, LiveCall, LivePhone } from '@callscope/core/bus/live.ts';

/** All calls in progress as they stand. After the first one it means that something may have been missed. */
export interface SnapshotMessage {
  type: 'snapshot';
  calls: LiveCall[];
  /** accounts whose registrations were seen */
  phones?: LivePhone[];
}

/** What changed since the message before. Applying one twice does no harm. */
export interface DeltaMessage {
  type: 'delta';
  /** new or changed, each whole */
  calls: LiveCall[];
  /** ids no longer in progress for which no row is known here */
  gone: string[];
  /** calls that a reader of the journal finds now, oldest first; they are no longer in progress. At most 200 */
  ended: EndedCall[];
  /** how many calls ended, those not listed too (a replay of history) */
  endedCount: number;
  /** ids of written calls that changed */
  revised: string[];
  /** more ended or changed than is listed, or something may have been missed: lists should be read again */
  reload: boolean;
  /** new or changed, each whole */
  phones?: LivePhone[];
  /** addresses of record that are not this company's any more */
  phonesGone?: string[];
}

export interface FreshnessMessage extends Freshness {
  type: 'freshness';
}

/** Cases of missed calls changed: what shows them should be read again. */
export interface CasesMessage {
  type: 'cases';
}

/** A call in progress was told something, or what is recorded changed: how recordings stand should be asked again. */
export interface ToldMessage {
  type: 'told';
}

export type LiveMessage = SnapshotMessage | DeltaMessage | FreshnessMessage | CasesMessage | ToldMessage;
export const MESSAGE_TYPES = ['snapshot', 'delta', 'freshness', 'cases', 'told'] as const;

/** `connected`: the stream is open; `reconnecting`: what is shown may be old */
export type ConnectionState = 'connected' | 'reconnecting';
