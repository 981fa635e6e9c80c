import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RecordedCall } from './pcap.ts';

const TEXTS = new URL('../fixtures/edge/rtpengine/metadata/', import.meta.url).pathname;

/** Base name of what the relay left of a call. @param digits of another file of the same call: another segment */
export function nameOf({ pcap }: RecordedCall, digits?: string): string {
  const name = basename(pcap, '.pcap');
  return digits === undefined ? name : name.replace(/[0-9a-f]{16}$/, digits);
}

/**
 * Puts a recording into the spool of a DATA_DIR as the relay does: packets, then the text by way of tmp/.
 * @param name of the files, `nameOf` @param change pcap null: the packets do not come
 */
export function put(
  dataDir: string,
  recorded: RecordedCall,
  name: string,
  change: { pcap?: Buffer | null; text?: (text: string) => string } = {},
): void {
  const spool = (...parts: string[]) => join(dataDir, 'spool', ...parts);
  for (const part of ['pcaps', 'tmp', 'metadata']) mkdirSync(spool(part), { recursive: true });
  const text = readFileSync(join(TEXTS, `rtpengine-meta-${nameOf(recorded)}.txt`), 'utf8').replaceAll(nameOf(recorded), name);
  if (change.pcap === undefined) copyFileSync(recorded.pcap, spool('pcaps', `${name}.pcap`));
  else if (change.pcap !== null) writeFileSync(spool('pcaps', `${name}.pcap`), change.pcap);
  writeFileSync(spool('tmp', `rtpengine-meta-${name}.txt`), change.text?.(text) ?? text);
  renameSync(spool('tmp', `rtpengine-meta-${name}.txt`), spool('metadata', `rtpengine-meta-${name}.txt`));
}

/** Whether something of a recording waits in the spool. */
export function inSpool(dataDir: string, name: string): boolean {
  return [`metadata/rtpengine-meta-${name}.txt`, `pcaps/${name}.pcap`].some((file) => existsSync(join(dataDir, 'spool', file)));
}
