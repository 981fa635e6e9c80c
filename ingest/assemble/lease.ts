import type { Log } from '@callscope/core/node/log.ts';
import type { KV } from '@nats-io/kv';

const RENEW_MS = 1_000;
const RETRY_MS = 500;
const WRONG_SEQUENCE = /wrong last sequence|10071/i;

export interface Lease {
  /** resolves when the lease was lost or given up; the holder must stop writing */
  lost: Promise<void>;
  release(): Promise<void>;
}

/**
 * Waits until this instance holds the lease of its edge group and keeps it renewed. The bucket's life time is 3 s: a
 * dead holder is followed within that. Two holders for a moment (a process that was stopped and goes on) do no harm:
 * blocks carry tokens made of the stream's sequence, so the same block is stored once.
 */
export async function acquireLease(kv: KV, key: string, holder: string, log: Log, stopping: AbortSignal): Promise<Lease | null> {
  let waited = false;
  for (;;) {
    if (stopping.aborted) return null;
    try {
      const revision = await kv.create(key, new TextEncoder().encode(holder));
      return keep(kv, key, holder, revision, log);
    } catch (error) {
      if (!WRONG_SEQUENCE.test(String(error))) log.warn('cannot ask for the lease', { error });
      else if (!waited) log.info('another assembler is active, standing by', { lease: key });
      waited = true;
    }
    await pause(RETRY_MS, stopping);
  }
}

function keep(kv: KV, key: string, holder: string, first: number, log: Log): Lease {
  let revision = first;
  let renewedAt = performance.now();
  let ended = false;
  let tell: () => void = () => undefined;
  const lost = new Promise<void>((done) => {
    tell = done;
  });
  const end = () => {
    ended = true;
    clearInterval(timer);
    tell();
  };
  const timer = setInterval(() => {
    kv.update(key, new TextEncoder().encode(holder), revision).then(
      (next) => {
        revision = next;
        renewedAt = performance.now();
      },
      (error) => {
        if (ended) return;
        // the bus being away is not loss: nobody else can take the lease either
        if (!WRONG_SEQUENCE.test(String(error))) {
          log.warn('cannot renew the lease', { lease: key, sinceMs: Math.round(performance.now() - renewedAt), error });
          return;
        }
        // our own renewal may have been stored and its answer lost
        kv.get(key).then(
          (entry) => {
            if (entry?.string() === holder) revision = entry.revision;
            else {
              log.error('the lease is held by another assembler, stepping down', { lease: key });
              end();
            }
          },
          () => undefined,
        );
      },
    );
  }, RENEW_MS);
  return {
    lost,
    release: async () => {
      if (ended) return;
      end();
      await kv.delete(key, { previousSeq: revision }).catch(() => undefined);
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });
}
