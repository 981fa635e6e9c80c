import { diskShortage } from '@callscope/core/node/disk.ts';
import type { Log } from '@callscope/core/node/log.ts';
import { busAnswers, connectBus } from '@callscope/core/node/nats.ts';
import type { Supervisor } from './supervise.ts';

const LOOK_EVERY_MS = 1_000;
const ANSWER_LIMIT_MS = 2_000;
/** looks in a row without an answer, when nothing is known that would explain it */
const PATIENCE = 10;

/**
 * Restarts the embedded bus when it does not store any more. nats-server 2.9 does not live through a full disk: a write that
 * is cut short leaves its stream locked for ever (`writeMsgRecord` calls `rebuildStateLocked`, which waits for a lock that
 * its caller holds), and without a word; at other places JetStream turns itself off. Only a restart helps, once there is
 * room again; what was acknowledged is in its files. The other servers come back by themselves, after at most a pause.
 */
export async function watchBus(url: string, name: string, dataDir: string, supervisor: Supervisor, log: Log): Promise<void> {
  const bus = await connectBus(url, 'launch', log.child({ part: name }));
  // before the server goes, so that its end is not a lost connection
  supervisor.stopping.addEventListener('abort', () => void bus.close());
  let isFull = false;
  /** it was full since the bus was last known to store */
  let wasFull = false;
  let unanswered = 0;
  while (!supervisor.isStopping) {
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    const shortage = await diskShortage(dataDir);
    if (shortage !== null) {
      if (!isFull) log.error(`the disk is full: ${shortage}`);
      isFull = true;
      wasFull = true;
      continue;
    }
    if (isFull) supervisor.hurry();
    isFull = false;
    // one that is away was killed, and is being started again
    if (!bus.connected()) continue;
    if (await busAnswers(bus, ANSWER_LIMIT_MS)) {
      if (wasFull) log.info('the disk has room again and the bus stores', { dataDir });
      wasFull = false;
      unanswered = 0;
      continue;
    }
    unanswered++;
    if (!wasFull && unanswered < PATIENCE) continue;
    log.warn(wasFull ? 'the disk has room again, restarting the bus: it has stopped storing' : 'the bus does not answer, restarting it');
    supervisor.restart(name);
    wasFull = false;
    unanswered = 0;
  }
}
