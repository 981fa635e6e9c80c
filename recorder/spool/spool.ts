import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_METADATA_BYTES, type Metadata, parseMetadata, recordingName } from '../capture/metadata.ts';

/** A recording that waits: its text and where its packets lie. */
export interface Waiting {
  name: string;
  metadata: Metadata;
  pcap: string;
  /** null: the packets are not there (yet) */
  pcapBytes: number | null;
  /** ms since the epoch: when the text appeared, as far as the directory tells */
  since: number;
}

/** A call that nobody writes to for so long is over: the relay died before it could say so. It ends calls without media sooner. */
const ORPHAN_MS = 2 * 3_600_000;
const PREFIX = 'rtpengine-meta-';

/**
 * rtpengine's recording directory (`recording-dir`, `recording-method=pcap`): `pcaps/` grow while a call is recorded, its
 * text lies in `tmp/` and is moved to `metadata/` when the pcap is complete. `quarantine/` is ours.
 */
export class Spool {
  readonly dir: string;
  /** the same for every recorder that sees this directory */
  readonly id: string;

  private constructor(dir: string, id: string) {
    this.dir = dir;
    this.id = id;
  }

  /** Makes what is missing of it: the relay may start later. */
  static async open(dir: string): Promise<Spool> {
    for (const part of ['metadata', 'pcaps', 'tmp', 'quarantine']) await mkdir(join(dir, part), { recursive: true });
    const file = join(dir, '.callscope-spool');
    // on a full disk nothing can be written, and whoever makes room there must start all the same
    const known = await readFile(file, 'utf8').catch(absent);
    if (known !== null) return new Spool(dir, known.trim());
    // it appears with its content, once, whoever comes first
    const own = `${file}-${randomBytes(8).toString('hex')}`;
    try {
      await writeFile(own, randomBytes(8).toString('hex'));
      await link(own, file).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    } finally {
      await rm(own, { force: true });
    }
    return new Spool(dir, (await readFile(file, 'utf8')).trim());
  }

  get metadataDir(): string {
    return join(this.dir, 'metadata');
  }

  /** Names of complete recordings. */
  async names(): Promise<string[]> {
    const files = await readdir(this.metadataDir);
    return files.map(recordingName).filter((name) => name !== null);
  }

  /** What waits under a name; null: somebody has taken it away. */
  async waiting(name: string): Promise<Waiting | null> {
    const text = this.#text(name);
    const found = await stat(text).catch(absent);
    if (found === null) return null;
    const metadata = parseMetadata(found.size > MAX_METADATA_BYTES ? '' : await readFile(text, 'utf8'));
    // by its own name: what the text says may be garbage, or name another call's packets
    const pcap = join(this.dir, 'pcaps', `${name}.pcap`);
    const packets = await stat(pcap).catch(absent);
    return { name, metadata, pcap, pcapBytes: packets?.isFile() ? packets.size : null, since: Math.max(found.mtimeMs, found.ctimeMs) };
  }

  /** Takes a recording away: the text last, so that a death in between leaves something to be found. */
  async remove({ name, pcap }: Waiting): Promise<void> {
    await rm(pcap, { force: true });
    await rm(this.#text(name), { force: true });
  }

  /** Puts a recording that cannot be used aside, with the reason beside it. */
  async quarantine({ name, pcap }: Waiting, reason: string, detail: string): Promise<void> {
    const aside = (extension: string) => join(this.dir, 'quarantine', `${name}.${extension}`);
    await writeFile(aside('json'), `${JSON.stringify({ reason, detail, at: new Date().toISOString() })}\n`);
    await rename(pcap, aside('pcap')).catch(absent);
    await rename(this.#text(name), aside('txt')).catch(absent);
  }

  /** Why a recording was put aside by somebody who did not come to the end of it; null: nobody did. */
  async quarantined(name: string): Promise<{ reason: string; detail: string } | null> {
    const text = await readFile(join(this.dir, 'quarantine', `${name}.json`), 'utf8').catch(absent);
    try {
      return text === null ? null : (JSON.parse(text) as { reason: string; detail: string });
    } catch {
      return null;
    }
  }

  /** Takes away what was put aside before a moment (ms): it is speech, and no term of a company reaches it here. @returns how many files */
  async sweepQuarantine(before: number): Promise<number> {
    let swept = 0;
    for (const file of await readdir(join(this.dir, 'quarantine'))) {
      const path = join(this.dir, 'quarantine', file);
      const found = await stat(path).catch(absent);
      // renaming keeps the time of the last write: the change of the name counts
      if (found === null || Math.max(found.mtimeMs, found.ctimeMs) >= before) continue;
      await rm(path, { force: true });
      swept++;
    }
    return swept;
  }

  /** Texts that a relay which died left in tmp/ become complete ones. @param now ms @returns how many */
  async sweepOrphans(now: number): Promise<number> {
    let swept = 0;
    for (const file of await readdir(join(this.dir, 'tmp'))) {
      const name = recordingName(file);
      if (name === null) continue;
      const parts = [join(this.dir, 'tmp', file), join(this.dir, 'pcaps', `${name}.pcap`)];
      const found = await Promise.all(parts.map((path) => stat(path).catch(absent)));
      if (found[0] === null || found.some((f) => f !== null && now - f.mtimeMs < ORPHAN_MS)) continue;
      await rename(parts[0] as string, this.#text(name)).then(() => swept++, absent);
    }
    return swept;
  }

  #text(name: string): string {
    return join(this.metadataDir, `${PREFIX}${name}.txt`);
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** Names a file on the bus: 128 bits. */
export function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}
