import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/**
 * Which ffmpeg to run: FFMPEG_BIN, else the one of the package ffmpeg-static where its file is there (its installation may
 * have been kept from fetching it), else the first on PATH.
 * @returns null when there is none
 */
export function findFfmpeg(given: string, path: string): string | null {
  if (given !== '') return isProgram(given) ? given : null;
  const packaged = packagedFfmpeg();
  if (packaged !== null) return packaged;
  for (const dir of path.split(delimiter).filter((d) => d !== '')) if (isProgram(join(dir, 'ffmpeg'))) return join(dir, 'ffmpeg');
  return null;
}

function packagedFfmpeg(): string | null {
  try {
    const bin = join(dirname(createRequire(import.meta.url).resolve('ffmpeg-static/package.json')), 'ffmpeg');
    return isProgram(bin) ? bin : null;
  } catch {
    return null;
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
