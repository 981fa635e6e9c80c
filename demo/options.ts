import { parseArgs } from 'node:util';

export class OptionError extends Error {}

export interface Options {
  /** calls of history, about */
  calls: number;
  /** days of history */
  days: number;
  /** of these, the newest that come with their signalling */
  signallingDays: number;
  /** most calls of history a second; 0 = as fast as the system takes them while it stays live */
  rate: number;
  live: boolean;
  history: boolean;
  seed: string;
  /** ends when the history is in */
  exit: boolean;
  spoolMb: number;
}

export const HELP = `npm run demo: the whole system with three companies, their history and live calls at the real ports.

  npm run demo -- [options]

  --calls N            calls of history, about (61500)
  --history-days N     over so many days (45)
  --signalling-days N  the newest days that come with their SIP packets; older ones with events only (3)
  --rate N             most calls of history a second; 0: as fast as the system takes them and stays live (0)
  --no-history         no history
  --no-live            no live calls
  --seed TEXT          another seed, other calls (demo)
  --spool-mb N         most that the demo's own recordings take in SPOOL_DIR (200)
  --exit               ends when the history is in

A second run on the same DATA_DIR loads what is missing since the first and goes on; calls, days and seed are then those
of the first run. DATA_DIR is ./.data/demo unless it is given, so that a demo never mixes with a real installation. All
settings of npm start apply: npm start -- --help.`;

/** @param args without the program. @throws OptionError */
export function readOptions(args: readonly string[]): Options {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (cause) {
    throw new OptionError(`${cause instanceof Error ? cause.message : String(cause)}. See: npm run demo -- --help`, { cause });
  }
  const whole = (name: string, text: string, least: number, most: number) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new OptionError(`--${name} takes a whole number from ${least} to ${most}, not "${text}"`);
    return value;
  };
  return {
    calls: whole('calls', values.calls, 1, 2_000_000),
    days: whole('history-days', values['history-days'], 1, 400),
    signallingDays: whole('signalling-days', values['signalling-days'], 0, 400),
    rate: whole('rate', values.rate, 0, 100_000),
    live: values.live,
    history: values.history,
    seed: values.seed,
    exit: values.exit,
    spoolMb: whole('spool-mb', values['spool-mb'], 1, 1_000_000),
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      calls: { type: 'string', default: '61500' },
      'history-days': { type: 'string', default: '45' },
      'signalling-days': { type: 'string', default: '3' },
      rate: { type: 'string', default: '0' },
      live: { type: 'boolean', default: true },
      history: { type: 'boolean', default: true },
      seed: { type: 'string', default: 'demo' },
      'spool-mb': { type: 'string', default: '200' },
      exit: { type: 'boolean', default: false },
    },
  }).values;
}
