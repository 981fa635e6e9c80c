import { checkEvent, MAX_EVENT_BYTES } from '@callscope/ingest/edge/events.ts';
import { JsonScanner } from '@callscope/ingest/edge/json-scanner.ts';
import { events } from '../medium/fixtures.ts';
import type { Random } from '../simulation/generator/random.ts';
import { Decoding } from './decoded.ts';
import { mutated } from './mutation.ts';
import type { Target } from './target.ts';

const WORDS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  ':',
  ',',
  'null',
  'true',
  '-1',
  '1e999',
  '"id":',
  '"method":"E_ACC_CDR"',
  '\0',
  '\xff',
  '\xed\xa0\x80',
].map((word) => Buffer.from(word, 'latin1'));
/** What a script may put where something else is meant. */
const ODD = [
  null,
  true,
  0,
  -1,
  1e308,
  1.5,
  2 ** 53,
  9_999_999_999,
  '',
  ' ',
  '0',
  '-5',
  '1e999',
  'NaN',
  '1795445583.999999999',
  '\0',
  '\ud800',
  '＋７',
  'sip:@',
  [],
  {},
  [[]],
];

type Json = { method?: unknown; params?: Record<string, unknown> };

/** An event with values that nobody meant, in the form that every event has. */
function odd(text: string, random: Random): Buffer {
  const event = JSON.parse(text) as Json;
  const names = Object.keys(event.params ?? {});
  for (let changes = random.int(1, 5); changes > 0 && event.params; changes--) {
    const value = random.chance(0.03) ? 'x'.repeat(random.int(1, 70_000)) : random.pick(ODD);
    event.params[random.chance(0.95) && names.length > 0 ? random.pick(names) : random.hex(4)] = value;
  }
  return Buffer.from(JSON.stringify(event));
}

/** What comes to EVENTS_PORT over TCP: one event, in pieces. */
export function eventTarget(): Target {
  const texts = events();
  const real = texts.map((text) => Buffer.from(text));
  const decoding = new Decoding();
  return {
    input: (random) => (random.chance(0.6) ? odd(random.pick(texts), random) : mutated(random.pick(real), real, WORDS, random)),
    fate: (input) => {
      const scanner = new JsonScanner(MAX_EVENT_BYTES);
      const step = (input.length % 97) + 1;
      let fate = 'cut';
      for (let at = 0; at < input.length; at += step * 20)
        for (const scan of scanner.push(input.subarray(at, at + step * 20))) {
          if (scan.kind !== 'object') return scan.kind;
          const checked = checkEvent(scan.bytes);
          if (checked === 'not_json') fate = checked;
          else if ('reason' in checked) fate = checked.reason;
          else fate = decoding.fate('event-tcp', scan.bytes);
        }
      return fate;
    },
  };
}
