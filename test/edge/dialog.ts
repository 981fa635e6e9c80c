/** One dialog of a phone of the tests, and what goes with it. */
import { type SipMessage, tagOf, writeSip } from './sip.ts';

/** What a phone does when it is called: rings for a while, then answers, refuses, or rings on. */
export interface Manner {
  ringMs?: number;
  /** 200 answers; null rings until somebody gives up */
  answer?: number | null;
  /** hangs up this long after the ACK */
  talkMs?: number;
  /** what a REFER is answered with; 202 calls whom it names */
  refer?: number;
}

export interface Place {
  host: string;
  port: number;
}

/** One call as this phone saw it. */
export interface PhoneCall {
  callId: string;
  /** final code of the INVITE; 0 as long as there is none */
  code: number;
  ringing: boolean;
  answeredAt: number;
  /** the other side as From or To says: name, address, tag */
  remote: string;
  endedAt: number;
  /** the other side's address for media */
  media: Place | null;
  final: Promise<number>;
  ended: Promise<void>;
  bye(): void;
  cancel(): void;
  /** re-INVITE with this direction: sendonly, sendrecv; resolves with the answer's code */
  change(direction: string): Promise<number>;
  /** directions that the other side asked for by re-INVITE, in order */
  readonly directions: string[];
  /**
   * Sends the other side on to a number. Resolves with the code that its NOTIFY brings, or with that of a refused REFER.
   * @param consult the dialog that the new call takes the place of: an attended transfer
   */
  refer(number: string, consult?: PhoneCall): Promise<number>;
}

export interface Dialog extends PhoneCall {
  local: string;
  target: string;
  route: string[];
  cseq: number;
  invite: SipMessage | null;
  settle(code: number): void;
  end(): void;
  uac: boolean;
  branch: string;
  late: boolean;
  /** headers of the INVITE beyond the usual */
  more: [string, string][];
  notified: (code: number) => void;
  sent: { uri: string; from: string; to: string } | null;
}

type Acts = Pick<PhoneCall, 'bye' | 'cancel' | 'change' | 'refer'>;

/** @param uac does the phone call, or is it called? */
export function newDialog(callId: string, uac: boolean, acts: Acts): Dialog {
  const final = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<void>();
  const d: Dialog = {
    callId,
    uac,
    code: 0,
    ringing: false,
    answeredAt: 0,
    endedAt: 0,
    media: null,
    directions: [],
    final: final.promise,
    ended: ended.promise,
    local: '',
    remote: '',
    target: '',
    route: [],
    cseq: 1,
    invite: null,
    branch: '',
    late: false,
    more: [],
    sent: null,
    notified: () => {},
    settle: (code) => {
      d.code = code;
      if (code >= 300) d.end();
      final.resolve(code);
    },
    end: () => {
      d.endedAt ||= Date.now();
      ended.resolve();
    },
    ...acts,
  };
  return d;
}

/** CANCEL of the INVITE that is under way (RFC 3261, 9.1). */
export function cancelOf(d: Dialog, via: string): Buffer {
  const { uri, from, to } = d.sent as { uri: string; from: string; to: string };
  return writeSip(`CANCEL ${uri} SIP/2.0`, [
    ['Via', via],
    ['Max-Forwards', '70'],
    ['From', from],
    ['To', to],
    ['Call-ID', d.callId],
    ['CSeq', `${d.cseq} CANCEL`],
  ]);
}

/** How somebody else names this dialog in Replaces (RFC 3891): tags as the one sees them who gets it, the far side of this one. */
export function replacesOf(d: Dialog): string {
  return `${d.callId};to-tag=${tagOf(d.remote)};from-tag=${tagOf(d.local)}`;
}

export function sdp(host: string, port: number, direction: string): string {
  return [
    'v=0',
    `o=- 1 ${Date.now()} IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

export function mediaOf(sdp: string): Place | null {
  const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
  const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
  return host !== undefined && port > 0 ? { host, port } : null;
}

/** 20 ms of silence in PCMU. @param n number of the packet, from 0 */
export function pcmu(n: number): Buffer {
  const rtp = Buffer.alloc(172, 0xff);
  rtp.writeUInt8(0x80, 0);
  rtp.writeUInt8(0, 1);
  rtp.writeUInt16BE(n, 2);
  rtp.writeUInt32BE(n * 160, 4);
  rtp.writeUInt32BE(0x1234, 8);
  return rtp;
}
