import { EDGE_MODULES, type EdgeResult, readEdgeRequest, writeEdgeAnswer } from '@callscope/core/bus/edge-commands.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { Health, Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { Answers } from './answers.ts';
import { carryOut, type Edge } from './carry-out.ts';

const AGAIN_MS = 2_000;

const commands = counter('agent_commands_total', 'Commands to this edge', ['command', 'outcome']);

/**
 * Takes commands for this edge from the bus. Whoever was away may have missed that something changed: at the start, and when
 * the bus comes back, OpenSIPS is told to read everything again.
 * @param node name of this edge
 */
export function runAgent(service: Service, bus: Bus, edge: Edge, node: string): void {
  const { log } = service;
  const answers = new Answers(() => performance.now());
  let stale: string | null = 'OpenSIPS has not been told to read its tables yet';
  service.setHealth((): Health => {
    if (!bus.connected()) return { failing: 'nats', detail: 'the bus is away' };
    return stale === null ? { failing: null } : { failing: 'opensips', detail: stale };
  });

  const answer = async (text: string): Promise<EdgeResult> => {
    const request = readEdgeRequest(text);
    if (!request) return { ok: false, why: 'bad_command', detail: 'the agent does not know this command: is it of another version?' };
    const { id, command } = request;
    return answers.once(id, async () => {
      const result = await carryOut(edge, command);
      const outcome = result.ok ? 'ok' : result.why;
      commands.inc({ command: command.do, outcome });
      if (command.do !== 'ping' && command.do !== 'find' && command.do !== 'trunks')
        log.info('a command', { command: command.do, id, outcome });
      return result;
    });
  };
  // for one of several agents of this edge; what is asked of every edge, each agent answers
  const own = { subject: subjects.edgeCommand(node), queue: 'agents' };
  const all = { subject: subjects.everyEdgeCommand, queue: undefined };
  for (const { subject, queue } of [own, all]) {
    const subscription = bus.nc.subscribe(subject, {
      ...(queue ? { queue } : {}),
      callback: (error, message) => {
        if (error) return;
        answer(message.string())
          .catch((cause): EdgeResult => {
            log.error('a command failed in a way that nobody foresaw', { error: cause });
            return { ok: false, why: 'refused', detail: errorText(cause).slice(0, 300) };
          })
          .then((result) => message.respond(writeEdgeAnswer(node, result)));
      },
    });
    service.onStop('commands', () => subscription.drain());
  }

  let timer: NodeJS.Timeout | undefined;
  const reloadAll = async () => {
    clearTimeout(timer);
    const result = await carryOut(edge, { do: 'reload', what: [...EDGE_MODULES] });
    if (result.ok && stale !== null) log.info('OpenSIPS has read all its tables');
    stale = result.ok ? null : result.detail;
    if (!result.ok && !service.stopping.aborted) timer = setTimeout(() => void reloadAll(), AGAIN_MS);
  };
  service.onStop('reload', () => clearTimeout(timer));
  void reloadAll();
  (async () => {
    for await (const status of bus.nc.status()) if (status.type === 'reconnect') await reloadAll();
  })().catch((error) => {
    if (!service.stopping.aborted) log.error('the state of the bus is not told any more', { error });
  });
}
