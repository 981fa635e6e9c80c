import { spawnSync } from 'node:child_process';
import { encodeHep3, HEP_RTCP } from '@callscope/ingest/decode/hep3.ts';
import { onPath } from '@callscope/launch/supervise.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeHep3, type HepPacket } from '../../ingest/decode/hep3.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { rtcpHep, type TrueCall, truth } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, until } from './stack.ts';

/** How calls sounded: fixtures through the whole system, each figure reckoned a second way here, from the JSON that the relay sent. */

interface Figures {
  mos: number;
  loss: number | null;
  jitterMs: number | null;
  worstJitterMs: number | null;
  points: { at: string; loss: number; jitterMs: number; mos: number }[];
}
interface Heard {
  mos: number | null;
  reported:
    | (Figures & { by: string; reports: number; roundTripMs: number | null; clockHz: number; isClockAssumed: boolean; address: string })
    | null;
  packets: (Figures & { received: number; outOfOrder: number }) | null;
  isDeaf: boolean;
  isWithheld: boolean;
}
interface Quality {
  mos: number | null;
  client: Heard;
  ours: Heard;
}

/** A report as the relay sent it. */
interface Sent {
  callId: string;
  srcIp: string;
  ssrc: number;
  blocks: { source_ssrc: number; fraction_lost: number; packets_lost: number; highest_seq_no: number; ia_jitter: number }[];
}
const sentOf = (bytes: Buffer): Sent => {
  const packet = decodeHep3(bytes) as HepPacket;
  const json = JSON.parse(packet.payload.toString()) as { ssrc: number; report_blocks: Sent['blocks'] };
  return { callId: packet.correlationId, srcIp: packet.srcIp, ssrc: json.ssrc, blocks: json.report_blocks };
};
const callOf = (n: number) => truth().find((c) => c.n === n) as TrueCall & { codec: string };
/** Whoever called is in the Call-ID; of an internal call, and of one that is sent on outside, the caller is the client. */
const isOurs = (call: TrueCall, srcIp: string) => (srcIp === call.call_id.split('@')[1]) === (call.direction === 'out');

/** Its reports come from the carrier alone: our phone sends none. */
const ONE_SIDED = callOf(2);
/** Its reports come when all is over, and are binary, with voice metrics of the phone. */
const LATE = callOf(25);
const LIVE = rtcpHep().filter((bytes) => {
  const { callId, srcIp } = sentOf(bytes);
  return callId !== LATE.call_id && !(callId === ONE_SIDED.call_id && isOurs(ONE_SIDED, srcIp));
});

let stack: Stack;
const qualityOf = ({ tenant, call_id }: TrueCall) =>
  stack.rest<Quality>('GET', `/tenants/${tenant}/calls/${encodeURIComponent(call_id)}/quality`);
const idsOf = async (tenant: string, query: string) =>
  (await stack.rest<{ data: { id: string }[] }>('GET', `/tenants/${tenant}/calls?limit=1000&${query}`)).data.map(({ id }) => id);

beforeAll(async () => {
  if (FFMPEG === null) return;
  stack = await startRecorded();
  // twice: a datagram may come again, and says nothing new
  await sendUdp(stack.ports.hep, [...LIVE, ...LIVE]);
  await until('every report is there', async () => {
    const all = await Promise.all(REPORTED.map(qualityOf));
    return all.every(
      ({ client, ours }, i) => (client.reported?.reports ?? 0) + (ours.reported?.reports ?? 0) === liveOf(REPORTED[i] as TrueCall).length,
    );
  });
});
afterAll(() => stack?.end());

const liveOf = (call: TrueCall) => LIVE.map(sentOf).filter(({ callId }) => callId === call.call_id);
/** One call is one dialog, of one company: calls 18 and 19 are one conversation. */
const REPORTED = truth().filter((c) => c.in_company_list && c.conversation === c.call_id && c.n !== 18 && liveOf(c).length > 0);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.skipIf(FFMPEG === null)('reports of the phones', () => {
  test('every call’s loss and jitter are those of the JSON, in their units, each side apart', async () => {
    expect(REPORTED.length).toBeGreaterThan(9);
    for (const call of REPORTED) {
      const quality = await qualityOf(call);
      const ticks = (callOf(call.n).codec === 'opus' ? 48_000 : 8_000) / 1_000;
      for (const side of ['client', 'ours'] as const) {
        const sent = liveOf(call).filter(({ srcIp }) => isOurs(call, srcIp) === (side === 'ours'));
        const { reported } = quality[side];
        if (sent.length === 0) {
          expect(reported).toBeNull();
          continue;
        }
        const blocks = sent.flatMap((s) => s.blocks);
        const [first, last] = [blocks[0], blocks.at(-1)] as [Sent['blocks'][number], Sent['blocks'][number]];
        const loss =
          blocks.length === 1
            ? first.fraction_lost / 256
            : (last.packets_lost - first.packets_lost) / (last.highest_seq_no - first.highest_seq_no);
        expect(reported?.loss, `loss of call ${call.n}, ${side}`).toBeCloseTo(loss, 9);
        expect(reported?.jitterMs, `jitter of call ${call.n}, ${side}`).toBeCloseTo(mean(blocks.map((b) => b.ia_jitter / ticks)), 9);
        expect(reported?.points.map((p) => p.loss)).toEqual(blocks.map((b) => b.fraction_lost / 256));
        expect(reported).toMatchObject({ by: 'rtcp', clockHz: ticks * 1_000, isClockAssumed: false, reports: blocks.length });
      }
    }
  });

  test('a side without RTCP has none, and no zeros', async () => {
    const { client, ours, mos } = await qualityOf(ONE_SIDED);
    expect(ours.reported).toBeNull();
    expect(ours.isWithheld).toBe(false);
    expect(client.reported?.address).toBe('127.0.0.31');
    expect(mos).not.toBeNull();
  });

  test('a call without reports and without a recording says nothing', async () => {
    const { mos, client, ours } = await qualityOf(LATE);
    expect([mos, client.reported, client.packets, ours.reported, ours.packets]).toEqual([null, null, null, null, null]);
    expect(await idsOf('t2', 'measured=true')).not.toContain(LATE.call_id);
  });
});

describe.skipIf(FFMPEG === null)('packets of the recording', () => {
  const long = RECORDED.find(({ call }) => call.n === 21) as (typeof RECORDED)[number];

  test.skipIf(!onPath('tshark'))('loss and jitter of call 21 are within 1 point and 2 ms of what tshark says of its packets', async () => {
    const read = spawnSync('tshark', ['-r', long.pcap, '-o', 'rtp.heuristic_rtp:TRUE', '-q', '-z', 'rtp,streams'], { encoding: 'utf8' });
    const streams = read.stdout.split('\n').flatMap((line) => {
      const [, ip, packets, lost, jitter] =
        /^ +[\d.]+ +[\d.]+ +([\d.]+) +\d+ .* (\d+) +(\d+) \([\d.]+%\) +[\d.-]+ +[\d.-]+ +[\d.-]+ +[\d.-]+ +([\d.]+)/.exec(line) ?? [];
      return ip === undefined ? [] : [{ ip, loss: Number(lost) / (Number(lost) + Number(packets)), jitter: Number(jitter) }];
    });
    expect(streams.map(({ ip }) => ip).sort()).toEqual(['127.0.0.30', '127.0.1.104']);
    const { client, ours } = await qualityOf(long.call);
    for (const { ip, loss, jitter } of streams) {
      // what our phone sent is what the client heard
      const { packets } = ip === '127.0.1.104' ? client : ours;
      expect(Math.abs((packets?.loss ?? 1) - loss)).toBeLessThan(0.01);
      expect(Math.abs((packets?.jitterMs ?? 99) - jitter)).toBeLessThan(2);
    }
    expect(client.packets?.loss).toBeGreaterThan(0.05);
    expect(ours.reported?.loss).toBeGreaterThan(0.05);
  });

  test('are there of every recorded call, and the worse of reports and packets is what a side heard', async () => {
    for (const { call } of RECORDED) {
      const { client, ours, mos } = await qualityOf(call);
      for (const heard of [client, ours]) {
        expect(heard.packets?.received, `packets of call ${call.n}`).toBeGreaterThan(100);
        expect(heard.mos).toBe(Math.min(heard.packets?.mos ?? 5, heard.reported?.mos ?? 5));
        expect(heard.isDeaf).toBe(false);
      }
      expect(mos).toBe(Math.min(client.mos ?? 5, ours.mos ?? 5));
    }
  });
});

describe.skipIf(FFMPEG === null)('lists and reports', () => {
  const measured = async (tenant: string) => {
    const calls = truth().filter((c) => c.tenant === tenant && c.in_company_list && c.conversation === c.call_id);
    const all = await Promise.all(calls.map(async (call) => ({ call, quality: await qualityOf(call) })));
    return all.filter(({ quality }) => quality.mos !== null);
  };

  test('the worst calls are found by their MOS, as the cards have it', async () => {
    const known = await measured('t1');
    await until('all are reckoned', async () => (await idsOf('t1', 'measured=true')).length === known.length, 60_000);
    for (const bound of [1, 3, 3.6, 4.2, 4.4, 4.5]) {
      const right = known.filter(({ quality }) => Number((quality.mos as number).toFixed(2)) <= bound).map(({ call }) => call.call_id);
      await until(`calls of at most ${bound}`, async () => (await idsOf('t1', `mosMax=${bound}`)).sort().join() === right.sort().join());
    }
    const all = await idsOf('t1', '');
    const worst = await stack.rest<{ data: { id: string; sound: { mos: number } }[] }>('GET', '/tenants/t1/worst-calls?limit=3');
    const scores = known.map(({ quality }) => Number((quality.mos as number).toFixed(2))).sort((a, b) => a - b);
    expect(worst.data.map(({ sound }) => sound.mos)).toEqual(scores.slice(0, 3));
    expect(worst.data[0]?.id).toBe(callOf(21).call_id);
    expect((await idsOf('t1', 'measured=false')).length).toBe(all.length - known.length);
    expect(await idsOf('t1', 'oneWay=true')).toEqual([]);
    expect((await idsOf('t1', 'oneWay=false')).length).toBe(all.length);
  });

  test('what a report adds up is what the cards say, and a click on a row finds its calls', async () => {
    const known = await measured('t1');
    const report = async (id: string, query = '') =>
      stack.rest<{ rows: Record<string, string | number | null>[]; totals: Record<string, number | null> }>(
        'GET',
        `/tenants/t1/reports/${id}?${query}`,
      );
    const { totals } = await report('sound');
    const scores = known.map(({ quality }) => Number((quality.mos as number).toFixed(2)));
    expect(totals).toMatchObject({ measuredCalls: known.length, poorCalls: scores.filter((score) => score <= 3.6).length, silentCalls: 0 });
    expect(totals.meanMos).toBeCloseTo(mean(scores), 6);
    const jitters = known.map(({ quality: { client, ours } }) =>
      Math.max(...[client, ours].flatMap((h) => [h.reported, h.packets]).flatMap((f) => f?.jitterMs ?? [])),
    );
    expect(totals.meanJitter).toBeCloseTo(mean(jitters), 4);
    const networks = await report('sound-by-network');
    expect(networks.rows.map((row) => row.ownNetwork).filter((network) => network !== '')).toEqual(
      expect.arrayContaining(['127.0.1.0/24']),
    );
    for (const { ownNetwork, measuredCalls } of networks.rows) {
      const query = `measured=true&ownNetwork=${ownNetwork === '' ? '-' : encodeURIComponent(String(ownNetwork))}`;
      expect((await idsOf('t1', query)).length, String(ownNetwork)).toBe(measuredCalls);
    }
    const phones = await report('sound-by-phone');
    expect(phones.rows.length).toBeGreaterThan(2);
    for (const { phone, measuredCalls } of phones.rows)
      expect((await idsOf('t1', `measured=true&phone=${phone === '' ? '-' : phone}`)).length, String(phone)).toBe(measuredCalls);
    const day = 'from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z';
    const hours = await report('sound-by-hour', day);
    expect(hours.rows.reduce((sum, row) => sum + Number(row.measuredCalls), 0)).toBe(known.length);
    const employees = await report('sound-by-employee', day);
    expect(employees.rows.reduce((sum, row) => sum + Number(row.measuredCalls), 0)).toBe(known.length);
  });

  test('by line to a carrier: what the edge named it, also where it says so late', async () => {
    const known = await measured('t1');
    const outside = known.filter(({ call }) => call.direction !== 'int').slice(0, 3);
    expect(outside.length).toBe(3);
    const lines = ['carrier-1', 'carrier-1', 'carrier-2'];
    const told = outside.map(({ call }, i) =>
      JSON.stringify({
        ...{ jsonrpc: '2.0', method: 'E_PBX_CALL', id: i + 1 },
        params: { state: 'answered', callid: call.call_id, tenant: 't1', trunk: lines[i], ts: Math.floor(Date.now() / 1_000), ts_us: 0 },
      }),
    );
    await sendTcp(stack.ports.events, told);
    await until('the calls say their line', async () => (await idsOf('t1', 'trunk=carrier-1,carrier-2')).length === 3);
    for (const [i, { call }] of outside.entries())
      expect(await stack.rest('GET', `/tenants/t1/calls/${encodeURIComponent(call.call_id)}`)).toMatchObject({ trunk: lines[i] });
    const { rows } = await stack.rest<{ rows: { trunk: string; measuredCalls: number }[] }>('GET', '/tenants/t1/reports/sound-by-trunk');
    const counts = Object.fromEntries(rows.map(({ trunk, measuredCalls }) => [trunk, measuredCalls]));
    expect(counts).toEqual({ 'carrier-1': 2, 'carrier-2': 1, '': known.length - 3 });
    for (const [trunk, calls] of Object.entries(counts))
      expect((await idsOf('t1', `measured=true&trunk=${trunk || '-'}`)).length).toBe(calls);
    // kept beside the people of the call too: a list of one employee's calls is read from there
    const employee = (await stack.rest<{ data: { employee: { id: string } | null }[] }>('GET', '/tenants/t1/calls?trunk=carrier-2')).data[0]
      ?.employee?.id;
    expect(employee).toBeTruthy();
    expect(await idsOf('t1', `employee=${employee}&trunk=carrier-2`)).toEqual([outside[2]?.call.call_id]);
  });

  test('RTCP that comes when the call is long over is taken in, and what the phone measured itself is preferred', async () => {
    const [first] = rtcpHep().filter((bytes) => sentOf(bytes).callId === LATE.call_id && isOurs(LATE, sentOf(bytes).srcIp));
    const { srcIp, srcPort, dstIp, dstPort, at } = decodeHep3(first as Buffer) as HepPacket;
    const payload = binaryReport({ ssrc: 7, of: 9, r: 62, mosCq: 31, loss: 26 });
    await sendUdp(stack.ports.hep, [
      encodeHep3({ srcIp, srcPort, dstIp, dstPort, at, type: HEP_RTCP, captureId: 2002, payload, correlationId: LATE.call_id }),
    ]);
    await until('its card has it', async () => (await qualityOf(LATE)).ours.reported !== null);
    const { ours, mos } = await qualityOf(LATE);
    expect(ours.reported).toMatchObject({ by: 'xr', reports: 1, mos: 3.1, loss: 26 / 256 });
    expect(mos).toBe(3.1);
    await until('lists have it', async () => (await idsOf('t2', 'mosMax=3.6')).includes(LATE.call_id), 60_000);
    expect(await idsOf('t2', 'mosMax=3.09')).not.toContain(LATE.call_id);
  });
});

/** A receiver report with an extended report behind it (RFC 3611, 4.7). */
function binaryReport({ ssrc, of, r, mosCq, loss }: { ssrc: number; of: number; r: number; mosCq: number; loss: number }): Buffer {
  const rr = Buffer.alloc(32);
  rr.writeUInt32BE(0x81c90007, 0);
  rr.writeUInt32BE(ssrc, 4);
  rr.writeUInt32BE(of, 8);
  rr.writeUInt32BE(1_000, 16);
  rr.writeUInt32BE(80, 20);
  const xr = Buffer.alloc(44);
  xr.writeUInt32BE(0x80cf000a, 0);
  xr.writeUInt32BE(ssrc, 4);
  xr.writeUInt32BE(0x07000008, 8);
  xr.writeUInt32BE(of, 12);
  xr[16] = loss;
  xr.writeUInt16BE(40, 24);
  xr[32] = r;
  xr[34] = 127;
  xr[35] = mosCq;
  return Buffer.concat([rr, xr]);
}
