import type { ForecastAnswer, ForecastHour } from '@callscope/analytics/forecast/forecast.ts';
import type { Format } from '#format/format.ts';
import type { Words } from '#words/words.ts';
import type { Made, Step } from '../explained.ts';

/** How many people an hour needs: Erlang's formula with the numbers that go into it, of the hour that needs most. */
export function peopleMade(
  hours: readonly ForecastHour[],
  { handleSeconds, target }: ForecastAnswer,
  format: Format,
  words: Words['forecast'],
): Made {
  const busiest = hours.reduce<ForecastHour | undefined>(
    (most, hour) => ((hour.people ?? 0) > (most?.people ?? 0) ? hour : most),
    undefined,
  );
  const about = { label: words.peak, definition: words.made.people };
  if (busiest === undefined || handleSeconds === null)
    return { ...about, said: hours.some(({ people }) => people === null) ? format.none : '0', steps: [] };
  const perHour = busiest.expected / ((busiest.end - busiest.start) / 3_600_000);
  const erlangs = (perHour * handleSeconds) / 3_600;
  const said = format.number(busiest.people ?? 0);
  const steps: Step[] = [
    {
      sign: '',
      said: `${format.hourMinute(format.timeShort(busiest.start))}, ${format.day(format.dayOf(busiest.start), false)}`,
      name: words.made.hour,
    },
    { sign: '', said: format.number(perHour, 1), name: words.made.calls },
    { sign: '×', said: format.duration(handleSeconds), name: words.talk },
    { sign: '=', said: format.number(erlangs, 2), name: words.made.load },
    { sign: '', said: words.made.within(format.percent(target.share, 0), format.number(target.seconds)), name: words.target.title },
    { sign: '', said: format.percent(target.shrinkage, 0), name: words.target.shrinkage },
    { sign: '=', said, name: words.peak },
  ];
  return { ...about, said, steps };
}
