import { isTime } from '@callscope/analytics/catalog/dimensions.ts';
import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Chart, Series } from '@callscope/analytics/present/chart.ts';
import type { ReportPlan } from '@callscope/analytics/query/plan.ts';
import type { Format } from '../src/format/format.ts';
import { textOf } from '../src/page/dashboard/figures.ts';
import { factorOf, numberOf, SYMBOLS, toneOf } from '../src/page/measure-lines.ts';
import { timeLabel } from '../src/page/statistics/time-label.ts';
import { borderLabels, dayBorders } from '../src/ui/chart/borders.ts';
import { BARS_UP_TO, barsOf, heightOf, type Plot, plotOf } from '../src/ui/chart/layout.ts';
import { markedPoints, markPath, pathOf, stretchesOf, yOf } from '../src/ui/chart/lines.ts';
import { middleLabels } from '../src/ui/chart/middles.ts';
import { type ChartHour, type ChartSeries, countOf, whenOf } from '../src/ui/chart/model.ts';
import { type Scale, scaleOf } from '../src/ui/chart/scale.ts';
import { wordsOf } from '../src/words/words.ts';
import { element, INK, type Ink, text, textWidth, toneInk } from './svg-text.ts';

export interface ChartPicture {
  plan: ReportPlan;
  chart: Chart;
  /** language and zone of the sheet */
  format: Format;
  /** what the report's rows are called, where they are no times */
  labelOf: (key: string) => string;
  /** ms since the epoch: what comes later is not drawn; none: the period is over */
  now?: number;
  /** px, or points on paper */
  width: number;
  height: number;
}

interface Line extends ChartSeries {
  ink: Ink;
  total: string;
}
interface Drawn {
  lines: Line[];
  steps: ChartHour[];
  scale: Scale;
  /** of a value on the scale */
  say: (value: number) => string;
}

const EDGE = 8;
const LEGEND = { row: 18, height: 24, apart: 20 };
const ROW = { alone: 14, least: 9, most: 30, apart: 5, bar: 12 };
const FIGURE = 9;

/**
 * A report's chart as the text of an SVG, light, without styles or references: lines or bars over time, or a row of bars for each
 * name, with scale, grid, and the legend with totals. Lines of more than two days of hours are never bars.
 */
export function chartSvg(picture: ChartPicture): string {
  const { chart, width, height, plan } = picture;
  const drawn = drawnOf(picture);
  const isOverTime = isTime(plan.report.by);
  const { marks, height: top } = chart.series.length > 1 || isOverTime ? legend(drawn.lines, width) : { marks: [], height: EDGE };
  const body = isOverTime ? overTime(picture, drawn, top) : byName(picture, drawn, top);
  const [ground, font] = [INK.raised, 'Roboto, sans-serif'];
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': font, 'font-size': 11 },
    [
      element('title', {}, [text(plan.report.title[picture.format.locale])]),
      element('rect', { width, height, fill: ground }),
      ...marks,
      ...body,
    ],
  );
}

function drawnOf({ chart, format, plan, labelOf }: ChartPicture): Drawn {
  const { by } = plan.report;
  const first = chart.series[0] as Series;
  const values = chart.series.flatMap(({ points }) => points.map(({ value }) => value ?? 0));
  const factor = factorOf(first.id, Math.max(0, ...values));
  const steps = chart.categories.map(({ key, interval }, at): ChartHour => {
    const [start, end] = [interval?.from ?? at, interval?.to ?? at + 1];
    const label = isTime(by) ? timeLabel(by, Date.parse(key), plan.filter, plan.company.zone, format) : { start: labelOf(key), end: '' };
    const said = chart.series.map(({ id, points }) => [id, (points[at]?.value ?? Number.NaN) * factor]);
    return { start, end, label, values: Object.fromEntries(said) };
  });
  const lines = chart.series.map(({ id, label, mark, total }): Line => {
    const tone = toneOf(mark);
    return { id, label: label[format.locale], tone, mark: SYMBOLS[mark.symbol], ink: toneInk(tone), total: textOf(id, total, format) };
  });
  const scale = scaleOf(Math.max(0, ...values) * factor);
  return { lines, steps, scale, say: numberOf(first.id as MeasureId, factor, format) };
}

/** Beside one another as far as there is room. @returns with the place that it takes, px */
function legend(lines: readonly Line[], width: number): { marks: string[]; height: number } {
  let [x, y] = [EDGE, 0];
  const marks = lines.map((line) => {
    const wide = 16 + textWidth(line.label, 11) + 6 + textWidth(line.total, 11, true);
    if (x > EDGE && x + wide > width) [x, y] = [EDGE, y + LEGEND.row];
    const at = x;
    x += wide + LEGEND.apart;
    const total = element('tspan', { 'font-weight': 'bold', dx: 6 }, [text(line.total)]);
    return [mark(line, 9, at + 5, y + 11), element('text', { x: at + 16, y: y + 15, fill: INK.text }, [text(line.label), total])].join('');
  });
  return { marks, height: y + LEGEND.height };
}

function mark(line: Line, size: number, x: number, y: number): string {
  const { outline, inside } = markPath(line.mark, size);
  const isOutlined = line.mark === 'hatched' || line.mark === 'ring';
  const fill = isOutlined ? INK.raised : line.ink;
  return element('g', { transform: `translate(${tenth(x)} ${tenth(y)})` }, [
    element('path', { d: outline, fill, stroke: isOutlined ? line.ink : undefined }),
    ...(inside === undefined ? [] : [element('path', { d: inside, fill: 'none', stroke: line.ink, 'stroke-width': 1.2 })]),
  ]);
}

function overTime(picture: ChartPicture, drawn: Drawn, top: number): string[] {
  const { chart, width, height, plan, now } = picture;
  const { lines, steps, scale, say } = drawn;
  const kind = chart.kind === 'bar' && steps.length <= BARS_UP_TO ? 'bars' : 'lines';
  const digits = Math.max(...scale.ticks.map((tick) => say(tick).length));
  const asked = plotOf({ width, height: height - top, hours: steps.length, series: lines.length, kind, digits, banner: false });
  // paper does not scroll: what would be wider than it is drawn closer
  const plot: Plot = { ...asked, width, step: (width - asked.left - asked.right) / Math.max(steps.length, 1) };
  const labels = plan.report.by === 'hour' ? borderLabels(plot, steps) : middleLabels(plot, steps);
  const anchor = plan.report.by === 'hour' && plot.dense ? 'start' : 'middle';
  const end = plot.width - plot.right;
  const parts = [
    ...scale.ticks.flatMap((tick) => {
      const y = Math.round(yOf(plot, scale.top, tick)) + 0.5;
      return [
        element('path', { d: `M${plot.left} ${y}H${end}`, stroke: tick === 0 ? INK.field : INK.line }),
        element('text', { x: plot.left - 6, y: y + 3.5, 'text-anchor': 'end', fill: INK.muted }, [text(say(tick))]),
      ];
    }),
    ...dayBorders(plot, steps)
      .filter(({ x }) => x > plot.left)
      .map(({ x }) => element('path', { d: `M${Math.round(x) + 0.5} ${plot.top}V${plot.base + 4}`, stroke: INK.line })),
    ...labels.map(({ x, text: said, day }) =>
      element('text', { x: tenth(x), y: plot.base + 18, 'text-anchor': anchor, fill: day ? INK.text : INK.muted }, [text(said)]),
    ),
    ...(kind === 'bars' ? bars(plot, drawn, now) : curves(plot, drawn, now)),
  ];
  return [element('g', { transform: `translate(0 ${top})` }, parts)];
}

function curves(plot: Plot, { lines, steps, scale }: Drawn, now: number | undefined): string[] {
  const all = lines.map((line) => ({ line, stretches: stretchesOf(plot, scale.top, steps, line, now) }));
  const stroked = all.flatMap(({ line, stretches }) =>
    stretches.flatMap(({ points, running }) => {
      const how = { fill: 'none', stroke: line.ink, 'stroke-width': plot.dense ? 1.5 : 2, 'stroke-linejoin': 'round' };
      const whole = element('path', { d: pathOf(running ? points.slice(0, -1) : points), ...how });
      return running ? [whole, element('path', { d: pathOf(points.slice(-2)), ...how, 'stroke-dasharray': '3 3' })] : [whole];
    }),
  );
  const marked = all.flatMap(({ line, stretches }) =>
    stretches.flatMap(({ points }) => markedPoints(plot, points).map(({ x, y }) => mark(line, 7, x, y))),
  );
  return [...stroked, ...marked];
}

function bars(plot: Plot, { lines, steps, scale }: Drawn, now: number | undefined): string[] {
  return steps.flatMap((step, at) =>
    whenOf(step, now) === 'later'
      ? []
      : barsOf(plot, at, lines.length).map(({ x, width }, row) => {
          const line = lines[row] as Line;
          const height = heightOf(plot, scale.top, countOf(step.values, line));
          return height > 0 ? bar(line, x, plot.base - height, width, height) : '';
        }),
  );
}

/** Hatched ones are paler, so that they are told apart on black and white paper too. */
function bar(line: Line, x: number, y: number, width: number, height: number): string {
  const box = { x: tenth(x), y: tenth(y), width: tenth(width), height: tenth(height) };
  if (line.mark !== 'hatched' || width < 3 || height < 3) return element('rect', { ...box, fill: line.ink });
  const inner = { x: tenth(x + 0.5), y: tenth(y + 0.5), width: tenth(width - 1), height: tenth(height - 1) };
  return element('rect', { ...inner, fill: line.ink, 'fill-opacity': 0.3, stroke: line.ink });
}

/** A row a name, its bars one under another with their figures; names that find no room are counted. */
function byName({ width, height, format }: ChartPicture, { lines, steps, scale, say }: Drawn, top: number): string[] {
  const least = Math.max(ROW.least * lines.length, ROW.alone) + ROW.apart;
  const room = Math.max(1, Math.floor((height - top - 8) / least));
  const shown = steps.length > room ? steps.slice(0, Math.max(1, room - 1)) : steps;
  const row = Math.min(
    ROW.most * Math.max(1, lines.length / 1.5),
    (height - top - 8) / Math.max(1, shown.length + (shown.length < steps.length ? 1 : 0)),
  );
  const thick = Math.min(ROW.bar, (row - ROW.apart) / lines.length - 1);
  const names = shown.map(({ label }) => cut(label.start, width * 0.3));
  const left = Math.min(width * 0.3, Math.max(40, ...names.map((name) => textWidth(name, 11)))) + 16;
  const figure =
    Math.max(...shown.flatMap((step) => lines.map((line) => textWidth(said(countOf(step.values, line), say), FIGURE))), 10) + 16;
  const unit = (width - left - figure) / scale.top;
  const rows = shown.flatMap((step, at) => {
    const middle = top + (at + 0.5) * row;
    const first = middle - (lines.length * (thick + 1) - 1) / 2;
    return [
      element('text', { x: left - 8, y: tenth(middle + 4), 'text-anchor': 'end', fill: INK.text }, [text(names[at] ?? '')]),
      ...lines.flatMap((line, n) => {
        const value = countOf(step.values, line);
        const [y, length] = [first + n * (thick + 1), value > 0 ? Math.max(1.5, value * unit) : 0];
        return [
          length > 0 ? bar(line, left, y, length, thick) : '',
          element('text', { x: tenth(left + length + 5), y: tenth(y + thick / 2 + 3.2), 'font-size': FIGURE, fill: INK.muted }, [
            text(said(value, say)),
          ]),
        ];
      }),
    ];
  });
  const [from, to] = [top, top + shown.length * row];
  const base = element('path', { d: `M${tenth(left) - 0.5} ${tenth(from)}V${tenth(to)}`, stroke: INK.field });
  if (shown.length === steps.length) return [...rows, base];
  const rest = wordsOf(format.locale).statistics.blocks.others(format.number(steps.length - shown.length));
  return [
    ...rows,
    base,
    element('text', { x: tenth(left - 8), y: tenth(to + row / 2 + 4), 'text-anchor': 'end', fill: INK.muted }, [text(rest)]),
  ];
}

const said = (value: number, say: (value: number) => string) => (Number.isNaN(value) ? '–' : say(value));

function cut(name: string, width: number): string {
  if (textWidth(name, 11) <= width) return name;
  let length = name.length;
  while (length > 1 && textWidth(`${name.slice(0, length)}…`, 11) > width) length--;
  return `${name.slice(0, length).trimEnd()}…`;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
