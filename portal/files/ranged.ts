import { Readable } from 'node:stream';
import type { ByteRange } from '@callscope/core/node/objects/store.ts';
import { rangeOf } from './range.ts';

/** Bytes that lie somewhere, any part of which can be read. */
export interface Lying {
  bytes: number;
  /** changes when they do */
  tag: string;
  /** type, name */
  headers: Record<string, string>;
  read(range: ByteRange): Promise<Readable>;
}

/**
 * They as an answer, whole or the part that Range asks for (RFC 9110, 13 and 14).
 * @param note before any of it goes, unless none of it does @throws what `read` and `note` do
 */
export async function rangedResponse(request: Request, lying: Lying, note: () => Promise<void>): Promise<Response> {
  const { bytes, tag, read } = lying;
  const etag = `"${tag}"`;
  const headers = {
    ...{ ...lying.headers, etag, 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff' },
    // the right to it may end, and so may what lies there
    'cache-control': 'private, no-cache',
  };
  // what the browser has is what there is: nothing is read, and nobody is said to have had it anew
  const known = request.headers.get('if-none-match');
  if (known?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag))
    return new Response(null, { status: 304, headers: { etag, 'cache-control': headers['cache-control'] } });
  // a range of what it was before is no range of what it is now
  const ifRange = request.headers.get('if-range');
  const range = rangeOf(ifRange === null || ifRange === etag ? (request.headers.get('range') ?? undefined) : undefined, bytes);
  if (range === 'unsatisfiable') return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${bytes}` } });
  const part = range ?? { from: 0, to: bytes };
  const sized = { ...headers, 'content-length': String(part.to - part.from) };
  if (request.method === 'HEAD') return new Response(null, { status: 200, headers: sized });
  await note();
  const body = Readable.toWeb(await read(part)) as ReadableStream;
  if (range === null) return new Response(body, { status: 200, headers: sized });
  return new Response(body, { status: 206, headers: { ...sized, 'content-range': `bytes ${part.from}-${part.to - 1}/${bytes}` } });
}
