/**
 * The text that rtpengine leaves beside a pcap (`recording-method=pcap`): path of the pcap, descriptions that were sent on
 * while recording, times, and last the string that the routing script gave as metadata. The script may ask again for a call
 * that is being recorded, and whoever can place a header may try to add to it: of a key the first value counts.
 */
export interface Metadata {
  /** file name of the pcap without any directory: it lies in pcaps/ of the spool, wherever the relay mounted it */
  pcap: string;
  /** oldest first; the text as rtpengine sent it on */
  sdps: { mode: 'offer' | 'answer'; at: number; sdp: string }[];
  /** µs since the epoch: when the first party left; 0 when recording was stopped before */
  terminatedAt: number;
  /** µs since the epoch, whole seconds, of the call (not of the recording); 0 when not said */
  startedAt: number;
  endedAt: number;
  /** what the script said: tenant, callid, direction, conversation, segment, reason … */
  values: ReadonlyMap<string, string>;
}

/** Longest text that is read: descriptions come with every re-INVITE, but a file is not a way to fill memory. */
export const MAX_METADATA_BYTES = 1 << 20;

const NAME = /^rtpengine-meta-(.+-[0-9a-f]{16})\.txt$/;

/** Base name that a metadata file shares with its pcap, null for any other file. */
export function recordingName(file: string): string | null {
  return NAME.exec(file)?.[1] ?? null;
}

/** Call-ID in the name of a recording: percent-encoded, then `-` and 16 hex digits. '' when it cannot be decoded */
export function callIdOf(name: string): string {
  try {
    return decodeURIComponent(name.replace(/-[0-9a-f]{16}$/, ''));
  } catch {
    return '';
  }
}

/** Never throws; what is not there is empty or 0. */
export function parseMetadata(text: string): Metadata {
  const lines = text.split(/\r?\n/);
  const out = { pcap: (lines[0] ?? '').trim().split('/').at(-1) ?? '', terminatedAt: 0, startedAt: 0, endedAt: 0 };
  const sdps: Metadata['sdps'] = [];
  const values = new Map<string, string>();
  // what stands above the last times may be a line of somebody's description
  const valuesFrom = lines.findLastIndex((l) => l.startsWith('call end time: '));
  let at = 0;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] as string;
    const [, name = '', value = ''] = /^([A-Za-z][A-Za-z ()]*): (.*)$/.exec(line) ?? [];
    if (name === 'Timestamp started ms') at = micros(value);
    else if (name === 'SDP mode') {
      const mode = value.trim() === 'answer' ? 'answer' : 'offer';
      const from = lines.findIndex((l, n) => n > i && l.startsWith('v='));
      if (from < 0) continue;
      let to = from;
      while (to < lines.length && /^[a-z]=/.test(lines[to] as string)) to++;
      sdps.push({ mode, at, sdp: lines.slice(from, to).join('\r\n') });
      i = to - 1;
    } else if (name.startsWith('Timestamp terminated ms')) out.terminatedAt = micros(value);
    else if (name === 'call start time') out.startedAt = (Date.parse(`${value.trim()}Z`) || 0) * 1_000;
    else if (name === 'call end time') out.endedAt = (Date.parse(`${value.trim()}Z`) || 0) * 1_000;
    else if (name === '' && i > valuesFrom) readValues(line.trim(), values);
  }
  return { ...out, sdps, values };
}

/** `k:v|k:v`, or the hex digits of a JSON object: values with spaces cannot stand in a flag of OpenSIPS. */
function readValues(line: string, into: Map<string, string>): void {
  if (line === '' || /^[a-z]=/.test(line)) return;
  const set = (key: string, value: string) => {
    if (key !== '' && !into.has(key)) into.set(key, value);
  };
  if (/^(?:[0-9a-fA-F]{2}){2,}$/.test(line)) {
    for (const [key, value] of Object.entries(jsonObject(Buffer.from(line, 'hex').toString('utf8'))))
      if (typeof value === 'string' || typeof value === 'number') set(key, String(value));
    return;
  }
  for (const part of line.split('|')) {
    const colon = part.indexOf(':');
    if (colon > 0) set(part.slice(0, colon).trim(), part.slice(colon + 1).trim());
  }
}

function jsonObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}

const micros = (milliseconds: string) => Math.round(Number(milliseconds) * 1_000) || 0;
