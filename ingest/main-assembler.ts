import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { blocks, readConfig } from '@callscope/core/node/config.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { reportStatus } from '@callscope/core/node/status.ts';
import { runAssembler } from './assemble/assembler.ts';

await runService('assembler', async (service) => {
  const config = readConfig(blocks.nats, blocks.clickhouse, blocks.group, blocks.assembler);
  const bus = await connectBus(config.NATS_URL, `assembler-${service.instance}`, service.log);
  service.onStop('bus', () => bus.close());
  await ensureStreams(bus);
  const store = connectClickhouse(config.CLICKHOUSE_URL, 'callscope-assembler');
  service.onStop('store', () => store.close());
  reportStatus(service, bus, 'assembler');
  await runAssembler(service, bus, store, {
    group: config.EDGE_GROUP,
    snapshotMs: config.SNAPSHOT_SECONDS * 1_000,
    dialogLimitMs: config.DIALOG_LIMIT_SECONDS * 1_000,
    keepMs: config.SETTLED_KEEP_SECONDS * 1_000,
    memoryBytes: config.ASSEMBLER_MEMORY_MB * 1_048_576,
  });
});
