import { gunzipSync, gzipSync } from 'node:zlib';
import { decodeFactList, encodeFactList } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { BookState } from './book.ts';
import { Conversation, type DialogFate } from './conversation.ts';
import type { SettleState } from './settle.ts';

/**
 * The open conversations at one FACTS sequence. Layout: u8 version, u32 length + JSON of the book's state, then per
 * conversation u32 length + JSON (Call-ID, settle state, fates, rows written), u32 length + its facts. Gzipped whole.
 */
const VERSION = 1;

export class SnapshotError extends Error {}

export function encodeSnapshot(state: BookState, open: Iterable<Conversation>): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(VERSION), ...sized(Buffer.from(JSON.stringify(state)))];
  for (const c of open) {
    const { callId, settle, fates, written } = c;
    parts.push(...sized(Buffer.from(JSON.stringify({ callId, settle, fates, written }))), ...sized(encodeFactList(c.facts)));
  }
  return gzipSync(Buffer.concat(parts), { level: 1 });
}

/** @throws SnapshotError when the bytes are not a snapshot of a version this build reads */
export function decodeSnapshot(bytes: Uint8Array): { state: BookState; open: Conversation[] } {
  let b: Buffer;
  try {
    b = gunzipSync(bytes);
  } catch (cause) {
    throw new SnapshotError('snapshot is damaged', { cause });
  }
  if (b[0] !== VERSION) throw new SnapshotError(`snapshot version ${b[0]}, this build reads ${VERSION}`);
  let at = 1;
  const next = (): Buffer => {
    const n = b.readUInt32LE(at);
    at += 4 + n;
    if (at > b.length) throw new SnapshotError('snapshot is cut short');
    return b.subarray(at - n, at);
  };
  const state = JSON.parse(next().toString()) as BookState;
  const open: Conversation[] = [];
  while (at < b.length) {
    const head = JSON.parse(next().toString()) as { callId: string; settle: SettleState; fates: DialogFate[]; written: CallRow[] };
    const conversation = new Conversation(head.callId);
    for (const fact of decodeFactList(next())) conversation.add(fact, 0);
    conversation.settle = head.settle;
    conversation.fates = head.fates;
    conversation.written = head.written;
    open.push(conversation);
  }
  return { state, open };
}

function sized(bytes: Uint8Array): Uint8Array[] {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(bytes.length);
  return [length, bytes];
}
