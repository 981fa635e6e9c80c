import { blocks, localDataDir, readConfig } from '@callscope/core/node/config.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { reportStatus } from '@callscope/core/node/status.ts';
import { runEdge } from './edge/edge.ts';

await runService('edge', async (service) => {
  const config = readConfig(blocks.nats, blocks.edge);
  const bus = await connectBus(config.NATS_URL, `edge-${config.EDGE_ID}-${service.instance}`, service.log);
  service.onStop('bus', () => bus.close());
  await ensureStreams(bus);
  reportStatus(service, bus, 'edge');
  await runEdge(service, bus, {
    edge: config.EDGE_ID,
    host: config.EDGE_HOST,
    hepPort: config.HEP_PORT,
    eventsPort: config.EVENTS_PORT,
    receiveBufferBytes: config.EDGE_RECEIVE_BUFFER_BYTES,
    maxConnections: config.EDGE_MAX_TCP_CONNECTIONS,
    idleSeconds: config.EDGE_TCP_IDLE_SECONDS,
    window: config.EDGE_MAX_IN_FLIGHT,
    masks: config.EDGE_MASK,
    dataDir: localDataDir(),
  });
});
