import type { EndedCall, LiveCall } from '@callscope/core/bus/live.ts';
import { isHidden } from '@callscope/core/domain/hidden.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import type { Period } from '../period.ts';
import type { Conditions } from './address.ts';

/**
 * Whether a call of the live feed stands in a list. The store's own answer is final: here numbers are compared by their
 * digits, and what is known only after the end (result, talk, recording) keeps calls in progress out.
 */
export function isListed(
  call: LiveCall | EndedCall,
  { period, conditions: c }: { period: Period; conditions: Conditions },
  zone: string,
): boolean {
  const ended = 'result' in call;
  const within = call.startedAt >= period.from && call.startedAt < period.to;
  return (
    within &&
    // what these words mean in the company only the store's side knows
    [c.hours, c.channel, c.project, c.said, c.callId, c.trunk].every((given) => given === undefined) &&
    isUnmarked(c) &&
    has(c.direction, call.direction) &&
    isOf(call, c) &&
    isAt(call.startedAt, c, zone) &&
    (ended ? isOutcome(call, c) : knowsNoOutcome(c))
  );
}

/** What is said of calls afterwards, and measured in their recordings, only the store's side knows. */
function isUnmarked(c: Conditions): boolean {
  const asked = [c.tag, c.noted, c.commented, c.scoreMin, c.scoreMax, c.talkShareMin, c.talkShareMax];
  const sounded = [c.measured, c.mosMin, c.mosMax, c.oneWay, c.ownNetwork, c.farNetwork];
  return [...asked, ...sounded, c.monologueMin, c.silenceMin, c.overtalkMin].every((given) => given === undefined);
}

function isOf(call: LiveCall | EndedCall, c: Conditions): boolean {
  const people = 'targets' in call ? [call.employee, ...call.targets.map((t) => t.employee)] : [call.employee];
  const numbers = [call.from, call.dialled, call.answeredBy];
  return (
    has(c.author, call.employee) &&
    has(c.group, call.group) &&
    has(c.phone, call.direction === 'in' ? call.answeredBy : call.from) &&
    c.notAuthor?.includes(call.employee) !== true &&
    c.notGroup?.includes(call.group) !== true &&
    (c.employee === undefined || people.some((id) => c.employee?.includes(id))) &&
    (c.number === undefined || c.number.some((number) => isSame(number, call.number))) &&
    c.notNumber?.some((number) => isSame(number, call.number)) !== true &&
    (c.caller === undefined || matches(c.caller, call.from)) &&
    (c.dialled === undefined || matches(c.dialled, call.dialled)) &&
    (c.answeredBy === undefined || matches(c.answeredBy, call.answeredBy)) &&
    (c.hiddenNumber === undefined || c.hiddenNumber === isHidden(call.from)) &&
    (c.text === undefined || numbers.some((number) => matches(`*${c.text}*`, number)))
  );
}

function isAt(startedAt: number, { time, weekday }: Conditions, zone: string): boolean {
  const wall = new Date(wallClock(zone, startedAt));
  const minute = wall.getUTCHours() * 60 + wall.getUTCMinutes();
  const isInHours =
    time === undefined || (time.from < time.to ? minute >= time.from && minute < time.to : minute >= time.from || minute < time.to);
  return isInHours && has(weekday, wall.getUTCDay() || 7);
}

function isOutcome(call: EndedCall, c: Conditions): boolean {
  const talk = call.answeredAt > 0 ? (call.endedAt - call.answeredAt) / 1_000 : 0;
  return (
    has(c.result, call.result) &&
    (c.answered === undefined || c.answered === (call.result === 'answered')) &&
    (c.missedKind === undefined || c.missedKind.some((kind) => kind === call.missedKind)) &&
    (c.shortAbandons === undefined || call.missedKind !== 'short_abandon') &&
    (c.outOfHours === undefined || call.missedKind !== 'out_of_hours') &&
    (c.talkMin === undefined || talk >= c.talkMin) &&
    (c.talkMax === undefined || talk <= c.talkMax) &&
    // whom the call was offered to, how long it rang, who called before and what is a target call is not known here: the store tells
    [c.untakenOffer, c.waitMin, c.waitMax, c.firstCall, c.repeatCall, c.target, c.going].every((given) => given === undefined) &&
    (c.recorded !== true || call.result === 'answered')
  );
}

function knowsNoOutcome(c: Conditions): boolean {
  const known = [c.result, c.answered, c.missedKind, c.talkMin, c.talkMax, c.waitMin, c.waitMax, c.recorded];
  return [...known, c.untakenOffer, c.firstCall, c.repeatCall, c.target, c.going].every((given) => given === undefined);
}

function has<T>(list: readonly T[] | undefined, item: T): boolean {
  return list === undefined || list.includes(item);
}

/** Patterns as analytics/query/pattern.ts describes them, over digits: `8 (913)*, !101`. */
function matches(pattern: string, value: string): boolean {
  const terms = pattern.split(',').flatMap((part) => {
    const term = part.trim();
    return term === '' || term === '!' ? [] : [{ excludes: term.startsWith('!'), term: term.replace(/^!\s*/, '') }];
  });
  const hits = (excludes: boolean) => terms.filter((t) => t.excludes === excludes).map(({ term }) => isLike(term, value));
  const wanted = hits(false);
  return (wanted.length === 0 || wanted.some(Boolean)) && !hits(true).some(Boolean);
}

function isLike(term: string, value: string): boolean {
  const isPhone = /^(?=.*\d)[+\d\s()\-.*]+$/.test(term);
  const text = isPhone ? term.replace(/[^\d*]/g, '') : term;
  const escaped = text.split('*').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // what people begin with 8 is stored with 7
  const spellings = isPhone && escaped[0]?.startsWith('8') ? [escaped, [`7${escaped[0].slice(1)}`, ...escaped.slice(1)]] : [escaped];
  return spellings.some((pieces) => new RegExp(`^${pieces.join('.*')}$`).test(value));
}

function isSame(number: string, stored: string): boolean {
  const digits = number.replace(/\D/g, '');
  return digits === stored || digits.replace(/^8/, '7') === stored;
}
