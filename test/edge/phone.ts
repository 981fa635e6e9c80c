import { createSocket, type Socket } from 'node:dgram';
import { cancelOf, type Dialog, type Manner, mediaOf, newDialog, type PhoneCall, type Place, pcmu, replacesOf, sdp } from './dialog.ts';
import { digest, header, headers, parseSip, type SipMessage, tagOf, token, uriOf, writeSip } from './sip.ts';

/**
 * A SIP phone or a carrier over UDP, enough of RFC 3261 for the tests to call through a real edge: digest, route sets,
 * CANCEL, BYE, re-INVITE. It sends a little PCMU when told to. It answers retransmissions, and makes none itself.
 */
export class Phone {
  readonly at: Place;
  /** where it believes to be: behind NAT another place than `at` */
  readonly shown: Place;
  readonly user: string;
  readonly domain: string;
  manner: Manner = { ringMs: 100, answer: 200 };
  /** calls that came in, in order */
  readonly received: PhoneCall[] = [];
  /** calls that it made because a REFER said so */
  readonly referred: PhoneCall[] = [];
  readonly #password: string;
  readonly #edge: Place;
  readonly #socket: Socket = createSocket('udp4');
  readonly #rtp: Socket = createSocket('udp4');
  readonly #dialogs = new Map<string, Dialog>();
  readonly #waiting = new Map<string, (m: SipMessage) => void>();
  #rtpPort = 0;
  /** packets of media that came */
  heard = 0;

  constructor(at: Place, edge: Place, user: string, domain: string, password: string, shown = at) {
    this.at = at;
    this.shown = shown;
    this.user = user;
    this.domain = domain;
    this.#edge = edge;
    this.#password = password;
  }

  async open(): Promise<this> {
    await new Promise<void>((done, failed) => this.#socket.once('error', failed).bind(this.at.port, this.at.host, done));
    await new Promise<void>((done, failed) => this.#rtp.once('error', failed).bind(0, this.at.host, done));
    this.at.port = this.#socket.address().port;
    this.#rtpPort = this.#rtp.address().port;
    this.#rtp.on('message', () => this.heard++);
    this.#socket.on('message', (data) => {
      const m = parseSip(data.toString('utf8'));
      if (!m) return;
      if (m.method === '') this.#reply(m);
      else this.#request(m);
    });
    return this;
  }

  #open = true;
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.close();
    this.#rtp.close();
  }

  /** @returns the final code */
  async register(expires = 300, password = this.#password): Promise<number> {
    const callId = token();
    const uri = `sip:${this.domain}`;
    const send = (cseq: number, authorization: string) =>
      this.#ask(callId, cseq, 'REGISTER', uri, [
        ['From', `<sip:${this.user}@${this.domain}>;tag=${token()}`],
        ['To', `<sip:${this.user}@${this.domain}>`],
        ['Contact', `<${this.#contact()}>`],
        ['Expires', String(expires)],
        ...(authorization === '' ? [] : [['Authorization', authorization] as [string, string]]),
      ]);
    const first = await send(1, '');
    if (first.code !== 401) return first.code;
    return (await send(2, digest(header(first, 'www-authenticate'), 'REGISTER', uri, this.user, password))).code;
  }

  /**
   * Calls a number; credentials are given when asked for.
   * @param options from: shown as the caller, default the account; late: offers no media, answers the other side's offer;
   *   more: headers beyond the usual
   */
  call(
    number: string,
    options: { from?: string; password?: string; domain?: string; late?: boolean; more?: [string, string][]; uri?: string } = {},
  ): PhoneCall {
    const uri = options.uri ?? `sip:${number}@${options.domain ?? this.domain}`;
    const dialog = this.#dialog(`${token()}@${this.at.host}`, true);
    dialog.local = `<sip:${options.from ?? this.user}@${options.domain ?? this.domain}>;tag=${token()}`;
    dialog.sent = { uri, from: dialog.local, to: `<${uri}>` };
    dialog.late = options.late ?? false;
    dialog.more = options.more ?? [];
    this.#invite(dialog, '');
    const challenged = (m: SipMessage) => {
      dialog.cseq++;
      this.#invite(dialog, digest(header(m, 'proxy-authenticate'), 'INVITE', uri, this.user, options.password ?? this.#password));
    };
    this.#challenges.set(dialog.callId, challenged);
    return dialog;
  }

  /** Tag of this side, which whoever watches the dialog knows. */
  tag(call: PhoneCall): string {
    return tagOf((call as Dialog).local);
  }

  readonly #challenges = new Map<string, (m: SipMessage) => void>();

  /** 20 ms of PCMU, so many times, to where the other side's SDP says. */
  async speak(call: PhoneCall, packets = 25): Promise<void> {
    for (let i = 0; i < packets; i++) {
      if (!call.media) return;
      this.#rtp.send(pcmu(i), call.media.port, call.media.host);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  #contact(): string {
    return `sip:${this.user}@${this.shown.host}:${this.shown.port}`;
  }

  #sdp(direction = 'sendrecv'): string {
    return sdp(this.shown.host, this.#rtpPort, direction);
  }

  #dialog(callId: string, uac: boolean): Dialog {
    const d: Dialog = newDialog(callId, uac, {
      bye: () => {
        d.endedAt ||= Date.now();
        void this.#within(d, 'BYE').then(() => d.end());
      },
      cancel: () => this.#send(cancelOf(d, this.#via(d.branch))),
      change: async (direction) => (await this.#within(d, 'INVITE', this.#sdp(direction))).code,
      refer: async (number, consult) => {
        const told = new Promise<number>((done) => {
          d.notified = done;
        });
        const answer = await this.#within(d, 'REFER', '', [
          ['Refer-To', `<sip:${number}@${this.domain}${consult ? `?Replaces=${encodeURIComponent(replacesOf(consult as Dialog))}` : ''}>`],
          ['Referred-By', `<sip:${this.user}@${this.domain}>`],
        ]);
        return answer.code === 202 ? told : answer.code;
      },
    });
    this.#dialogs.set(callId, d);
    return d;
  }

  #invite(d: Dialog, authorization: string): void {
    const { uri, from, to } = d.sent as { uri: string; from: string; to: string };
    d.branch = `z9hG4bK${token()}`;
    this.#send(
      writeSip(
        `INVITE ${uri} SIP/2.0`,
        [
          ['Via', this.#via(d.branch)],
          ['Max-Forwards', '70'],
          ['From', from],
          ['To', to],
          ['Call-ID', d.callId],
          ['CSeq', `${d.cseq} INVITE`],
          ['Contact', `<${this.#contact()}>`],
          ...d.more,
          ...(authorization === '' ? [] : [['Proxy-Authorization', authorization] as [string, string]]),
        ],
        d.late ? '' : this.#sdp(),
      ),
    );
  }

  #reply(m: SipMessage): void {
    const callId = header(m, 'call-id');
    const [cseq = '', method = ''] = header(m, 'cseq').split(' ');
    const waiting = this.#waiting.get(`${callId} ${cseq} ${method}`);
    if (waiting) {
      if (m.code >= 200) {
        this.#waiting.delete(`${callId} ${cseq} ${method}`);
        waiting(m);
      }
      return;
    }
    const d = this.#dialogs.get(callId);
    if (!d?.uac || method !== 'INVITE') return;
    if (m.code === 180 || m.code === 183) d.ringing = true;
    if (m.code < 200) return;
    if (m.code >= 300) {
      this.#ack(d, m, cseq);
      const challenged = this.#challenges.get(callId);
      if ((m.code === 407 || m.code === 401) && challenged) {
        this.#challenges.delete(callId);
        challenged(m);
      } else if (d.code === 0) d.settle(m.code);
      return;
    }
    if (d.answeredAt === 0) {
      d.answeredAt = Date.now();
      d.remote = header(m, 'to');
      d.target = uriOf(header(m, 'contact'));
      d.route = headers(m, 'record-route')
        .flatMap((r) => r.split(/,\s*(?=<)/))
        .reverse();
      d.media = mediaOf(m.body);
    }
    this.#sendWithin(d, 'ACK', Number(cseq), d.late ? this.#sdp() : '');
    d.settle(m.code);
  }

  /** of a refusal: the same branch, to the same place (RFC 3261, 17.1.1.3) */
  #ack(d: Dialog, m: SipMessage, cseq: string): void {
    const { uri, from } = d.sent as { uri: string; from: string };
    this.#send(
      writeSip(`ACK ${uri} SIP/2.0`, [
        ['Via', header(m, 'via')],
        ['Max-Forwards', '70'],
        ['From', from],
        ['To', header(m, 'to')],
        ['Call-ID', d.callId],
        ['CSeq', `${cseq} ACK`],
      ]),
    );
  }

  #request(m: SipMessage): void {
    const callId = header(m, 'call-id');
    const known = this.#dialogs.get(callId);
    if (m.method === 'ACK') {
      if (known && !known.uac && known.code === 200 && known.answeredAt === 0) {
        known.answeredAt = Date.now();
        known.media = mediaOf(m.body) ?? known.media;
        if (this.manner.talkMs !== undefined) setTimeout(known.bye, this.manner.talkMs);
      }
      return;
    }
    if (m.method === 'INVITE' && !tagOf(header(m, 'to'))) {
      if (!known) this.#rung(m, callId);
      return;
    }
    if (m.method === 'INVITE') {
      const asked = /^a=(sendonly|recvonly|inactive)/m.exec(m.body)?.[1] ?? 'sendrecv';
      known?.directions.push(asked);
      const direction = asked === 'sendrecv' ? 'sendrecv' : asked === 'inactive' ? 'inactive' : 'recvonly';
      this.#answer(m, 200, 'OK', known?.local ?? '', this.#sdp(direction));
      return;
    }
    if (m.method === 'REFER' && known) {
      this.#referred(known, m);
      return;
    }
    if (m.method === 'NOTIFY' && known) known.notified(Number(/^SIP\/2\.0 (\d{3})/.exec(m.body)?.[1]));
    this.#answer(m, 200, 'OK', known?.local ?? '');
    if (m.method === 'BYE') known?.end();
    if (m.method === 'CANCEL' && known?.invite && known.code === 0) {
      this.#answer(known.invite, 487, 'Request Terminated', known.local);
      known.settle(487);
    }
  }

  /** Calls whom the REFER names, and tells how that went. */
  #referred(d: Dialog, m: SipMessage): void {
    const code = this.manner.refer ?? 202;
    this.#answer(m, code, code === 202 ? 'Accepted' : 'No', d.local);
    if (code !== 202) return;
    const [uri = '', query = ''] = uriOf(header(m, 'refer-to')).split('?');
    const replaces = new URLSearchParams(query).get('Replaces');
    const by = header(m, 'referred-by');
    const call = this.call('', {
      uri,
      more: [
        ...(by === '' ? [] : [['Referred-By', by] as [string, string]]),
        ...(replaces === null ? [] : [['Replaces', replaces] as [string, string]]),
      ],
    });
    this.referred.push(call);
    void call.final.then((final) =>
      this.#within(d, 'NOTIFY', `SIP/2.0 ${final} Final\r\n`, [
        ['Event', 'refer'],
        ['Content-Type', 'message/sipfrag'],
        ['Subscription-State', 'terminated;reason=noresource'],
      ]),
    );
  }

  #rung(m: SipMessage, callId: string): void {
    const replaced = this.#dialogs.get(header(m, 'replaces').split(';')[0] ?? '');
    if (header(m, 'replaces') !== '' && (!replaced || replaced.endedAt > 0)) {
      this.#answer(m, 481, 'Call/Transaction Does Not Exist', `${header(m, 'to')};tag=${token()}`);
      return;
    }
    const d = this.#dialog(callId, false);
    d.invite = m;
    d.local = `${header(m, 'to')};tag=${token()}`;
    d.remote = header(m, 'from');
    d.target = uriOf(header(m, 'contact'));
    d.route = headers(m, 'record-route').flatMap((r) => r.split(/,\s*(?=<)/));
    d.media = mediaOf(m.body);
    this.received.push(d);
    if (replaced) {
      d.settle(200);
      this.#answer(m, 200, 'OK', d.local, this.#sdp());
      if (replaced.code === 0) replaced.cancel();
      else replaced.bye();
      return;
    }
    const { ringMs = 100, answer = 200 } = this.manner;
    if (answer === null || answer === 200) {
      d.ringing = true;
      this.#answer(m, 180, 'Ringing', d.local);
    }
    if (answer === null) return;
    const decide = () => {
      if (d.code !== 0) return;
      d.settle(answer);
      this.#answer(m, answer, answer === 200 ? 'OK' : 'No', d.local, answer === 200 ? this.#sdp() : '');
    };
    if (answer === 200) setTimeout(decide, ringMs);
    else decide();
  }

  #answer(m: SipMessage, code: number, reason: string, to: string, body = ''): void {
    const copied = (name: string) => headers(m, name).map((v): [string, string] => [name, v]);
    this.#send(
      writeSip(
        `SIP/2.0 ${code} ${reason}`,
        [
          ...copied('via'),
          ...copied('record-route'),
          ['From', header(m, 'from')],
          ['To', to || header(m, 'to')],
          ['Call-ID', header(m, 'call-id')],
          ['CSeq', header(m, 'cseq')],
          ['Contact', `<${this.#contact()}>`],
        ],
        body,
      ),
    );
  }

  async #within(d: Dialog, method: string, body = '', more: [string, string][] = []): Promise<SipMessage> {
    d.cseq++;
    const cseq = d.cseq;
    const answer = new Promise<SipMessage>((done) => this.#waiting.set(`${d.callId} ${cseq} ${method}`, done));
    this.#sendWithin(d, method, cseq, body, more);
    const m = await answer;
    if (method === 'INVITE' && m.code < 300) this.#sendWithin(d, 'ACK', cseq);
    return m;
  }

  #sendWithin(d: Dialog, method: string, cseq: number, body = '', more: [string, string][] = []): void {
    this.#send(
      writeSip(
        `${method} ${d.target} SIP/2.0`,
        [
          ['Via', this.#via(`z9hG4bK${token()}`)],
          ['Max-Forwards', '70'],
          ...d.route.map((r): [string, string] => ['Route', r]),
          ['From', d.local],
          ['To', d.remote],
          ['Call-ID', d.callId],
          ['CSeq', `${cseq} ${method}`],
          ...(method === 'INVITE' || method === 'REFER' ? [['Contact', `<${this.#contact()}>`] as [string, string]] : []),
          ...more,
        ],
        body,
      ),
    );
  }

  async #ask(callId: string, cseq: number, method: string, uri: string, list: [string, string][]): Promise<SipMessage> {
    const answer = new Promise<SipMessage>((done, failed) => {
      this.#waiting.set(`${callId} ${cseq} ${method}`, done);
      setTimeout(() => failed(new Error(`no answer to ${method}`)), 10_000).unref();
    });
    this.#send(
      writeSip(`${method} ${uri} SIP/2.0`, [
        ['Via', this.#via(`z9hG4bK${token()}`)],
        ['Max-Forwards', '70'],
        ...list,
        ['Call-ID', callId],
        ['CSeq', `${cseq} ${method}`],
        ['User-Agent', 'phone-of-the-tests'],
      ]),
    );
    return answer;
  }

  #via(branch: string): string {
    return `SIP/2.0/UDP ${this.shown.host}:${this.shown.port};branch=${branch};rport`;
  }

  #send(data: Buffer): void {
    this.#socket.send(data, this.#edge.port, this.#edge.host);
  }
}
