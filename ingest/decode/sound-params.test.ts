import { expect, test } from 'vitest';
import { eventFact } from '../steps/call-event.ts';
import { parseEvent } from './event.ts';
import { soundParams } from './sound-params.ts';

const AT = 1_795_445_573_000_000;
const second = AT / 1e6;

test.each([
  ['ts_invite', '99999999999999999999.0'],
  ['ts_invite', `${second - 8 * 86_400}.5`],
  ['ts_ring', '-5.0'],
  ['ts_answer', 'NaN'],
  ['ts_answer', 'Infinity'],
  ['ts_end', '9000000000.000000'],
  ['created', 1e300],
  ['time', -1],
  ['ts', 946_684_799],
  ['ts_us', 0.5e9],
  ['ms_duration', 1e12],
  ['ms_duration', -1],
  ['duration', 604_801],
  ['code', 70_000],
  ['code', 200.5],
  ['sip_code', '99999'],
])('%s %s counts as not said', (name, value) => {
  expect(soundParams({ [name]: value }, AT)).toEqual({ [name]: null });
});

test.each([
  ['ts_invite', `${second - 3_600}.981241`],
  ['ts_end', `${second}.000001`],
  ['created', second - 10],
  ['ms_duration', 0],
  ['duration', 3],
  ['code', 180],
  ['code', '487'],
  ['code', 'INVITE'],
  ['code', ''],
  ['who', '99999999999999999999'],
])('%s %s stays', (name, value) => {
  expect(soundParams({ [name]: value }, AT)).toEqual({ [name]: value });
});

test('microseconds of a script event are whole, whatever it sends', () => {
  const event = parseEvent(Buffer.from(`{"method":"E_PBX_CALL","params":{"callid":"a","state":"start","ts":${second},"ts_us":0.5}}`));
  expect(typeof event === 'string' ? event : Number.isInteger(eventFact(event, event.at).at)).toBe(true);
});
