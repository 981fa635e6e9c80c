/**
 * What assembly and the message list need of a SIP message (RFC 3261, 7): start line and a handful of headers. One pass
 * over the header lines, long and compact forms (7.3.3), folded lines (7.3.1). Never throws; bounded by the payload.
 */
export interface SipMessage {
  /** request: its method; response: the method of CSeq */
  method: string;
  /** 0 for a request */
  code: number;
  callId: string;
  cseq: number;
  uriUser: string;
  uriHost: string;
  fromUser: string;
  fromHost: string;
  fromTag: string;
  toUser: string;
  toTag: string;
  branch: string;
  referTo: string;
  referredBy: string;
  /** Call-ID of the Replaces header, or of the one within Refer-To (RFC 3891, 3; RFC 3515, 2.1) */
  replaces: string;
  /** user of the last diversion: topmost Diversion, else the last but one of History-Info (RFC 5806, RFC 7044) */
  divertedBy: string;
  /** the program that wrote it: User-Agent, of an answer also Server; in printable ASCII, cut */
  agent: string;
}

/** sip: not a SIP message · headers: no Call-ID, CSeq, From or To · content: control characters or broken UTF-8 in what names a call */
export type SipDrop = 'sip' | 'headers' | 'content';

const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]{1,32}$/;
/** Call-ID as kept: longer ones exist only in attacks */
const LONGEST_CALL_ID = 512;
const LONGEST_AGENT = 120;

export function parseSip(payload: Buffer): SipMessage | SipDrop {
  // header names and numbers are ASCII; what is not is decoded only where it is kept
  const headerEnd = payload.indexOf('\r\n\r\n');
  const text = payload.toString('latin1', 0, headerEnd < 0 ? payload.length : headerEnd);
  let lineEnd = text.indexOf('\r\n');
  if (lineEnd < 0) return 'sip';
  const start = text.slice(0, lineEnd);
  let method = '';
  let code = 0;
  let uriUser = '';
  let uriHost = '';
  if (start.startsWith('SIP/2.0 ')) {
    code = Number(start.slice(8, 11));
    if (!(code >= 100 && code <= 699) || (start.length > 11 && start.charCodeAt(11) !== 32)) return 'sip';
  } else {
    const space = start.indexOf(' ');
    if (space < 1 || !start.endsWith(' SIP/2.0')) return 'sip';
    method = start.slice(0, space);
    if (!TOKEN.test(method)) return 'sip';
    const uri = parseUri(start.slice(space + 1, start.length - 8));
    uriUser = uri.user;
    uriHost = uri.host;
  }

  let callId = '';
  let cseq = -1;
  let cseqMethod = '';
  let from = '';
  let to = '';
  let via = '';
  let referTo = '';
  let referredBy = '';
  let replaces = '';
  let diversion = '';
  let history = '';
  let agent = '';
  while (lineEnd >= 0 && lineEnd < text.length) {
    const lineStart = lineEnd + 2;
    lineEnd = text.indexOf('\r\n', lineStart);
    let end = lineEnd < 0 ? text.length : lineEnd;
    // a line that begins with white space goes on with the one before
    while (lineEnd >= 0 && isSpace(text.charCodeAt(lineEnd + 2))) {
      lineEnd = text.indexOf('\r\n', lineEnd + 2);
      end = lineEnd < 0 ? text.length : lineEnd;
    }
    if (end === lineStart) break;
    const colon = text.indexOf(':', lineStart);
    if (colon < 0 || colon >= end) continue;
    switch (headerOf(text, lineStart, colon)) {
      case CALL_ID:
        callId ||= text.slice(colon + 1, end).trim();
        break;
      case CSEQ: {
        if (cseq >= 0) break;
        const value = text.slice(colon + 1, end).trim();
        const space = value.indexOf(' ');
        if (space < 1) return 'headers';
        cseq = Number(value.slice(0, space));
        cseqMethod = value.slice(space + 1).trim();
        if (!Number.isInteger(cseq) || cseq < 0 || cseq > 0xffffffff) return 'headers';
        break;
      }
      case FROM:
        from ||= text.slice(colon + 1, end);
        break;
      case TO:
        to ||= text.slice(colon + 1, end);
        break;
      case VIA:
        via ||= text.slice(colon + 1, end);
        break;
      case REFER_TO:
        referTo ||= text.slice(colon + 1, end);
        break;
      case REFERRED_BY:
        referredBy ||= text.slice(colon + 1, end);
        break;
      case REPLACES:
        replaces ||= text.slice(colon + 1, end);
        break;
      case DIVERSION:
        diversion ||= text.slice(colon + 1, end);
        break;
      case HISTORY_INFO:
        // one entry a header, or several with commas: together they are one list (RFC 3261, 7.3.1)
        history += `${history === '' ? '' : ','}${text.slice(colon + 1, end)}`;
        break;
      case AGENT:
        agent ||= text.slice(colon + 1, Math.min(end, colon + 2 + LONGEST_AGENT)).trim();
        break;
    }
  }
  if (callId === '' || callId.length > LONGEST_CALL_ID || cseq < 0 || from === '' || to === '') return 'headers';
  if (code > 0) {
    if (!TOKEN.test(cseqMethod)) return 'headers';
    method = cseqMethod;
  }
  const f = parseAddress(from);
  const t = parseAddress(to);
  // Call-ID is word ["@" word] (25.1): ASCII without controls; names in From and To may be UTF-8, their users not
  if (
    !(isPrintable(callId) && isPrintable(f.user) && isPrintable(t.user) && isPrintable(uriUser) && isPrintable(f.tag) && isPrintable(t.tag))
  )
    return 'content';
  return {
    method,
    code,
    callId,
    cseq,
    uriUser,
    uriHost,
    fromUser: f.user,
    fromHost: f.host,
    fromTag: f.tag,
    toUser: t.user,
    toTag: t.tag,
    branch: parameter(via.split(',', 1)[0] ?? '', 'branch'),
    referTo: referTo === '' ? '' : parseAddress(referTo).user,
    referredBy: referredBy === '' ? '' : parseAddress(referredBy).user,
    replaces: replacedCall(replaces, referTo),
    divertedBy: diversion === '' ? historyDiversion(history) : parseAddress(diversion).user,
    agent: isPrintable(agent) ? agent : agent.replace(/[^ -~]+/g, '?'),
  };
}

/** `callid;to-tag=…;from-tag=…`, as a header or percent-encoded within the URI of Refer-To */
function replacedCall(header: string, referTo: string): string {
  const embedded = header === '' ? /[?&]replaces=([^&>\s]*)/i.exec(referTo)?.[1] : undefined;
  const value = embedded === undefined ? header : decodePercent(embedded);
  const callId = value.slice(0, firstOf(value, ';', ',')).trim();
  return callId.length <= LONGEST_CALL_ID && isPrintable(callId) ? callId : '';
}

/** The target before the current one: whoever it belongs to sent the call on. One entry alone is no diversion. */
function historyDiversion(history: string): string {
  if (history === '') return '';
  const entries = history.match(/<[^>]*>/g) ?? [];
  const before = entries.at(-2);
  return before === undefined ? '' : parseAddress(before).user;
}

const NONE = 0;
const CALL_ID = 1;
const CSEQ = 2;
const FROM = 3;
const TO = 4;
const VIA = 5;
const REFER_TO = 6;
const REFERRED_BY = 7;
const REPLACES = 8;
const DIVERSION = 9;
const HISTORY_INFO = 10;
const AGENT = 11;

/** Which of the headers that are read begins here: told by its first letter and length before any text is cut out. */
function headerOf(text: string, start: number, colon: number): number {
  let end = colon;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  const length = end - start;
  switch (text.charCodeAt(start) | 32) {
    case 118: // v
      return length === 1 || (length === 3 && is(text, start, end, 'via')) ? VIA : NONE;
    case 102: // f
      return length === 1 || (length === 4 && is(text, start, end, 'from')) ? FROM : NONE;
    case 116: // t
      return length === 1 || (length === 2 && is(text, start, end, 'to')) ? TO : NONE;
    case 105: // i
      return length === 1 ? CALL_ID : NONE;
    case 99: // c
      if (length === 7 && is(text, start, end, 'call-id')) return CALL_ID;
      return length === 4 && is(text, start, end, 'cseq') ? CSEQ : NONE;
    case 114: // r
      if (length === 1 || (length === 8 && is(text, start, end, 'refer-to'))) return REFER_TO;
      if (length === 8 && is(text, start, end, 'replaces')) return REPLACES;
      return length === 11 && is(text, start, end, 'referred-by') ? REFERRED_BY : NONE;
    case 100: // d
      return length === 9 && is(text, start, end, 'diversion') ? DIVERSION : NONE;
    case 104: // h
      return length === 12 && is(text, start, end, 'history-info') ? HISTORY_INFO : NONE;
    case 117: // u
      return length === 10 && is(text, start, end, 'user-agent') ? AGENT : NONE;
    case 115: // s
      return length === 6 && is(text, start, end, 'server') ? AGENT : NONE;
    case 98: // b
      return length === 1 ? REFERRED_BY : NONE;
    default:
      return NONE;
  }
}

function is(text: string, start: number, end: number, name: string): boolean {
  return text.slice(start, end).toLowerCase() === name;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 32 || c > 126) return false;
  }
  return true;
}

/** `"Name" <sip:user@host;uri-params>;tag=x` or `sip:user@host;tag=x` (RFC 3261, 20.10) */
export function parseAddress(value: string): { user: string; host: string; tag: string } {
  let at = 0;
  while (isSpace(value.charCodeAt(at))) at++;
  if (value.charCodeAt(at) === 34) {
    at++;
    while (at < value.length && value.charCodeAt(at) !== 34) at += value.charCodeAt(at) === 92 ? 2 : 1;
  }
  const open = value.indexOf('<', at);
  if (open >= 0) {
    const close = value.indexOf('>', open);
    const uri = parseUri(value.slice(open + 1, close < 0 ? value.length : close));
    return { ...uri, tag: close < 0 ? '' : parameter(value.slice(close + 1), 'tag') };
  }
  const semicolon = value.indexOf(';');
  const uri = parseUri(semicolon < 0 ? value : value.slice(0, semicolon));
  return { ...uri, tag: semicolon < 0 ? '' : parameter(value.slice(semicolon), 'tag') };
}

/** User and host of a sip:, sips: or tel: URI (19.1; RFC 3966); user parameters and the password are left out. */
function parseUri(value: string): { user: string; host: string } {
  const uri = value.trim();
  const colon = uri.indexOf(':');
  if (colon < 0) return { user: '', host: '' };
  const scheme = uri.slice(0, colon).toLowerCase();
  const rest = uri.slice(colon + 1);
  const cut = (text: string) => text.slice(0, firstOf(text, ';', '?'));
  if (scheme === 'tel') return { user: decodePercent(cut(rest)), host: '' };
  const at = rest.lastIndexOf('@', firstOf(rest, '?', '>'));
  const hostPart = cut(at < 0 ? rest : rest.slice(at + 1));
  const host = hostPart.startsWith('[')
    ? hostPart.slice(1, Math.max(1, hostPart.indexOf(']')))
    : hostPart.slice(0, firstOf(hostPart, ':', ':'));
  if (at < 0) return { user: '', host: host.toLowerCase() };
  const user = rest.slice(0, at);
  return { user: decodePercent(user.slice(0, firstOf(user, ';', ':'))), host: host.toLowerCase() };
}

function firstOf(text: string, a: string, b: string): number {
  const x = text.indexOf(a);
  const y = text.indexOf(b);
  if (x < 0) return y < 0 ? text.length : y;
  return y < 0 ? x : Math.min(x, y);
}

function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Value of `;name=value` in a parameter list; quotes are taken off. */
export function parameter(list: string, name: string): string {
  // nearly always written plainly
  const plain = list.indexOf(`;${name}=`);
  if (plain >= 0) {
    const from = plain + name.length + 2;
    let to = from;
    for (; to < list.length; to++) {
      const c = list.charCodeAt(to);
      if (c === 59 || c === 44 || c === 32 || c === 9 || c === 62 || c === 13) break;
    }
    return list.charCodeAt(from) === 34 ? list.slice(from, to).replace(/^"|"$/g, '') : list.slice(from, to);
  }
  const lower = list.toLowerCase();
  for (let at = lower.indexOf(`${name}=`); at >= 0; at = lower.indexOf(`${name}=`, at + 1)) {
    let before = at - 1;
    while (before >= 0 && isSpace(list.charCodeAt(before))) before--;
    if (before < 0 || list.charCodeAt(before) !== 59) continue;
    const rest = list.slice(at + name.length + 1);
    const end = rest.search(/[;,\s>]/);
    return (end < 0 ? rest : rest.slice(0, end)).replace(/^"|"$/g, '');
  }
  return '';
}
