import { subjects } from '@callscope/core/bus/streams.ts';
import type { MaskKind } from '@callscope/core/domain/signalling.ts';
import { watchDisk } from '@callscope/core/node/disk.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { Channel } from './channel.ts';
import { receiveEventsTcp, receiveEventsUdp } from './events.ts';
import { followCalls } from './followed.ts';
import { receiveHepTcp } from './hep-tcp.ts';
import { type Receiver, receiveUdp } from './hep-udp.ts';
import { maskerOf } from './mask-secrets.ts';
import { Publisher } from './publisher.ts';

export interface EdgeSettings {
  edge: string;
  host: string;
  hepPort: number;
  eventsPort: number;
  receiveBufferBytes: number;
  maxConnections: number;
  idleSeconds: number;
  window: number;
  /** what of SIP is not kept */
  masks: readonly MaskKind[];
  /** where the bus keeps its streams, when that is this machine */
  dataDir: string | null;
}

/** Four ways in, one publisher. Receivers count and frame; nothing is decoded here. */
export async function runEdge(service: Service, bus: Bus, settings: EdgeSettings): Promise<void> {
  const { log } = service;
  const { edge, host, hepPort, eventsPort, receiveBufferBytes, maxConnections, idleSeconds } = settings;
  const publisher = new Publisher(bus, settings.window, log);
  const boot = Date.now() * 1_000 + Math.floor(Math.random() * 1_000);
  const mask = maskerOf(settings.masks);
  const hep = subjects.rawHep(edge);
  const events = subjects.rawEvents(edge);
  const follow = (channel: string) => (log.isDebug ? { follow: followCalls(log, channel) } : {});
  const channels = {
    hepUdp: new Channel({ edge, boot, channel: 'hep-udp', subject: hep, publisher, mask, ...follow('hep-udp') }),
    hepTcp: new Channel({ edge, boot, channel: 'hep-tcp', subject: hep, publisher, mask, ...follow('hep-tcp') }),
    eventUdp: new Channel({ edge, boot, channel: 'event-udp', subject: events, publisher, ...follow('event-udp') }),
    eventTcp: new Channel({ edge, boot, channel: 'event-tcp', subject: events, publisher, ...follow('event-tcp') }),
  };
  let shortage: string | null = null;
  service.setHealth(() => {
    if (shortage !== null) return { failing: 'disk', detail: shortage };
    return publisher.refusing === null ? { failing: null } : { failing: 'nats', detail: publisher.refusing };
  });
  if (settings.dataDir !== null) {
    const disk = watchDisk(settings.dataDir, (now) => {
      if (now !== null && shortage === null) log.error(`nothing is taken in: ${now}`);
      if (now === null) log.info('the disk has room again, going on');
      shortage = now;
      publisher.hold(now);
    });
    service.onStop('disk', () => disk.stop());
  }
  const tcp = { host, maxConnections, idleSeconds, log };
  const receivers: Receiver[] = [];
  service.onStop('receivers', async () => {
    await Promise.all(receivers.map((r) => r.close()));
    await Promise.all(Object.values(channels).map((c) => c.close()));
    await publisher.drained();
  });
  const { hepUdp } = channels;
  receivers.push(
    await named(
      'HEP_PORT',
      hepPort,
      receiveUdp(host, hepPort, receiveBufferBytes, hepUdp, (packet) => hepUdp.accept(packet)),
    ),
    await named('HEP_PORT', hepPort, receiveHepTcp({ ...tcp, port: hepPort }, channels.hepTcp)),
    await named('EVENTS_PORT', eventsPort, receiveEventsUdp(host, eventsPort, receiveBufferBytes, channels.eventUdp)),
    await named('EVENTS_PORT', eventsPort, receiveEventsTcp({ ...tcp, port: eventsPort }, channels.eventTcp)),
  );
  log.info('receiving', { edge, host, hepPort, eventsPort });
}

async function named(setting: string, port: number, receiver: Promise<Receiver>): Promise<Receiver> {
  try {
    return await receiver;
  } catch (cause) {
    throw new Error(`cannot receive at port ${port}: choose another with ${setting}, or stop what uses it`, { cause });
  }
}
