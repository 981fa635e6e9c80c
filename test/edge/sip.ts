import { createHash, randomBytes } from 'node:crypto';

/** A SIP message as the phones of the tests read and write it: names in lower case, in order, repeats kept. */
export interface SipMessage {
  /** method of a request, '' of a reply */
  method: string;
  uri: string;
  code: number;
  reason: string;
  headers: [string, string][];
  body: string;
}

const SHORT: Record<string, string> = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact', l: 'content-length', c: 'content-type' };

export function parseSip(text: string): SipMessage | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    return [SHORT[name] ?? name, line.slice(colon + 1).trim()];
  });
  const body = text.slice(end + 4);
  const reply = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(first);
  if (reply) return { method: '', uri: '', code: Number(reply[1]), reason: reply[2] ?? '', headers, body };
  const [method = '', uri = ''] = first.split(' ');
  return { method, uri, code: 0, reason: '', headers, body };
}

export function header(m: SipMessage, name: string): string {
  return m.headers.find(([n]) => n === name)?.[1] ?? '';
}

export function headers(m: SipMessage, name: string): string[] {
  return m.headers.filter(([n]) => n === name).map(([, v]) => v);
}

export function writeSip(first: string, list: [string, string][], body = ''): Buffer {
  const untyped = body !== '' && !list.some(([n]) => n === 'Content-Type');
  const lines = [first, ...list.map(([n, v]) => `${n}: ${v}`), ...(untyped ? ['Content-Type: application/sdp'] : [])];
  return Buffer.from(`${lines.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

export const token = () => randomBytes(6).toString('hex');
export const tagOf = (value: string) => /;tag=([^;>\s]+)/.exec(value)?.[1] ?? '';
export const uriOf = (value: string) => /<([^>]+)>/.exec(value)?.[1] ?? value.split(';')[0] ?? '';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** RFC 2617 without or with qop=auth. */
export function digest(challenge: string, method: string, uri: string, user: string, password: string): string {
  const value = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const ha1 = md5(`${user}:${value('realm')}:${password}`);
  const ha2 = md5(`${method}:${uri}`);
  const qop = /qop/.test(challenge);
  const cnonce = token();
  const response = qop ? md5(`${ha1}:${value('nonce')}:00000001:${cnonce}:auth:${ha2}`) : md5(`${ha1}:${value('nonce')}:${ha2}`);
  return `Digest username="${user}", realm="${value('realm')}", nonce="${value('nonce')}", uri="${uri}", response="${response}"${
    qop ? `, qop=auth, cnonce="${cnonce}", nc=00000001` : ''
  }`;
}
