import { subjects } from '@callscope/core/bus/streams.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { connectBus } from '@callscope/core/node/nats.ts';
import { test } from 'vitest';
import { halt } from '../halted.ts';
import { companies, hep, type TrueCall, truth } from './fixtures.ts';
import { sendUdp, startStack, until } from './stack.ts';

const GROUP = 'main';
/** more than the assembler has asked the bus for, so that some are still to be sent */
const TICKS = 2_000;

test('a call is finished though the last message said that more wait, and none comes', async () => {
  const stack = await startStack();
  const bus = await connectBus(stack.natsUrl(), 'test', createLog('test', { write: () => undefined }));
  try {
    const { tenant, directory } = companies().t1 as NonNullable<ReturnType<typeof companies>[string]>;
    await stack.rest('PUT', '/tenants/t1', tenant);
    await stack.rest('PUT', '/tenants/t1/directory', directory);
    const { call_id: id } = truth()[0] as TrueCall;
    const assembler = stack.pidOf('assembler');
    await halt(assembler);
    try {
      await sendUdp(
        stack.ports.hep,
        hep('udp').filter((packet) => packet.includes(id)),
      );
      const seqs: number[] = [];
      await until('the facts are on the bus', async () => (await bus.jsm.streams.info('FACTS')).state.messages > 0);
      for (let i = 0; i < TICKS; i += 100)
        for (const { seq } of await Promise.all(Array.from({ length: 100 }, () => bus.js.publish(subjects.tick(GROUP), ''))))
          seqs.push(seq);
      // those that were sent to the assembler wait in its socket, and say that there are more
      for (const seq of seqs) await bus.jsm.streams.deleteMessage('FACTS', seq);
    } finally {
      process.kill(assembler, 'SIGCONT');
    }
    await until('the call is finished', async () => (await stack.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(id)}`)).ok, 40_000);
    await until('nothing is said to wait', async () => {
      const { stages } = await stack.rest<{ stages: { lagSeconds: number }[] }>('GET', '/ops/ledger');
      return stages.every((s) => s.lagSeconds === 0);
    });
  } finally {
    await bus.close();
    await stack.end();
  }
});
