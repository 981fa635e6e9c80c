import type { MaskKind } from '@callscope/core/domain/signalling.ts';

/**
 * What somebody could sign in or decrypt a talk with is overwritten with `x` before it reaches the bus; lengths stay, so that
 * Content-Length stays right:
 * - digest: `response` and `rspauth` of digest credentials, other credentials but their scheme (RFC 3261, 22; RFC 7616, 3.4, 3.5)
 * - sdes: keys of `a=crypto` (RFC 4568, 9.1) and of `k=` (RFC 4566, 5.12)
 * - ice: `a=ice-pwd` (RFC 8839, 5.4)
 */
const BEGINNINGS: Record<MaskKind, string> = {
  digest: '(?:proxy-)?(?:authorization|authentication-info)[ \\t]*:',
  sdes: 'a=crypto:|k=',
  ice: 'a=ice-pwd:',
};

/** @returns gives a packet as it may go on: itself where nothing is to be hidden, else a copy of the same length */
export function maskerOf(kinds: readonly MaskKind[]): (packet: Uint8Array) => Uint8Array {
  if (kinds.length === 0) return (packet) => packet;
  // at the beginning of any line of the packet, not only where its payload should be: what is cut or made to deceive hides nothing
  const secret = new RegExp(`\\n(?:${kinds.map((kind) => BEGINNINGS[kind]).join('|')})`, 'i');
  const secrets = new RegExp(secret, 'gi');
  return (packet) => {
    const text = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength).toString('latin1');
    if (!secret.test(text)) return packet;
    const out = Buffer.from(packet);
    secrets.lastIndex = 0;
    for (let found = secrets.exec(text); found !== null; found = secrets.exec(text)) {
      const from = found.index + found[0].length;
      LINE_END.lastIndex = from;
      const to = LINE_END.exec(text)?.index ?? text.length;
      const value = text.slice(from, to);
      for (const [at, end] of hiddenIn(found[0].toLowerCase(), value)) blank(out, from + at, from + end);
      secrets.lastIndex = to;
    }
    return out;
  };
}

/** A line goes on where the next begins with white space (RFC 3261, 7.3.1); one without an end reaches to the chunk after the payload. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a HEP chunk begins with a zero byte
const LINE_END = /\r?\n(?![ \t])|[\0-\x08\x0b\x0c\x0e-\x1f]/g;
/** Quoted strings may hold escaped quotes; one that does not end reaches to the end of the value. Each match ends where its secret does. */
const RESPONSES = /(\b(?:response|rspauth)\s*=\s*"?)((?<=")[^"\\]*(?:\\[\s\S][^"\\]*)*|[^\s,;"]*)/gi;
/** Key and salt, before lifetime and index. */
const KEYS = /(inline:)([^|;\s]*)/gi;
const DIGEST = /^\s*digest\s/i;
const SCHEME = /^\s*[\w!#$%&'*+.^`|~-]*\s*/;

/** Stretches of a line's value that are hidden: half-open, from its beginning. What names no secret may be one as a whole. */
function hiddenIn(beginning: string, value: string): [number, number][] {
  if (beginning.endsWith('crypto:')) {
    const keys = secondOf(value, KEYS);
    return keys.length > 0 ? keys : [[0, value.length]];
  }
  const isInfo = beginning.includes('info');
  if (!isInfo && !beginning.includes('authorization')) return [[0, value.length]];
  if (!isInfo && !DIGEST.test(value)) return [[SCHEME.exec(value)?.[0].length ?? 0, value.length]];
  return secondOf(value, RESPONSES);
}

/** Where the second group of each match stands. */
function secondOf(value: string, pattern: RegExp): [number, number][] {
  return Array.from(value.matchAll(pattern), ({ index, 0: all, 1: before = '' }) => [index + before.length, index + all.length]);
}

/** White space stays: line breaks and what folds lines hold the message together. */
function blank(out: Buffer, from: number, to: number): void {
  for (let i = from; i < to; i++) if ((out[i] as number) > 32) out[i] = 120;
}
