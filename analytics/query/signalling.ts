import type { CompiledQuery } from '../run/run.ts';

/** What is looked for among SIP messages: one message has all of it. Times are ms since the epoch, half-open. */
export interface SignallingFilter {
  from: number;
  to: number;
  callId?: string;
  /** user of From, To or the request URI: a number in any spelling, or an account */
  user?: string;
  /** a part of User-Agent or Server, whatever its case */
  agent?: string;
  /** either end */
  ip?: string;
  method?: string;
  /** 486, or 4 for all of 4xx; 0 = requests */
  code?: number;
}

/** What a search reads at a time, at first: nearly always enough of what is frequent. Each next stretch is four times as long. */
const FIRST_MS = 5_000;
const GROWTH = 4;

/** Stretches of a period, the newest first: what is frequent is found in the first, and all of it is read but once for what is rare. */
export function stretchesOf({ from, to }: Pick<SignallingFilter, 'from' | 'to'>): { from: number; to: number }[] {
  const out: { from: number; to: number }[] = [];
  for (let end = to, length = FIRST_MS; end > from; length *= GROWTH) {
    const begin = Math.max(from, end - length);
    out.push({ from: begin, to: end });
    end = begin;
  }
  return out;
}

/**
 * Spellings in which a number stands in SIP: as it was typed, with and without +, and Russian ones with 7, 8 or neither
 * (E.164; national prefix 8). An account is one spelling.
 */
export function spellingsOf(typed: string): string[] {
  const text = typed.trim();
  const digits = text.replace(/[\s()+-]/g, '');
  if (!/^\d{5,15}$/.test(digits)) return [text];
  const ten = /^[78]\d{10}$/.test(digits) ? digits.slice(1) : /^\d{10}$/.test(digits) ? digits : null;
  return [...new Set([text, digits, `+${digits}`, ...(ten === null ? [] : [ten, `7${ten}`, `+7${ten}`, `8${ten}`])])];
}

/**
 * The Call-IDs of a stretch in which a message is as asked, the newest first, one row each: the message that was found. At most
 * `limit`, and none of `except`. Rows are { us, received, call_id, method, code, from_user, to_user, agent }.
 */
export function searchIn(
  filter: SignallingFilter,
  stretch: { from: number; to: number },
  limit: number,
  except: readonly string[],
): CompiledQuery {
  const { user, agent, ip, method, code } = filter;
  const where = [
    "at >= fromUnixTimestamp64Milli({from: Int64}, 'UTC')",
    "at < fromUnixTimestamp64Milli({to: Int64}, 'UTC')",
    ...(user === undefined ? [] : ['user IN ({users: Array(String)})']),
    ...(agent === undefined ? [] : ['agent ILIKE {agent: String}']),
    ...(ip === undefined ? [] : ['has(hosts, {ip: String})']),
    ...(method === undefined ? [] : ['method = {method: String}']),
    ...(code === undefined
      ? []
      : code > 0 && code < 10
        ? ['code >= {code: UInt16} * 100', 'code < {code: UInt16} * 100 + 100']
        : ['code = {code: UInt16}']),
    ...(except.length === 0 ? [] : ['call_id NOT IN ({except: Array(String)})']),
  ];
  return {
    sql: `SELECT toUnixTimestamp64Micro(at) AS us, toUnixTimestamp64Milli(received_at) AS received, call_id, method, code, from_user, to_user, agent
    FROM signalling WHERE ${where.join(' AND ')}
    ORDER BY at DESC LIMIT 1 BY call_id LIMIT {limit: UInt32}`,
    params: {
      ...{ from: stretch.from, to: stretch.to, limit, except },
      ...{
        users: spellingsOf(user ?? ''),
        agent: `%${(agent ?? '').replace(/[\\%_]/g, '\\$&')}%`,
        ip: ip ?? '',
        method: method ?? '',
        code: code ?? 0,
      },
    },
  };
}
