import { WEEKDAYS } from '@callscope/core/domain/schedule.ts';
import { HIDDEN } from '@callscope/modules/pbx/rules-callers.ts';
import type { Destination, Outcome, Refusal, Rule, Step, Why } from '@callscope/modules/pbx/rules-route.ts';
import type { Period } from '@callscope/modules/pbx/rules-times.ts';
import type { Format } from '../../format/format.ts';
import type { Words } from '../../words/ru.ts';

export type RouteWords = ReturnType<typeof routeWords>;

/** Routes and their outcomes in words. @param calendar names of the weekdays, Sunday first */
export function routeWords(words: Words['numberRoutes'], format: Format, calendar: Words['format']) {
  const count = (n: number) => format.number(n);
  const dialled = (value: string) => {
    const [number = '', step] = value.split('/');
    return step === undefined ? phone(value) : words.step(step, number);
  };
  const phone = (value: string) => (value.length > 6 ? format.phone(value.replace('+', '')) : value);
  const pattern = (value: string) => (value === HIDDEN ? words.hidden : value.includes('*') ? value : phone(value));
  const day = (date: string) => date.split('-').reverse().join('.');

  function period({ days, from, to, dates, calendar: when }: Period): string {
    const names = WEEKDAYS.flatMap((weekday, i) => (days.includes(weekday) ? (calendar.weekdaysShort[(i + 1) % 7] ?? []) : []));
    const stretches = dates.map((d) => (d.from === d.to ? day(d.from) : `${day(d.from)}–${day(d.to)}`));
    const hours = from === '00:00' && to === '24:00' ? [] : [`${from}–${to}`];
    const said = [names.join(', '), stretches.join(', '), ...hours, when === 'any' ? '' : words.calendar[when]].filter(
      (part) => part !== '',
    );
    return said.length === 0 ? words.allDay : said.join(' ');
  }

  function destination(to: Destination): string {
    if (to.kind === 'outside') return `${words.outside(phone(to.value))}, ${words.shown[to.shown]}`;
    if (to.kind === 'reject') return words.refusals[to.code];
    return words[to.kind](to.value);
  }

  return {
    destination,
    condition: ({ when, callers }: Rule): string => {
      const who = callers.length === 0 ? [] : [words.callers(callers.map(pattern).join(', '))];
      const times = when.length === 0 ? [] : [when.map(period).join('; ')];
      return [...times, ...who].join('; ') || words.always;
    },
    why: (why: Why): string => {
      if (why.by === 'rule') return words.why.rule(count(why.rule + 1), why.name);
      return why.by === 'black' ? words.why.black(pattern(why.pattern ?? '')) : words.why[why.by];
    },
    step: ({ rings, inTurn, seconds, outside }: Step): string => {
      const long = seconds === 0 ? words.long : words.seconds(count(seconds));
      if (outside) return `${words.outside(phone(outside.number))}, ${words.shown[outside.shown]}; ${long}`;
      if (rings.length === 0) return words.nobody;
      const who = rings.join(', ');
      if (rings.length === 1) return words.one(who, count(seconds));
      return inTurn ? words.inTurn(who, count(seconds)) : words.together(who, count(seconds));
    },
    branches: ({ rings, outside, busy, unreachable }: Step): string[] =>
      rings.length === 0 && outside === null
        ? []
        : [
            ...(busy === '' ? [] : [words.branch.busy(dialled(busy))]),
            ...(unreachable === '' ? [] : [words.branch.unreachable(dialled(unreachable))]),
          ],
    end: ({ code }: Outcome): string => {
      if (code === 0) return words.ends;
      const what = code in words.refusals ? words.refusals[code as Refusal] : code === 482 ? words.circle : words.otherRefusal;
      return words.refused(what, String(code));
    },
  };
}
