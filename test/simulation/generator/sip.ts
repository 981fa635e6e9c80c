import type { Address } from './companies.ts';

/** What every message of a dialog repeats. */
export interface SipFrame {
  callId: string;
  from: string;
  to: string;
  cseq: string;
  /** topmost first */
  vias: readonly string[];
  /** short header names (RFC 3261, 7.3.3), as some phones write them */
  isCompact: boolean;
}

const SHORT: Record<string, string> = {
  Via: 'v',
  From: 'f',
  To: 't',
  'Call-ID': 'i',
  Contact: 'm',
  'Refer-To': 'r',
  'Referred-By': 'b',
  'Content-Type': 'c',
  'Content-Length': 'l',
};

export function via(from: Address, branch: string): string {
  return `SIP/2.0/UDP ${from.ip}:${from.port};branch=${branch};rport`;
}

export function received(from: Address, branch: string): string {
  return `SIP/2.0/UDP ${from.ip}:${from.port};received=${from.ip};branch=${branch};rport=${from.port}`;
}

export function sdp(ip: string, media = 'sendrecv'): string {
  return [
    'v=0',
    `o=- 53655765 2353687637 IN IP4 ${ip}`,
    's=-',
    `c=IN IP4 ${ip}`,
    't=0 0',
    'm=audio 12392 RTP/AVP 0 101',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    `a=${media}`,
    '',
  ].join('\r\n');
}

/** @param headers whole lines, long names */
export function sipText(startLine: string, frame: SipFrame, headers: readonly string[], body: string): string {
  const lines = [
    ...frame.vias.map((v) => `Via: ${v}`),
    `From: ${frame.from}`,
    `To: ${frame.to}`,
    `Call-ID: ${frame.callId}`,
    `CSeq: ${frame.cseq}`,
    ...headers,
    'Max-Forwards: 69',
    'User-Agent: phone/1.0',
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ].map((line) => (frame.isCompact ? shortened(line) : line));
  return `${startLine}\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

function shortened(line: string): string {
  const colon = line.indexOf(':');
  const short = SHORT[line.slice(0, colon)];
  return short === undefined ? line : short + line.slice(colon);
}

const REASONS: Record<number, string> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  403: 'Forbidden',
  404: 'Not Found',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  410: 'Gone',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
};

export const reasonOf = (code: number) => REASONS[code] ?? 'Unknown';
export const statusLine = (code: number) => `SIP/2.0 ${code} ${reasonOf(code)}`;
