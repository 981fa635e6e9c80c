/**
 * Facts: what assembly needs to know of a packet or an event, and nothing else. One message of the FACTS stream is a
 * batch from one decoder; its header numbers the facts as a frame numbers packets, so that the ledger can prove them.
 * All `at` are microseconds since the epoch at the edge (below 2^53 until the year 2255).
 */
export interface SipFact {
  kind: 'sip';
  at: number;
  callId: string;
  /** request: its method, code 0; response: method of CSeq, code 100..699 */
  method: string;
  code: number;
  cseq: number;
  /** "address:port" of this packet */
  src: string;
  dst: string;
  fromUser: string;
  fromHost: string;
  fromTag: string;
  toTag: string;
  /** Request-URI (requests only) */
  uriUser: string;
  uriHost: string;
  /** branch of the topmost Via: names the transaction on this hop (RFC 3261, 17.1.3) */
  branch: string;
  /** REFER: Refer-To URI user; INVITE made by a transfer: Referred-By URI user (RFC 3515, 3892) */
  referTo: string;
  referredBy: string;
  /** Call-ID of the dialog that this INVITE takes the place of, or that a REFER's Refer-To names (RFC 3891) */
  replaces: string;
  /** user that the call was diverted from, by Diversion or History-Info (RFC 5806, 7044) */
  divertedBy: string;
  /** what the capture agent correlates this Call-ID with (HEP chunk 17); '' when nothing but itself */
  correlation: string;
  /** 32-bit hash of the payload, for telling a copy from a retransmission */
  hash: number;
}

export interface EventFact {
  kind: 'event';
  /** event time where the event has one, else the time of receipt */
  at: number;
  callId: string;
  /** E_PBX_CALL, E_ACC_CDR … */
  method: string;
  /** parameters as sent; absent and null are the same */
  params: Record<string, string | number | null>;
}

/** Proof of life of a call without content: RTCP. Keeps an open call from being closed by silence. */
export interface ActivityFact {
  kind: 'activity';
  at: number;
  callId: string;
}

export type Fact = SipFact | EventFact | ActivityFact;

export interface FactBatch {
  /** id of the decoder process */
  decoder: string;
  /** start of the decoder process, µs since the epoch */
  boot: number;
  /** number of the first fact in this life of this decoder */
  firstN: number;
  facts: Fact[];
}

export const FACTS_VERSION = 2;
/** without the three fields that tie Call-IDs */
const FACTS_VERSION_UNTIED = 1;
const KIND_SIP = 1;
const KIND_EVENT = 2;
const KIND_ACTIVITY = 3;

const SIP_STRINGS = [
  'callId',
  'method',
  'src',
  'dst',
  'fromUser',
  'fromHost',
  'fromTag',
  'toTag',
  'uriUser',
  'uriHost',
  'branch',
  'referTo',
  'referredBy',
  'replaces',
  'divertedBy',
  'correlation',
] as const;

/** Grows as needed; one per encoder, reused between batches. */
class Sink {
  buffer = Buffer.allocUnsafe(1 << 16);
  at = 0;

  need(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const bigger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(bigger, 0, 0, this.at);
    this.buffer = bigger;
  }
  u8(v: number): void {
    this.need(1);
    this.buffer[this.at++] = v;
  }
  u32(v: number): void {
    this.need(4);
    this.at = this.buffer.writeUInt32LE(v >>> 0, this.at);
  }
  f64(v: number): void {
    this.need(8);
    this.at = this.buffer.writeDoubleLE(v, this.at);
  }
  /** u16 byte length + UTF-8; longer than 65,535 bytes is cut (no field that assembly reads is) */
  str(v: string): void {
    const most = v.length * 3;
    this.need(2 + most);
    let n = this.buffer.write(v, this.at + 2, 'utf8');
    if (n > 0xffff) n = 0xffff;
    this.buffer.writeUInt16LE(n, this.at);
    this.at += 2 + n;
  }
}

const sink = new Sink();

export function encodeFacts(batch: FactBatch): Uint8Array {
  const s = sink;
  s.at = 0;
  s.u8(FACTS_VERSION);
  s.str(batch.decoder);
  s.f64(batch.boot);
  s.f64(batch.firstN);
  s.u32(batch.facts.length);
  for (const fact of batch.facts) writeFact(s, fact);
  return Uint8Array.prototype.slice.call(s.buffer, 0, s.at);
}

/** A list of facts without a header: how snapshots keep open conversations. */
export function encodeFactList(facts: readonly Fact[]): Uint8Array {
  const s = sink;
  s.at = 0;
  s.u32(facts.length);
  for (const fact of facts) writeFact(s, fact);
  return Uint8Array.prototype.slice.call(s.buffer, 0, s.at);
}

function writeFact(s: Sink, fact: Fact): void {
  if (fact.kind === 'sip') {
    s.u8(KIND_SIP);
    s.f64(fact.at);
    s.u32(fact.code);
    s.u32(fact.cseq);
    s.u32(fact.hash);
    for (const field of SIP_STRINGS) s.str(fact[field]);
  } else if (fact.kind === 'event') {
    s.u8(KIND_EVENT);
    s.f64(fact.at);
    s.str(fact.callId);
    s.str(fact.method);
    const present = Object.entries(fact.params).filter(([, v]) => v !== null && v !== undefined);
    s.u8(Math.min(present.length, 255));
    for (const [name, value] of present.slice(0, 255)) {
      s.str(name);
      if (typeof value === 'number') {
        s.u8(1);
        s.f64(value);
      } else {
        s.u8(2);
        s.str(String(value));
      }
    }
  } else {
    s.u8(KIND_ACTIVITY);
    s.f64(fact.at);
    s.str(fact.callId);
  }
}

export class FactsError extends Error {}

class Source {
  readonly buffer: Buffer;
  at = 0;
  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  u8(): number {
    const v = this.buffer.readUInt8(this.at);
    this.at += 1;
    return v;
  }
  u32(): number {
    const v = this.buffer.readUInt32LE(this.at);
    this.at += 4;
    return v;
  }
  f64(): number {
    const v = this.buffer.readDoubleLE(this.at);
    this.at += 8;
    return v;
  }
  str(): string {
    const n = this.buffer.readUInt16LE(this.at);
    const from = this.at + 2;
    if (from + n > this.buffer.length) throw new RangeError('cut short');
    this.at = from + n;
    return n === 0 ? '' : this.buffer.toString('utf8', from, this.at);
  }
}

/** @throws FactsError when the bytes are not a batch of a version this build reads */
export function decodeFacts(bytes: Uint8Array): FactBatch {
  const s = new Source(bytes);
  try {
    const version = s.u8();
    if (version !== FACTS_VERSION && version !== FACTS_VERSION_UNTIED)
      throw new FactsError(`facts version ${version}, this build reads ${FACTS_VERSION_UNTIED} and ${FACTS_VERSION}`);
    const decoder = s.str();
    const boot = s.f64();
    const firstN = s.f64();
    return { decoder, boot, firstN, facts: readFacts(s, version) };
  } catch (cause) {
    if (cause instanceof FactsError) throw cause;
    throw new FactsError('fact batch is cut short', { cause });
  }
}

/** @throws FactsError */
export function decodeFactList(bytes: Uint8Array): Fact[] {
  try {
    return readFacts(new Source(bytes), FACTS_VERSION);
  } catch (cause) {
    if (cause instanceof FactsError) throw cause;
    throw new FactsError('fact list is cut short', { cause });
  }
}

function readFacts(s: Source, version: number): Fact[] {
  const count = s.u32();
  const facts: Fact[] = [];
  for (let i = 0; i < count; i++) facts.push(readFact(s, version));
  return facts;
}

function readFact(s: Source, version: number): Fact {
  const kind = s.u8();
  const at = s.f64();
  if (kind === KIND_SIP) {
    const code = s.u32();
    const cseq = s.u32();
    const hash = s.u32();
    const tied = version !== FACTS_VERSION_UNTIED;
    return {
      kind: 'sip',
      at,
      code,
      cseq,
      hash,
      callId: s.str(),
      method: s.str(),
      src: s.str(),
      dst: s.str(),
      fromUser: s.str(),
      fromHost: s.str(),
      fromTag: s.str(),
      toTag: s.str(),
      uriUser: s.str(),
      uriHost: s.str(),
      branch: s.str(),
      referTo: s.str(),
      referredBy: s.str(),
      replaces: tied ? s.str() : '',
      divertedBy: tied ? s.str() : '',
      correlation: tied ? s.str() : '',
    };
  }
  if (kind === KIND_EVENT) {
    const callId = s.str();
    const method = s.str();
    const params: Record<string, string | number | null> = {};
    for (let left = s.u8(); left > 0; left--) {
      const name = s.str();
      params[name] = s.u8() === 1 ? s.f64() : s.str();
    }
    return { kind: 'event', at, callId, method, params };
  }
  if (kind === KIND_ACTIVITY) return { kind: 'activity', at, callId: s.str() };
  throw new FactsError(`unknown fact kind ${kind}`);
}
