import { createHash } from 'node:crypto';
import type { LiveCall, LivePhone } from '@callscope/core/bus/live.ts';
import type { Limits } from '@callscope/core/domain/reach.ts';
import { type Delta, type LivePart, type LiveState, Narrowed } from './narrowed.ts';

/**
 * What a board on the wall is told: who of the company is at what since when, and nothing of who is at the other end. Numbers of
 * callers, names of accounts, addresses of phones and Call-IDs stay here, whatever the page would do with them.
 */
export class BoardPart implements LivePart {
  readonly board: string | null;
  readonly #narrowed: Narrowed | null;
  readonly #phones: ReadonlyMap<string, string>;

  /** @param phones by address of record what a phone is called on the board: whose it is. Others are not told of @param board its id; null: the screen is nobody's board */
  constructor(within: Limits, phones: ReadonlyMap<string, string>, board: string | null = null) {
    this.board = board;
    this.#phones = phones;
    this.#narrowed = within === undefined ? null : new Narrowed({ ...within, accounts: new Set(phones.keys()) });
  }

  snapshot(calls: readonly LiveCall[], phones: readonly LivePhone[]): LiveState {
    const part = this.#narrowed?.snapshot(calls, phones) ?? { calls, phones };
    return { calls: part.calls.map(bare), phones: this.#bare(part.phones) };
  }

  delta(whole: Delta): Delta | null {
    const part = this.#narrowed ? this.#narrowed.delta(whole) : whole;
    if (!part) return null;
    const { calls, gone, ended, endedCount, revised, reload, phones = [], phonesGone = [] } = part;
    return {
      calls: calls.map(bare),
      gone: [...gone, ...ended.map((call) => call.id)].map(nameOf),
      ended: [],
      endedCount,
      revised: [],
      reload: reload || revised.length > 0,
      phones: this.#bare(phones),
      phonesGone: phonesGone.flatMap((aor) => this.#phones.get(aor) ?? []),
    };
  }

  #bare(phones: readonly LivePhone[]): LivePhone[] {
    return phones.flatMap(({ aor, goneAt }) => {
      const name = this.#phones.get(aor);
      return name === undefined ? [] : [{ aor: name, bindings: [], goneAt }];
    });
  }
}

/** A Call-ID often has an address of the edge in it. */
const nameOf = (id: string) => createHash('sha256').update(id).digest('base64url').slice(0, 16);

function bare({ id, direction, number, employee, group, state, startedAt, ringingAt, answeredAt, endedAt, targets }: LiveCall): LiveCall {
  return {
    ...{ id: nameOf(id), direction, number, employee, group, state, startedAt, ringingAt, answeredAt, endedAt },
    ...{ from: '', dialled: '', answeredBy: '' },
    targets: targets.filter((t) => t.employee !== '').map((t) => ({ target: '', employee: t.employee, state: t.state })),
  };
}
