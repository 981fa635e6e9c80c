import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';

/**
 * One version of a company's directory as a message: JSON, gzipped from this size on. REST takes bodies of 8 MiB, which
 * is also the bus' limit, and the stored form writes defaults out: only gzipped do they fit for certain (UTF-8 text of JSON
 * holds less than 7 bits a byte, and written-out defaults repeat).
 */
const GZIP_FROM_BYTES = 64 * 1024;
const GZIP_MAGIC = 0x1f;
const MOST_BYTES = 256 * 1024 * 1024;

export async function encodeDirectoryBody(body: unknown): Promise<Uint8Array> {
  const json = Buffer.from(JSON.stringify(body));
  return json.length < GZIP_FROM_BYTES ? json : promisify(gzip)(json);
}

/** @throws when the bytes are neither JSON nor gzipped JSON */
export function decodeDirectoryBody(bytes: Uint8Array): unknown {
  const json = bytes[0] === GZIP_MAGIC ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : Buffer.from(bytes);
  return JSON.parse(json.toString('utf8'));
}
