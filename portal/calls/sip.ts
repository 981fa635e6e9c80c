/** A SIP message as people look at it: start line, headers and body (RFC 3261, 7). Never throws: what cannot be read is ''. */
export interface ReadMessage {
  /** 'INVITE sip:101@example SIP/2.0' or 'SIP/2.0 200 OK' */
  start: string;
  /** lower case, the long name, in their order; folded lines are one (7.3.1) */
  headers: readonly { name: string; value: string }[];
  body: string;
}

/** Short forms (7.3.3, and RFC 3515, RFC 3892). */
const SHORT: Record<string, string> = {
  i: 'call-id',
  f: 'from',
  t: 'to',
  m: 'contact',
  r: 'refer-to',
  b: 'referred-by',
  c: 'content-type',
  v: 'via',
};

/** IP protocol numbers as HEP carries them; 50 is what OpenSIPS writes for WebSocket. */
const TRANSPORTS: Record<number, string> = { 6: 'TCP', 17: 'UDP', 22: 'TLS', 50: 'WS', 51: 'WSS', 132: 'SCTP' };

export const transportOf = (protocol: number): string => TRANSPORTS[protocol] ?? String(protocol);

export function readMessage(payload: Buffer): ReadMessage {
  const text = payload.toString('utf8').replaceAll('\r\n', '\n');
  const end = text.indexOf('\n\n');
  const [start = '', ...lines] = (end < 0 ? text : text.slice(0, end)).replace(/\n[ \t]+/g, ' ').split('\n');
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) return [];
    const name = line.slice(0, colon).trim().toLowerCase();
    return [{ name: SHORT[name] ?? name, value: line.slice(colon + 1).trim() }];
  });
  return { start, headers, body: end < 0 ? '' : text.slice(end + 2) };
}

export function headerOf({ headers }: ReadMessage, name: string): string {
  return headers.find((h) => h.name === name)?.value ?? '';
}

/** 'tag' of From or To, '' when there is none. */
export function tagOf(value: string): string {
  return /;\s*tag=([^;\s]+)/i.exec(value)?.[1] ?? '';
}

/** The user of an address, as people name it: '101' of '"Anna" <sip:101@example>;tag=1'. */
export function userOf(value: string): string {
  return /sips?:([^@;>?\s]+)@/i.exec(value)?.[1] ?? /tel:([^;>\s]+)/i.exec(value)?.[1] ?? '';
}

/** What a body offers to do with the sound: null when it says nothing of sound. A stream without a word is sent and received (RFC 3264, 5.1). */
export function soundOf(body: string): 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' | null {
  const lines = body.split('\n').map((line) => line.trim());
  const audio = lines.findIndex((line) => line.startsWith('m=audio'));
  if (audio < 0) return null;
  const next = lines.findIndex((line, i) => i > audio && line.startsWith('m='));
  const stream = lines.slice(audio, next < 0 ? undefined : next);
  const session = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('m=')),
  );
  const said = (part: readonly string[]) => part.flatMap((line) => /^a=(sendrecv|sendonly|recvonly|inactive)$/.exec(line)?.[1] ?? [])[0];
  // the way of old phones: an address that nothing can be sent to (RFC 3264, 8.4)
  const isNowhere = [...stream, ...session].find((line) => line.startsWith('c='))?.endsWith(' 0.0.0.0') ?? false;
  const word = said(stream) ?? said(session) ?? 'sendrecv';
  return word === 'sendrecv' && isNowhere ? 'sendonly' : (word as 'sendrecv');
}

const HIDDEN = '•••';
/** Headers whose value lets somebody sign in, or guess a password at leisure. */
const SECRET_HEADERS = /^((?:proxy-)?(?:authorization|authentication-info))\s*:(.*)$/gim;
/** Of digest credentials these alone are secret (RFC 7616, 3.4): who signed in where is what somebody looks for. */
const RESPONSES = /\b(response|rspauth)(\s*=\s*)("[^"]*"?|[^\s,;]+)/gi;

function credentials(name: string, value: string): string {
  const scheme = /^\s*(\w+)\s/.exec(value)?.[1] ?? '';
  if (scheme.toLowerCase() === 'digest' || /info$/i.test(name)) return `${name}:${value.replace(RESPONSES, `$1$2${HIDDEN}`)}`;
  return `${name}: ${scheme === '' ? '' : `${scheme} `}${HIDDEN}`;
}

/** Keys of media and of its way: SDES (RFC 4568), ICE (RFC 8839). */
const SECRET_LINES = /^(a=crypto:\s*\d+\s+\S+\s+).*$|^(a=ice-pwd:).*$|^(k=).*$/gim;

/** A message as text, without what somebody could sign in or listen with. */
export function withoutSecrets(payload: Buffer): string {
  return payload
    .toString('utf8')
    .replaceAll('\r\n', '\n')
    .replace(/\n[ \t]+(?=.*\n)/g, ' ')
    .replace(SECRET_HEADERS, (_, name: string, value: string) => credentials(name, value))
    .replace(
      SECRET_LINES,
      (_, crypto: string | undefined, ice: string | undefined, key: string | undefined) => `${crypto ?? ice ?? key}${HIDDEN}`,
    )
    .trimEnd();
}
