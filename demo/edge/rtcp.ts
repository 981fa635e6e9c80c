import { answeringLeg, type CallPlan, callerAddress, legAddress, mediaPorts, numberFrom, RELAY } from './call.ts';
import type { EdgePacket } from './sip.ts';

/** A phone reports this often (RFC 3550, 6.2: five seconds at least). */
export const RTCP_EVERY_US = 5_000_000;
/** seconds between 1900 and 1970: NTP's time and ours */
const NTP_EPOCH = 2_208_988_800;

export function ssrcOf(plan: CallPlan, party: 0 | 1): number {
  return numberFrom(plan, `ssrc ${party}`, 0xffff_ffff);
}

export function partyIp(plan: CallPlan, party: 0 | 1): string {
  const leg = answeringLeg(plan);
  return party === 0 || !leg ? callerAddress(plan).ip : legAddress(plan, leg).ip;
}

/** What a party heard of the other up to `at`: a line a little worse for some calls than for others, and bad for one in fifty. */
export interface Reception {
  packets: number;
  lost: number;
  fraction: number;
  jitter: number;
}

export function receptionAt(plan: CallPlan, party: 0 | 1, at: number): Reception {
  const packets = Math.max(0, Math.floor((at - plan.answeredAt) / 20_000));
  const quality = numberFrom(plan, `quality ${party}`, 100);
  const loss = quality < 85 ? 0 : quality < 94 ? 0.004 : quality < 98 ? 0.03 : 0.12;
  const wobble = numberFrom(plan, `jitter ${party} ${Math.floor(at / RTCP_EVERY_US)}`, 20);
  return {
    packets,
    lost: Math.floor(packets * loss),
    fraction: Math.round(loss * 256),
    jitter: (quality < 85 ? 8 : quality < 98 ? 60 : 240) + wobble,
  };
}

/** NTP time (RFC 3550, 4): seconds since 1900, and the fraction in 1/2^32. @param at µs */
function ntpOf(at: number): [seconds: number, fraction: number] {
  return [Math.floor(at / 1e6) + NTP_EPOCH, Math.floor(((at % 1e6) / 1e6) * 2 ** 32)];
}

/** A sender report as rtpengine hands it on: JSON text in HEP type 5. @param at µs */
export function rtcpPacket(plan: CallPlan, party: 0 | 1, at: number): EdgePacket {
  const ports = mediaPorts(plan, party);
  const heard = receptionAt(plan, party, at);
  const [seconds, fraction] = ntpOf(at);
  // the other's report of a second ago, and the way there and back
  const [answered, part] = ntpOf(at - 1_000_000 - (20 + numberFrom(plan, `trip ${party}`, 60)) * 1_000);
  const json = `{ "sender_information":{"ntp_timestamp_sec":${seconds},"ntp_timestamp_usec":${fraction},"octets":${heard.packets * 160},"rtp_timestamp":${(numberFrom(plan, `timestamp ${party}`, 2 ** 31) + heard.packets * 160) >>> 0}, "packets":${heard.packets}},"ssrc":${ssrcOf(plan, party)},"type":200,"report_count":1,"report_blocks":[{"source_ssrc":${ssrcOf(plan, party === 0 ? 1 : 0)},"highest_seq_no":${(numberFrom(plan, `sequence ${party}`, 30_000) + heard.packets) & 0xffff},"fraction_lost":${heard.fraction},"ia_jitter":${heard.jitter},"packets_lost":${heard.lost},"lsr":${(((answered & 0xffff) << 16) | (part >>> 16)) >>> 0},"dlsr":65536}],"sdes_report_count":1,"sdes_information": [ {"sdes_chunk_ssrc":${ssrcOf(plan, party)},"type":1,"text":"u${ssrcOf(plan, party).toString(16)}@pbx"}] }`;
  return {
    at,
    from: { ip: partyIp(plan, party), port: ports.own + 1 },
    to: { ip: RELAY, port: ports.relay + 1 },
    payload: Buffer.from(json),
  };
}
