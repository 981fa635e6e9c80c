import { readFileSync } from 'node:fs';

const EDGE = new URL('../fixtures/edge/', import.meta.url);

/** One call of truth.json: what the phones and the trunk themselves saw. */
export interface TrueCall {
  n: number;
  call_id: string;
  kind: string;
  tenant: string | null;
  direction: 'in' | 'out' | 'int';
  from: string;
  dialled: string;
  answered_by: string | null;
  start: string;
  ringing: string | null;
  answer: string | null;
  end: string;
  final_code: number;
  ring_s: number | null;
  talk_s: number;
  hung_up_by: 'caller' | 'callee' | 'none';
  result: string | null;
  in_company_list: boolean;
  /** the first Call-ID of its conversation */
  conversation: string;
  legs: { leg: string; planned: string }[];
}

export function truth(): TrueCall[] {
  return (JSON.parse(readFileSync(new URL('truth.json', EDGE), 'utf8')) as { calls: TrueCall[] }).calls;
}

/**
 * The companies' conversations as the people had them: calls 18 and 19 are one, because packets show that 201 referred 204
 * to 203. The events of this edge say nothing of it: alone they tell of two calls.
 * @param packetsSeen whether HEP was sent
 */
export function conversations(packetsSeen: boolean): TrueCall[] {
  const listed = truth().filter((c) => c.in_company_list);
  if (!packetsSeen) return listed;
  return listed
    .filter((c) => c.conversation === c.call_id)
    .map((first) => {
      const last = listed.findLast((c) => c.conversation === first.call_id) ?? first;
      if (last === first) return first;
      const legs = [...first.legs, ...last.legs];
      const talk = (Date.parse(last.end) - Date.parse(first.answer ?? last.end)) / 1000;
      return { ...first, answered_by: last.answered_by, end: last.end, talk_s: talk, hung_up_by: last.hung_up_by, legs };
    });
}

function lines(file: string): Record<string, unknown>[] {
  return readFileSync(new URL(file, EDGE), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** HEP packets as the consumer got them, in order of arrival. */
export function hep(transport: 'udp' | 'tcp'): Buffer[] {
  return lines(`hep/hep-${transport}.jsonl`).map((l) => Buffer.from(String(l.hex), 'hex'));
}

export function rtcpHep(): Buffer[] {
  return lines('rtcp-hep/rtcp-hep.jsonl').map((l) => Buffer.from(String(l.hex), 'hex'));
}

/** Events as OpenSIPS sent them, one JSON text each. */
export function events(): string[] {
  return lines('events/all.jsonl').map((l) => String(l.raw));
}

export function badHep(file: string): Buffer {
  return readFileSync(new URL(`hep-bad/${file}`, EDGE));
}

export interface FixtureCompany {
  tenant: Record<string, unknown>;
  directory: Record<string, unknown>;
}

export function companies(): Record<string, FixtureCompany> {
  return JSON.parse(readFileSync(new URL('../fixtures/edge/directory.json', import.meta.url), 'utf8')) as Record<string, FixtureCompany>;
}

/** Seeded, so that a failure can be repeated. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const out = [...list];
  let state = seed >>> 0 || 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}
