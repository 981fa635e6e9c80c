import { randomUUID } from 'node:crypto';
import { type EdgeAnswer, type EdgeCommand, readEdgeAnswer, writeEdgeRequest } from '@callscope/core/bus/edge-commands.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { Bus } from '@callscope/core/node/nats.ts';

/** Longer than an agent waits for OpenSIPS and rtpengine together. */
const ANSWER_MS = 8_000;

/** No agent of this name is on the bus, or it did not answer in time. */
export class NoEdge extends Error {}

/**
 * @param id of the command: asked again within a minute it is not carried out twice
 * @param limitMs waits so long for the answer
 * @throws NoEdge
 */
export async function askEdge(bus: Bus, node: string, id: string, command: EdgeCommand, limitMs = ANSWER_MS): Promise<EdgeAnswer> {
  let text: string;
  try {
    text = (await bus.nc.request(subjects.edgeCommand(node), writeEdgeRequest(id, command), { timeout: limitMs })).string();
  } catch (cause) {
    throw new NoEdge(`the edge ${node} does not answer`, { cause });
  }
  const answer = readEdgeAnswer(text);
  if (!answer) throw new NoEdge(`the edge ${node} answers in another version`);
  return answer;
}

/**
 * Asks every edge at once.
 * @param limitMs waits so long for answers when nothing is enough
 * @param isEnough told each answer; true ends the waiting
 * @param quietMs so long after the last answer no other is expected
 */
export async function askEveryEdge(
  bus: Bus,
  command: EdgeCommand,
  limitMs: number,
  isEnough: (answer: EdgeAnswer) => boolean,
  quietMs = limitMs,
): Promise<EdgeAnswer[]> {
  const answers: EdgeAnswer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  let quiet: NodeJS.Timeout | undefined;
  const inbox = `_INBOX.${randomUUID()}`;
  const subscription = bus.nc.subscribe(inbox, {
    callback: (error, message) => {
      const answer = error ? null : readEdgeAnswer(message.string());
      if (answer) {
        answers.push(answer);
        clearTimeout(quiet);
        quiet = setTimeout(resolve, quietMs);
      }
      // an empty one with status 503: nobody listens
      if (message?.headers?.code === 503 || (answer && isEnough(answer))) resolve();
    },
  });
  const timer = setTimeout(resolve, limitMs);
  bus.nc.publish(subjects.everyEdgeCommand, writeEdgeRequest(randomUUID(), command), { reply: inbox });
  await promise;
  clearTimeout(timer);
  clearTimeout(quiet);
  subscription.unsubscribe();
  return answers;
}
