/** A place in the chart: an hour and a row; rows are the series shown, and under them the whole hour. */
export interface Spot {
  at: number;
  row: number;
}

export interface Field {
  hours: number;
  /** series shown plus one for the whole hour, as long as it has come */
  rows(at: number): number;
  /** hours without a figure are stepped over */
  open(at: number): boolean;
}

const DAY = 24;

/** Where a key leads; null when the key is not the chart's. */
export function move(key: string, spot: Spot, field: Field): Spot | null {
  const next = led(key, spot, field);
  return next === null ? null : fit(next, field);
}

function fit({ at, row }: Spot, field: Field): Spot {
  return { at, row: Math.min(row, Math.max(field.rows(at) - 1, 0)) };
}

function led(key: string, spot: Spot, field: Field): Spot | null {
  switch (key) {
    case 'ArrowRight':
      return along(spot, 1, 1, field);
    case 'ArrowLeft':
      return along(spot, -1, 1, field);
    case 'PageDown':
      return along(spot, 1, DAY, field);
    case 'PageUp':
      return along(spot, -1, DAY, field);
    case 'ArrowDown':
      return { at: spot.at, row: spot.row + 1 };
    case 'ArrowUp':
      return { at: spot.at, row: Math.max(spot.row - 1, 0) };
    case 'Home':
      return { at: nextOpen(-1, 1, field) ?? spot.at, row: spot.row };
    case 'End':
      return { at: nextOpen(field.hours, -1, field) ?? spot.at, row: spot.row };
    default:
      return null;
  }
}

/** The first place that a Tab comes to: the latest hour with a figure, or the place last left as long as it exists. */
export function entry(last: Spot | null, latest: number, field: Field): Spot {
  if (last !== null && last.at < field.hours && field.open(last.at)) return fit(last, field);
  const at = nextOpen(Math.min(latest, field.hours - 1) + 1, -1, field) ?? nextOpen(latest, 1, field) ?? 0;
  return fit({ at, row: last?.row ?? 0 }, field);
}

function along(spot: Spot, way: 1 | -1, by: number, field: Field): Spot {
  const aim = Math.min(Math.max(spot.at + way * by, 0), field.hours - 1);
  // a long step that would end in a gap goes on in its direction, else comes as far as it can
  const at = nextOpen(aim - way, way, field) ?? (by > 1 ? nextOpen(aim + way, way === 1 ? -1 : 1, field) : null) ?? spot.at;
  return { at, row: spot.row };
}

function nextOpen(from: number, way: 1 | -1, field: Field): number | null {
  for (let at = from + way; at >= 0 && at < field.hours; at += way) if (field.open(at)) return at;
  return null;
}
