import { execFileSync } from 'node:child_process';
import { V8 } from '@callscope/launch/system.ts';
import { FILE_FORMATS, type FileFormat } from '@callscope/portal/files/formats.ts';
import type { FileCost } from './one-file.ts';
import type { BenchResult } from './result.ts';

const ROWS = 1_000_000;
const TIMES = 3;
/** seconds */
const TARGETS: Partial<Record<FileFormat, number>> = { csv: 1.5, xlsx: 8 };
const FIRST_BYTE_MS = 1_000;
const MEMORY_MB = 150;

/**
 * Files of a table, made and read as the portal sends them, each in a process of its own that is started as the portal is; the best of
 * three, which is what others on the machine spoil least.
 */
export function files(): BenchResult[] {
  return FILE_FORMATS.flatMap((format) => {
    const costs = Array.from({ length: TIMES }, () => costOf(format)).sort((a, b) => a.seconds - b.seconds);
    const [best] = costs as [FileCost];
    const memory = Math.max(...costs.map(({ memoryMb }) => memoryMb));
    const name = `${format.toUpperCase()} of 1 M rows × 12 columns`;
    const target = TARGETS[format];
    const figure = `made and read, best of ${TIMES} (CPU ${best.cpuSeconds.toFixed(1)} s; ${Math.round(best.bytes / 1e6)} MB)`;
    return [
      { name, figure, value: best.seconds, unit: 's', ...(target && { target: `< ${target}`, met: best.seconds < target }) },
      {
        name,
        figure: 'first byte',
        value: best.firstByteMs,
        unit: 'ms',
        target: `< ${FIRST_BYTE_MS}`,
        met: best.firstByteMs < FIRST_BYTE_MS,
      },
      {
        name,
        figure: 'memory over idle, peak, the making of rows included',
        value: memory,
        unit: 'MB',
        target: `< ${MEMORY_MB}`,
        met: memory < MEMORY_MB,
      },
    ];
  });
}

function costOf(format: FileFormat): FileCost {
  const script = new URL('./one-file.ts', import.meta.url).pathname;
  return JSON.parse(execFileSync(process.execPath, [...V8, script, format, String(ROWS)], { encoding: 'utf8' }));
}
