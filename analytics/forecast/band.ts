/**
 * The band around an expected number of calls. Calls of an hour come by chance, and more unevenly than pure chance would have
 * it: the spread says by how much. Their number is taken to be negative binomial: mean m, variance m + spread·m².
 */
export interface Band {
  low: number;
  high: number;
}

/** What share of hours the band is to hold. */
export const BAND_SHARE = 0.8;

/** From here on the distribution is so near to a bell that its own sums are not worth their time. */
const MANY = 200;
/** of the bell: so many deviations to each side hold four fifths */
const DEVIATIONS = 1.2815515655446004;

/** The narrowest range of whole numbers that holds about BAND_SHARE of what may come: as near to it as whole numbers come. */
export function bandOf(mean: number, spread: number): Band {
  if (mean <= 0) return { low: 0, high: 0 };
  if (mean > MANY) {
    const reach = DEVIATIONS * Math.sqrt(mean + spread * mean * mean);
    return { low: Math.max(0, Math.round(mean - reach)), high: Math.round(mean + reach) };
  }
  const odds = oddsOf(mean, spread);
  let at = 0;
  while ((odds(at + 1) ?? 0) > (odds(at) ?? 0)) at++;
  let [low, high, held] = [at, at, odds(at)];
  // outwards from the likeliest number, each time to the likelier neighbour
  while (held < BAND_SHARE) {
    const below = low > 0 ? odds(low - 1) : -1;
    const above = odds(high + 1);
    const more = held + Math.max(below, above);
    if (more - BAND_SHARE > BAND_SHARE - held) break;
    if (below >= above) low--;
    else high++;
    held = more;
  }
  return { low, high };
}

/** How likely each number of calls is; worked out as far as it is asked for. */
function oddsOf(mean: number, spread: number): (calls: number) => number {
  const size = spread > 0 ? 1 / spread : Number.POSITIVE_INFINITY;
  const isChance = size === Number.POSITIVE_INFINITY;
  // of 200 calls at least e^-200, which is still a number
  const known = [isChance ? Math.exp(-mean) : Math.exp(-size * Math.log1p(spread * mean))];
  return (calls) => {
    for (let n = known.length; n <= calls; n++) {
      const ratio = isChance ? mean / n : ((n - 1 + size) / n) * (mean / (mean + size));
      known.push((known[n - 1] ?? 0) * ratio);
    }
    return known[calls] ?? 0;
  };
}
