import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { blocks, readConfig } from '@callscope/core/node/config.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { reportStatus } from '@callscope/core/node/status.ts';
import { runDecoder } from './decoder.ts';

await runService('decoder', async (service) => {
  const config = readConfig(blocks.nats, blocks.clickhouse, blocks.group, blocks.decoder);
  const bus = await connectBus(config.NATS_URL, `decoder-${service.instance}`, service.log);
  service.onStop('bus', () => bus.close());
  await ensureStreams(bus);
  const store = connectClickhouse(config.CLICKHOUSE_URL, 'callscope-decoder');
  service.onStop('store', () => store.close());
  reportStatus(service, bus, 'decoder');
  await runDecoder(service, bus, store, {
    group: config.EDGE_GROUP,
    blockMs: config.DECODE_BLOCK_MS,
    batchFrames: config.DECODE_BATCH_FRAMES,
  });
});
