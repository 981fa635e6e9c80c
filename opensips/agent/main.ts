import { blocks, ConfigError, readConfig } from '@callscope/core/node/config.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { connectBus } from '@callscope/core/node/nats.ts';
import { reportStatus } from '@callscope/core/node/status.ts';
import { runAgent } from './agent.ts';
import { miClient } from './mi.ts';
import { NgClient } from './ng.ts';

const HELP = `node opensips/agent/main.ts: carries out on an edge what the portal says. Runs on the edge's machine; settings come from the environment:

  NATS_URL                the bus
  EDGE_MI_URL             ${blocks.agent.shape.EDGE_MI_URL.description}
  EDGE_CLICK_MI_URL       ${blocks.agent.shape.EDGE_CLICK_MI_URL.description} (http://127.0.0.1:8889/mi)
  EDGE_RTPENGINE          ${blocks.edgeMachine.shape.EDGE_RTPENGINE.description} (127.0.0.1:2223)
  EDGE_NODE_ID            ${blocks.edgeMachine.shape.EDGE_NODE_ID.description} (edge-1)
  EDGE_ANNOUNCEMENTS_DIR  ${blocks.edgeMachine.shape.EDGE_ANNOUNCEMENTS_DIR.description} (/var/lib/callscope/announcements)`;

if (process.argv.includes('--help')) console.log(HELP);
else
  await runService('agent', async (service) => {
    const config = readConfig(blocks.nats, blocks.edgeMachine, blocks.agent);
    if (config.EDGE_MI_URL === undefined) throw new ConfigError("EDGE_MI_URL: give the address of OpenSIPS' management interface");
    const [host = '', port] = config.EDGE_RTPENGINE.split(':');
    const bus = await connectBus(config.NATS_URL, `agent-${config.EDGE_NODE_ID}`, service.log);
    service.onStop('bus', () => bus.close());
    const ng = new NgClient(host, Number(port));
    service.onStop('rtpengine', () => ng.close());
    const edge = {
      mi: miClient(config.EDGE_MI_URL),
      clickMi: miClient(config.EDGE_CLICK_MI_URL),
      ng,
      since: new Date(),
      announcements: config.EDGE_ANNOUNCEMENTS_DIR,
    };
    runAgent(service, bus, edge, config.EDGE_NODE_ID);
    reportStatus(service, bus, 'agent');
    service.log.info('active', { edge: config.EDGE_NODE_ID });
  });
