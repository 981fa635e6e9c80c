import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { blocks } from '@callscope/core/node/config.ts';
import type { z } from 'zod';

export type EdgeSettings = z.output<(typeof blocks)['nats']> &
  z.output<(typeof blocks)['edgeMachine']> &
  z.output<(typeof blocks)['edgeNode']>;

/** Parts of opensips.cfg in order; `transports` is made here. */
const PARTS = [
  'globals',
  'transports',
  'modules',
  'storage',
  'telling',
  'request',
  'register',
  'invite',
  'reach',
  'outside',
  'click',
  'relay',
  'dialog',
  'record',
  'events',
] as const;

/** Events that ingest is told, by who raises them: core/modules of OpenSIPS, then the script. */
const EVENTS = [
  'E_ACC_CDR',
  'E_ACC_EVENT',
  'E_ACC_MISSED_EVENT',
  'E_DLG_STATE_CHANGED',
  'E_UL_AOR_INSERT',
  'E_UL_AOR_DELETE',
  'E_UL_CONTACT_INSERT',
  'E_UL_CONTACT_UPDATE',
  'E_UL_CONTACT_DELETE',
  'E_RTPENGINE_NOTIFICATION',
  'E_RTPENGINE_STATUS',
  'E_CALL_TRANSFER',
  'E_CALL_HOLD',
  'E_PBX_CALL',
  'E_PBX_LEG',
  'E_PBX_AUTH',
  'E_PBX_ANNOUNCEMENT',
] as const;

/**
 * Files of one edge by name: opensips.cfg, rtpengine.conf, systemd units.
 * @throws Error when a part asks for what there is not: a mistake of ours
 */
export function renderEdge(s: EdgeSettings): Record<string, string> {
  return {
    'opensips.cfg': opensips(s),
    'click.cfg': filled(readFileSync(new URL('click.cfg', import.meta.url), 'utf8'), valuesOf(s)),
    'rtpengine.conf': rtpengine(s),
    'callscope-edge.service': opensipsUnit('SIP edge of Callscope (OpenSIPS)', 'opensips.cfg', 512),
    'callscope-click.service': opensipsUnit('Calls that the portal of Callscope asks for (OpenSIPS)', 'click.cfg', 64),
    'callscope-media.service': rtpengineUnit(),
    'callscope-reconcile.service': reconcileUnit(s),
    'callscope-agent.service': agentUnit(s),
  };
}

function opensips(s: EdgeSettings): string {
  const text = PARTS.map((part) =>
    part === 'transports' ? transports(s) : readFileSync(new URL(`parts/${part}.cfg`, import.meta.url), 'utf8'),
  );
  return filled(text.join('\n'), valuesOf(s));
}

function valuesOf(s: EdgeSettings): Record<string, string | number> {
  return {
    node: s.EDGE_NODE_ID,
    workers: s.EDGE_WORKERS,
    modules: s.EDGE_MODULES_DIR.replace(/\/?$/, '/'),
    database: s.EDGE_DATABASE_URL.replace(/^postgresql:/, 'postgres:'),
    advertised: advertised(s),
    sipHost: s.EDGE_SIP_HOST,
    sipPort: s.EDGE_SIP_PORT,
    longestCall: s.EDGE_LONGEST_CALL_SECONDS,
    floodRequests: s.EDGE_FLOOD_REQUESTS,
    banFailures: s.EDGE_BAN_FAILURES,
    banSeconds: s.EDGE_BAN_SECONDS,
    miPort: s.EDGE_MI_PORT,
    clickPort: s.EDGE_CLICK_PORT,
    clickMiPort: s.EDGE_CLICK_MI_PORT,
    notifyPort: s.EDGE_NOTIFY_PORT,
    rtpengine: s.EDGE_RTPENGINE,
    hep: s.EDGE_HEP,
    hepId: s.EDGE_HEP_ID,
    announcements: s.EDGE_ANNOUNCEMENTS_DIR,
    subscriptions: subscriptions(s),
  };
}

function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {{${name}}}`);
    return String(value);
  });
}

function advertised(s: EdgeSettings): string {
  return s.EDGE_PUBLIC_IP ?? s.EDGE_SIP_HOST;
}

/** Sockets, and the modules that only some of them need. */
function transports(s: EdgeSettings): string {
  const as = (port: number) => (s.EDGE_PUBLIC_IP === undefined ? '' : ` as ${s.EDGE_PUBLIC_IP}:${port}`);
  const socket = (proto: string, port: number) => `socket=${proto}:${s.EDGE_SIP_HOST}:${port}${as(port)}`;
  const tls = s.EDGE_TLS_CERT !== '';
  const ws = s.EDGE_WS_PORT !== 0;
  return [
    '# ---- transports',
    socket('udp', s.EDGE_SIP_PORT),
    socket('tcp', s.EDGE_SIP_PORT),
    '# ingest: HEP leaves from here; nobody sends to it, the firewall keeps it shut',
    `socket=hep_udp:${s.EDGE_SIP_HOST}:${s.EDGE_HEP_SOURCE_PORT}`,
    ...(ws ? [socket('ws', s.EDGE_WS_PORT)] : []),
    ...(tls ? [socket('tls', s.EDGE_TLS_PORT), socket('wss', s.EDGE_WSS_PORT)] : []),
    `mpath="${s.EDGE_MODULES_DIR.replace(/\/?$/, '/')}"`,
    ...(ws ? ['loadmodule "proto_ws.so"'] : []),
    ...(tls
      ? [
          'loadmodule "tls_openssl.so"',
          'loadmodule "tls_mgm.so"',
          'loadmodule "proto_tls.so"',
          'loadmodule "proto_wss.so"',
          'modparam("tls_mgm", "server_domain", "edge")',
          'modparam("tls_mgm", "match_ip_address", "[edge]*")',
          `modparam("tls_mgm", "certificate", "[edge]${s.EDGE_TLS_CERT}")`,
          `modparam("tls_mgm", "private_key", "[edge]${s.EDGE_TLS_KEY}")`,
          'modparam("tls_mgm", "tls_method", "[edge]TLSv1_2-")',
          '# phones have no certificates of their own',
          'modparam("tls_mgm", "verify_cert", "[edge]0")',
          'modparam("tls_mgm", "require_cert", "[edge]0")',
          'modparam("tls_mgm", "client_domain", "carriers")',
          'modparam("tls_mgm", "match_ip_address", "[carriers]*")',
          'modparam("tls_mgm", "match_sip_domain", "[carriers]*")',
          'modparam("tls_mgm", "verify_cert", "[carriers]1")',
          'modparam("tls_mgm", "require_cert", "[carriers]1")',
          'modparam("tls_mgm", "ca_list", "[carriers]/etc/ssl/certs/ca-certificates.crt")',
        ]
      : []),
    '',
  ].join('\n');
}

function subscriptions(s: EdgeSettings): string {
  const consumers = s.EDGE_EVENTS.split(',').map((c) => `tcp:${c}`);
  // each three times: OpenSIPS drops a connection on which several answers arrive at once, and what waited there goes to the next in line
  const socket = `virtual:FAILOVER ${[...consumers, ...consumers, ...consumers].join(' ')}`;
  return EVENTS.map((event) => `\tsubscribe_event("${event}", "${socket}");  # ingest:`).join('\n');
}

function rtpengine(s: EdgeSettings): string {
  const [first, last] = s.EDGE_MEDIA_PORTS.split('-');
  const media = s.EDGE_PUBLIC_IP === undefined ? s.EDGE_SIP_HOST : `${s.EDGE_SIP_HOST}!${s.EDGE_PUBLIC_IP}`;
  return `# Media of edge ${s.EDGE_NODE_ID} of Callscope. Made by npm run edge:config.
[rtpengine]
# in userspace; with the kernel module: table = 0
table = -1
interface = ${media}
listen-ng = ${s.EDGE_RTPENGINE}
port-min = ${first}
port-max = ${last}
# OpenSIPS ends calls. A call on hold by command is silent to rtpengine, which does not know why
timeout = 3600
silent-timeout = 3600
tos = 184
# ingest: quality of the media, as the phones report it
homer = ${s.EDGE_HEP}
homer-protocol = udp
homer-id = ${s.EDGE_HEP_ID + 1}
# the recorder reads what is complete: a file in metadata/ says so
recording-dir = ${s.EDGE_RECORDING_DIR}
recording-method = pcap
# a call's files are complete when it ends, not half a minute later
delete-delay = 0
recording-format = eth
dtmf-log-dest = 127.0.0.1:${s.EDGE_NOTIFY_PORT}
log-level = 5
log-stderr = true
`;
}

/** @param memory shared, MB */
function opensipsUnit(what: string, config: string, memory: number): string {
  return `[Unit]
Description=${what}
After=network-online.target callscope-media.service
Wants=network-online.target

[Service]
# accounting rows are written in local time and read as UTC
Environment=TZ=UTC
User=opensips
Group=opensips
ExecStartPre=/usr/sbin/opensips -C -f /etc/callscope/${config}
ExecStart=/usr/sbin/opensips -F -m ${memory} -M 16 -f /etc/callscope/${config}
Restart=always
RestartSec=1
LimitNOFILE=65536
AmbientCapabilities=CAP_NET_BIND_SERVICE
ProtectSystem=full
PrivateTmp=yes
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
`;
}

function rtpengineUnit(): string {
  return `[Unit]
Description=Media relay of Callscope (rtpengine)
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/usr/bin/rtpengine --foreground --config-file=/etc/callscope/rtpengine.conf --config-section=rtpengine
Restart=always
RestartSec=1
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
`;
}

/** Where this was rendered, with the Node that rendered it. */
function reconcileUnit(s: EdgeSettings): string {
  return serviceUnit("Accounting rows of the edge to Callscope's ingest", '../reconcile/main.ts', {
    EDGE_DATABASE_URL: s.EDGE_DATABASE_URL,
    EDGE_EVENTS: s.EDGE_EVENTS,
  });
}

function agentUnit(s: EdgeSettings): string {
  return serviceUnit("Agent of Callscope's edge: what the portal says, the edge does", '../agent/main.ts', {
    NATS_URL: s.NATS_URL,
    EDGE_NODE_ID: s.EDGE_NODE_ID,
    EDGE_MI_URL: `http://127.0.0.1:${s.EDGE_MI_PORT}/mi`,
    EDGE_CLICK_MI_URL: `http://127.0.0.1:${s.EDGE_CLICK_MI_PORT}/mi`,
    EDGE_RTPENGINE: s.EDGE_RTPENGINE,
    EDGE_ANNOUNCEMENTS_DIR: s.EDGE_ANNOUNCEMENTS_DIR,
  });
}

function serviceUnit(what: string, main: string, environment: Record<string, string>): string {
  const lines = Object.entries(environment).map(([name, value]) => `Environment=${name}=${value.replaceAll('%', '%%')}`);
  return `[Unit]
Description=${what}
After=network-online.target
Wants=network-online.target

[Service]
DynamicUser=yes
${lines.join('\n')}
ExecStart=${process.execPath} ${fileURLToPath(new URL(main, import.meta.url))}
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
`;
}
