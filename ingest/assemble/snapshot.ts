import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import { decodeFactList, encodeFactList, type Fact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { Book, BookState } from './book.ts';
import { Conversation, type DialogFate } from './conversation.ts';
import { USUAL_PACE_MS } from './pace.ts';
import type { SettleState } from './settle.ts';

/**
 * The book at one FACTS sequence. Layout: u8 version, then parts of u32 length + bytes: JSON of the book's state; hashes of
 * the settled Call-IDs as f64; JSON of the phones, one line an account; and per open conversation JSON (its Call-IDs with their settle state and fates, rows written) and the facts of each Call-ID.
 * Gzipped whole.
 */
const VERSION = 4;
/** without phones */
const VERSION_CALLS_ONLY = 3;
/** Conversations encoded before other work gets its turn: the lease must be renewed while a large book is saved. */
const AT_A_TIME = 200;
const zip = promisify(gzip);

export class SnapshotError extends Error {}

export interface Snapshot {
  state: BookState;
  /** hashes of settled Call-IDs */
  settled: Float64Array;
  open: Conversation[];
  /** accounts as `Phones.saved` gave them */
  phones: string[];
}

interface Head {
  settledAt: number;
  written: CallRow[];
  members: { callId: string; settle: SettleState; fates: DialogFate[]; isSettled: boolean }[];
}

/** The book as it stands now; cheap, so that it can be taken between two messages and encoded while the next are applied. */
export interface Capture {
  seq: number;
  /** time of the stream there, ms */
  timeMs: number;
  state: string;
  settled: Float64Array;
  phones: string[];
  open: { head: Head; facts: { list: readonly Fact[]; count: number }[] }[];
}

/** @param phones one text an account, see `Phones.saved` */
export function captureBook(book: Book, phones: string[]): Capture {
  const open: Capture['open'] = [];
  for (const c of book.open()) {
    open.push({
      head: {
        settledAt: c.settledAt,
        written: [...c.written],
        members: c.members.map(({ callId, settle, fates, isSettled }) => ({ callId, settle: { ...settle }, fates: [...fates], isSettled })),
      },
      // facts are only ever appended: the array with its length now is what it holds now
      facts: c.members.map(({ facts }) => ({ list: facts, count: facts.length })),
    });
  }
  return { seq: book.state.seq, timeMs: book.state.time, state: JSON.stringify(book.state), settled: book.settledHashes(), phones, open };
}

export async function encodeSnapshot({ state, settled, phones, open }: Capture): Promise<Uint8Array> {
  const parts: Uint8Array[] = [
    Uint8Array.of(VERSION),
    ...sized(Buffer.from(state)),
    ...sized(new Uint8Array(settled.buffer, settled.byteOffset, settled.byteLength)),
    ...sized(Buffer.from(phones.join('\n'))),
  ];
  for (const [i, { head, facts }] of open.entries()) {
    parts.push(...sized(Buffer.from(JSON.stringify(head))));
    for (const { list, count } of facts) parts.push(...sized(encodeFactList(list.slice(0, count))));
    if (i % AT_A_TIME === AT_A_TIME - 1) await nextTurn();
  }
  return zip(Buffer.concat(parts), { level: 1 });
}

/** @throws SnapshotError when the bytes are not a snapshot of a version this build reads */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  let b: Buffer;
  try {
    b = gunzipSync(bytes);
  } catch (cause) {
    throw new SnapshotError('snapshot is damaged', { cause });
  }
  if (b[0] !== VERSION && b[0] !== VERSION_CALLS_ONLY)
    throw new SnapshotError(`snapshot version ${b[0]}, this build reads ${VERSION_CALLS_ONLY} and ${VERSION}`);
  let at = 1;
  const next = (): Buffer => {
    const n = b.readUInt32LE(at);
    at += 4 + n;
    if (at > b.length) throw new SnapshotError('snapshot is cut short');
    return b.subarray(at - n, at);
  };
  const state = JSON.parse(next().toString()) as BookState;
  // one of before there was a pace
  state.paceMs ??= USUAL_PACE_MS;
  const hashes = Uint8Array.from(next());
  const settled = new Float64Array(hashes.buffer, 0, hashes.length / 8);
  const phones = b[0] === VERSION_CALLS_ONLY ? [] : next().toString().split('\n').filter(Boolean);
  const open: Conversation[] = [];
  while (at < b.length) {
    const { settledAt, written, members } = JSON.parse(next().toString()) as Head;
    const conversation = new Conversation(members[0]?.callId ?? '');
    for (const { callId, settle, fates, isSettled } of members) {
      const member = conversation.claim(callId);
      for (const fact of decodeFactList(next())) member.add(fact, 0);
      Object.assign(member, { settle, fates, isSettled });
    }
    conversation.settledAt = settledAt;
    // rows of before trunks were told
    conversation.written = written.map((row) => ({ ...row, trunk: row.trunk ?? '' }));
    open.push(conversation);
  }
  return { state, settled, open, phones };
}

function sized(bytes: Uint8Array): Uint8Array[] {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(bytes.length);
  return [length, bytes];
}
