import type { EventFact } from '@callscope/core/bus/facts.ts';
import { parameter, parseAddress, type SipMessage } from './sip.ts';

/** Contacts of one answer: a registrar allows a handful. */
const MOST_CONTACTS = 32;
/** Where neither the contact nor the answer says it (RFC 3261, 10.2.1.1: the registrar's choice) */
const DEFAULT_EXPIRES_S = 3_600;
const LONGEST_URI = 512;

/**
 * A 200 to REGISTER lists every binding that the address of record has by then (RFC 3261, 10.3, 8): what is not in it is
 * gone. After `Contact: *` it lists none.
 * @returns a fact with `aor` (user@domain of To) and `contacts`, a line "seconds URI" for each
 */
export function registerFact(payload: Buffer, { callId, cseq }: Pick<SipMessage, 'callId' | 'cseq'>, at: number): EventFact {
  const end = payload.indexOf('\r\n\r\n');
  const lines = payload
    .toString('latin1', 0, end < 0 ? payload.length : end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const valuesOf = (name: RegExp) => lines.filter((line) => name.test(line)).map((line) => line.slice(line.indexOf(':') + 1).trim());
  const to = parseAddress(valuesOf(/^(to|t)\s*:/i)[0] ?? '');
  const expires = secondsOf(valuesOf(/^expires\s*:/i)[0] ?? '', DEFAULT_EXPIRES_S);
  const contacts = valuesOf(/^(contact|m)\s*:/i)
    .flatMap(partsOf)
    .slice(0, MOST_CONTACTS)
    .flatMap((contact) => {
      const open = contact.indexOf('<');
      const close = contact.indexOf('>', open);
      const uri = open >= 0 ? contact.slice(open + 1, close < 0 ? contact.length : close) : (contact.split(';', 1)[0] ?? '').trim();
      if (uri === '' || uri === '*' || uri.length > LONGEST_URI) return [];
      const rest = open >= 0 ? contact.slice(close < 0 ? contact.length : close + 1) : contact.slice(uri.length);
      return [`${secondsOf(parameter(rest, 'expires'), expires)} ${uri}`];
    });
  const params = { aor: `${to.user}@${to.host}`, contacts: contacts.join('\n'), cseq };
  return { kind: 'event', at, callId, method: 'REGISTER', params };
}

/** Elements of a header's list: commas within quotes and angle brackets separate nothing. */
function partsOf(value: string): string[] {
  return (value.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) ?? []).map((part) => part.trim());
}

function secondsOf(text: string, otherwise: number): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}
