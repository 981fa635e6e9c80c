/** What of a session description (RFC 8866) tells whose media a packet is, and what is in it. */
export interface MediaDescription {
  kind: 'audio' | 'other';
  /** where this party wants to receive, and by custom (symmetric RTP) where it sends from */
  ip: string;
  port: number;
  /** payload types of the `m=` line, the preferred one first (RFC 8866, 5.14) */
  formats: number[];
  /** payload type -> encoding and clock of `a=rtpmap`; static types need none */
  payloads: Map<number, { encoding: string; clock: number }>;
}

/** Streams of a description, in order; a refused one (port 0) is none. Lines that make no sense are passed over. */
export function mediaOf(sdp: string): MediaDescription[] {
  const found: MediaDescription[] = [];
  let session = '';
  let media: MediaDescription | null = null;
  let isSession = true;
  for (const line of sdp.split(/\r?\n/)) {
    const value = line.slice(2);
    if (line.startsWith('m=')) {
      isSession = false;
      const [, kind, digits, rest = ''] = /^([a-z]+) (\d{1,5})(?:\/\d+)? \S+ ?(.*)$/.exec(value) ?? [];
      const port = Number(digits ?? 0);
      const formats = rest.split(' ').filter((type) => /^\d{1,3}$/.test(type));
      media =
        port === 0 || port > 65_535
          ? null
          : { kind: kind === 'audio' ? 'audio' : 'other', ip: session, port, formats: formats.map(Number), payloads: new Map() };
      if (media) found.push(media);
    } else if (line.startsWith('c=')) {
      const [, ip = ''] = /^IN IP[46] ([^\s/]+)/.exec(value) ?? [];
      if (isSession) session = ip;
      else if (media) media.ip = ip;
    } else if (media && line.startsWith('a=rtpmap:')) {
      const [, type, encoding = '', clock] = /^a=rtpmap:(\d{1,3}) ([^/\s]+)\/(\d{1,6})/.exec(line) ?? [];
      if (type !== undefined) media.payloads.set(Number(type), { encoding: encoding.toLowerCase(), clock: Number(clock) });
    }
  }
  return found;
}

/** Whether two spellings name one address: `::` of IPv6 stands for zeros. */
export function sameAddress(a: string, b: string): boolean {
  return a === b || (a.includes(':') && b.includes(':') && spelledOut(a) === spelledOut(b));
}

/** IPv6 with all of its eight groups, in lower case. */
export function spelledOut(ip: string): string {
  const [head = '', tail] = ip.toLowerCase().split('::');
  const groups = (text: string) => text.split(':').filter((g) => g !== '');
  const [left, right] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array(zeros).fill('0'), ...right].map((g) => g.replace(/^0+(?=.)/, '')).join(':');
}
