import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { endedExports, leftNothing, takeExport } from '@callscope/modules/exports/work.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Deps } from '../deps.ts';
import { sendExportLetters } from './letter.ts';
import { makeExport } from './make.ts';
import { removeUnnamed } from './sweep.ts';

const EVERY = operatorScope(ownService('exports'), 'companies:read') as OperatorScope;

/** Files that one process makes at a time: each holds a question to the store open, beside those of pages. */
const MOST_AT_ONCE = 2;
/** Makes files as they are asked for, says by letter that they are ready, and removes them when their time is over. */
export async function makeExports(service: Service, postgres: Postgres<PostgresSchema>, deps: Deps): Promise<void> {
  const { log, stopping } = service;
  const busy = new Set<Promise<void>>();
  const take = oneAtATime(async () => {
    while (busy.size < MOST_AT_ONCE && !stopping.aborted) {
      const job = await takeExport(deps.db, EVERY);
      if (job === null) return;
      const making = makeExport(deps, job, stopping)
        .catch((error: unknown) => log.error('a file waits for its lease to end', { tenant: job.tenant, error: errorText(error) }))
        .finally(() => {
          busy.delete(making);
          // more may wait: of this person, and letters
          wake();
        });
      busy.add(making);
    }
  });
  const sweep = oneAtATime(async () => {
    for (const left of await endedExports(deps.db, EVERY, deps.exports.keepMs)) {
      await deps.exports.remove(left.object);
      await leftNothing(deps.db, left);
    }
  });
  // a mail server that does not answer holds up no file
  const tell = oneAtATime(() => sendExportLetters(deps, EVERY, stopping));
  const logged = (what: Promise<void>) => what.catch((error: unknown) => log.warn('files wait', { error: errorText(error) }));
  const wake = () => {
    void logged(take());
    void logged(tell());
  };
  const work = async () => {
    await take();
    void logged(tell());
    void logged(sweep());
  };
  const working = await workWhenNotified(postgres, log, 'exports', { work, clean: () => removeUnnamed(deps, EVERY) });
  service.onStop('exports', async () => {
    await working.stop();
    await Promise.all(busy);
  });
}

/** Work of which one round runs; whoever asks meanwhile has another one after it. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isAgain = false;
  return () => {
    isAgain = true;
    running ??= (async () => {
      try {
        while (isAgain) {
          isAgain = false;
          await work();
        }
      } finally {
        running = null;
      }
    })();
    return running;
  };
}
