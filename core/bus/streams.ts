/**
 * Every stream, subject, consumer and limit of the bus, once, as data. No other file spells a subject.
 * Plain data without imports of a client: `core/node/nats.ts` turns it into streams.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MiB = 1024 * 1024;

export interface StreamSpec {
  name: string;
  subjects: string[];
  /** workqueue: a message leaves when it is acknowledged; limits: it stays until `maxAgeMs` */
  retention: 'workqueue' | 'limits';
  maxAgeMs: number;
  /**
   * size where there is room for it, see STREAM_SHARES; a full stream refuses (`discard: new`): with the default policy it
   * acknowledges what it throws away
   */
  maxBytes: number;
  maxPerSubject?: number;
  /** a full stream forgets its oldest messages instead: whoever reads it can ask the store for what is gone */
  forgets?: true;
  /** a subject that has a message takes no other until that one is done */
  onePerSubject?: true;
}

/** Repeats of a message id inside this time are not stored again. */
export const DUPLICATE_WINDOW_MS = 15 * MINUTE;
/** A message not acknowledged (and not said to be in work) for this long is delivered again. */
export const ACK_WAIT_MS = 5_000;

export const RAW: StreamSpec = { name: 'RAW', subjects: ['raw.>'], retention: 'workqueue', maxAgeMs: 0, maxBytes: 4096 * MiB };
export const FACTS: StreamSpec = { name: 'FACTS', subjects: ['facts.>'], retention: 'limits', maxAgeMs: 48 * HOUR, maxBytes: 8192 * MiB };
export const DLQ: StreamSpec = { name: 'DLQ', subjects: ['dlq.>'], retention: 'limits', maxAgeMs: 14 * 24 * HOUR, maxBytes: 1024 * MiB };
/**
 * Of every subject the last message: of a company, which versions of its directory stand, and each of those. A reader that
 * starts later needs nothing else, and a change sends only what changed.
 */
export const DIRECTORY: StreamSpec = {
  name: 'DIRECTORY',
  subjects: ['directory.>'],
  retention: 'limits',
  maxAgeMs: 0,
  maxBytes: 2048 * MiB,
  maxPerSubject: 1,
};

/**
 * Calls that the store has accepted, changed or lost to another call, for whoever works on finished calls. The store is the
 * truth: a reader that finds messages gone reads calls there.
 */
export const CALLS: StreamSpec = {
  name: 'CALLS',
  subjects: ['call.>'],
  retention: 'limits',
  maxAgeMs: 7 * 24 * HOUR,
  maxBytes: 256 * MiB,
  forgets: true,
};

/** Recordings that wait in a relay's spool: a message a file, so that each is in one recorder's hand at a time. */
export const SPOOL: StreamSpec = {
  name: 'SPOOL',
  subjects: ['spool.>'],
  retention: 'workqueue',
  maxAgeMs: 0,
  maxBytes: 64 * MiB,
  onePerSubject: true,
};

export const STREAMS = [RAW, FACTS, DLQ, DIRECTORY, CALLS, SPOOL] as const;

/**
 * On a small disk every stream gets the same share of its size: the largest of these that the server has room for. At the
 * smallest RAW has 64 MiB and all of them together 245.
 */
export const STREAM_SHARES = [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1] as const;
/** What the streams take together at this share, bytes. */
export const bytesOfStreams = (share: number) => STREAMS.reduce((sum, s) => sum + s.maxBytes * share, 0);

/** Largest message of the bus: a frame of 100 packets of 64 KiB does not fit, so frames are also cut by bytes. */
export const MAX_MESSAGE_BYTES = 8 * MiB;
export const MAX_FRAME_BYTES = 1 * MiB;
/** 256 and not more: at 50,000 packets/s a frame is full every 5 ms, and larger ones save nothing more */
export const MAX_FRAME_PACKETS = 256;
export const MAX_FRAME_WAIT_MS = 20;

export const DECODERS = { stream: 'RAW', durable: 'decoders', maxAckPending: 5_000 } as const;

/** One consumer a spool: only who sees a directory can work on its files. Those that wait for their call count as pending too. */
export const RECORDERS = { stream: 'SPOOL', durable: (spool: string) => `recorders-${token(spool)}`, maxAckPending: 50_000 } as const;

/** KV buckets. Keys are ids or hashes, never Call-IDs. */
export const KV = {
  /** `assembler.<group>`: who is active; `copies`: the decoder that recognises copies for all. 3 s of life */
  leases: { bucket: 'leases', ttlMs: 3_000 },
  /** `<tenant>`: version of the directory that the assembler uses; `pastKey(tenant)`: version whose wishes for the past are done */
  applied: { bucket: 'applied', ttlMs: 0 },
  /** `assembler.<group>`: the assembler's part of the ledger, as JSON */
  ledger: { bucket: 'ledger', ttlMs: 0 },
  /** `calls`: a name for the CALLS stream as it is; one made anew has another */
  jobs: { bucket: 'jobs', ttlMs: 0 },
} as const;

/** In KV `applied`; no company's id has a dot. */
export const pastKey = (tenant: string) => `${tenant}.past`;

/** Object store with the assembler's snapshots. */
export const SNAPSHOTS = 'snapshots';

export const subjects = {
  rawHep: (edge: string) => `raw.hep.${token(edge)}`,
  rawEvents: (edge: string) => `raw.event.${token(edge)}`,
  facts: (group: string) => `facts.${token(group)}.batch`,
  /** time passes in the FACTS stream too: an empty message that makes a deadline due */
  tick: (group: string) => `facts.${token(group)}.tick`,
  allFacts: (group: string) => `facts.${token(group)}.>`,
  dlq: (step: string) => `dlq.${token(step)}`,
  allDlq: 'dlq.>',
  /** the company, and which versions of its directory stand: published after them */
  directory: (tenant: string) => `directory.${token(tenant)}`,
  /** one version of a directory; never changes */
  directoryVersion: (tenant: string, version: number) => `directory.${token(tenant)}.${version}`,
  isDirectoryVersion: (subject: string) => subject.split('.').length === 3,
  allDirectories: 'directory.>',
  /** a file of a spool. @param hash of its name: names are Call-IDs */
  spoolFile: (spool: string, hash: string) => `spool.${token(spool)}.${token(hash)}`,
  spoolFiles: (spool: string) => `spool.${token(spool)}.>`,
  /** core NATS, request and answer: decoders ask the one that remembers packets which of theirs are copies */
  askCopies: 'ask.copies',
  /** core NATS, not stored: a service says that it lives and what fails */
  status: (service: string, instance: string) => `status.${token(service)}.${token(instance)}`,
  allStatus: 'status.>',
  /** core NATS, not stored: calls in progress of a company (core/bus/live.ts) */
  live: (tenant: string) => `live.${token(tenant)}`,
  /** asks the active assemblers for a snapshot of a company; the answer comes on `live`, in order with the changes */
  askLive: (tenant: string) => `ask.live.${token(tenant)}`,
  allAskLive: 'ask.live.*',
  /** company of such a question, as its subject spells it */
  tenantAsked: (subject: string) => subject.slice('ask.live.'.length),
  /** news of a company's calls: new in the store, changed, or none of its own any more (core/bus/calls.ts) */
  calls: (tenant: string) => `call.${token(tenant)}`,
  /** core NATS, not stored and without a body: cases of a company changed */
  cases: (tenant: string) => `cases.${token(tenant)}`,
  /** the same: a call of a company was told something, or what is recorded changed */
  told: (tenant: string) => `told.${token(tenant)}`,
  /** core NATS, not stored: the active assembler of a group, once a second */
  pulse: (group: string) => `pulse.${token(group)}`,
  allPulses: 'pulse.*',
  /** core NATS, request and answer: a command for the agent of one edge (core/bus/edge-commands.ts) */
  edgeCommand: (node: string) => `edge.${token(node)}.command`,
  /** the same for every edge at once: each agent answers */
  everyEdgeCommand: 'edges.command',
};

/** Anything but letters, digits, `_` and `-` would split or widen a subject. */
function token(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, '_') || '_';
}

/** Headers of a dead letter. */
export const DLQ_HEADERS = {
  step: 'Callscope-Step',
  reason: 'Callscope-Reason',
  subject: 'Callscope-Subject',
  at: 'Callscope-At',
  /** "sequence.index" of the packet in RAW; goes with the packet when it is sent again */
  origin: 'Callscope-Origin',
} as const;
