/**
 * Structured log: one JSON object a line; on a terminal (or with LOG_FORMAT=text) readable text instead.
 * `log.child({part: 'nats'})` adds fields. Never pass a secret or a packet's content.
 */
export type Level = 'debug' | 'info' | 'warn' | 'error';
const LEVELS: Record<Level, number> = { debug: 10, info: 20, warn: 30, error: 40 };

export interface Log {
  /** how lines are written: for machines, or for people */
  readonly format: 'json' | 'text';
  /** whether `debug` writes anything: what costs something to say is not worked out for nobody */
  readonly isDebug: boolean;
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  child(fields: object): Log;
}

export interface LogOptions {
  level?: Level;
  format?: 'json' | 'text';
  write?: (line: string) => void;
}

export function createLog(service: string, options: LogOptions = {}): Log {
  const threshold = LEVELS[options.level ?? 'info'];
  const format = options.format ?? (process.stdout.isTTY ? 'text' : 'json');
  const write = options.write ?? ((line: string) => void process.stdout.write(`${line}\n`));
  const build = (base: object): Log => {
    const emit = (level: Level, message: string, fields: object = {}) => {
      if (LEVELS[level] < threshold) return;
      const record = { time: new Date().toISOString(), level, service, message, ...base, ...plainErrors(fields) };
      write(format === 'json' ? JSON.stringify(record) : formatText(record));
    };
    return {
      format,
      isDebug: threshold <= LEVELS.debug,
      debug: (m, f) => emit('debug', m, f),
      info: (m, f) => emit('info', m, f),
      warn: (m, f) => emit('warn', m, f),
      error: (m, f) => emit('error', m, f),
      child: (fields) => build({ ...base, ...fields }),
    };
  };
  return build({});
}

function plainErrors(fields: object): object {
  return Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, v instanceof Error ? errorText(v) : v]));
}

/** Message of an error with its causes, without stacks: what an operator can act on. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${errorText(error.cause)}`;
  // Node gives one error for each address that it tried; together they have no message
  const each = error instanceof AggregateError ? [...new Set(error.errors.map(errorText))].join('; ') : '';
  return `${error.message || each || error.name}${cause}`;
}

const COLORS: Record<Level, string> = { debug: '\x1b[90m', info: '\x1b[36m', warn: '\x1b[33m', error: '\x1b[31m' };

/** One record as a line for people: `12:00:01 info  edge  message key=value`. */
export function formatText(record: Record<string, unknown>): string {
  const { time, level, service, message, ...rest } = record;
  const color = process.stdout.isTTY ? (COLORS[level as Level] ?? '') : '';
  const reset = color ? '\x1b[0m' : '';
  const fields = Object.entries(rest).map(([k, v]) => `${k}=${typeof v === 'string' ? v : JSON.stringify(v)}`);
  return [
    `${String(time).slice(11, 19)} ${color}${String(level).padEnd(5)}${reset} ${String(service).padEnd(10)} ${message}`,
    ...fields,
  ].join('  ');
}
