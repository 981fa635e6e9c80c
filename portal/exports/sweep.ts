import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { knownObjects } from '@callscope/modules/exports/work.ts';
import type { Deps } from '../deps.ts';

/** An object that no file names and that is older is left of something: younger ones may be just being written. */
const LEFT_MS = 3_600_000;
const LOOKED_UP_AT_ONCE = 500;

/** Objects that no file names: their rows were lost, or a process died between two steps. */
export async function removeUnnamed(
  { db, exports: files, log }: Pick<Deps, 'db' | 'exports' | 'log'>,
  scope: OperatorScope,
  now = Date.now(),
): Promise<void> {
  const look = async (old: readonly string[]) => {
    const known = await knownObjects(db, scope, old);
    for (const object of old.filter((one) => !known.has(one))) {
      log.warn('an object of no file is removed', { object });
      await files.remove(object);
    }
  };
  let old: string[] = [];
  for await (const { key, changedAt } of files.list()) {
    if (now - changedAt > LEFT_MS) old.push(key);
    if (old.length < LOOKED_UP_AT_ONCE) continue;
    await look(old);
    old = [];
  }
  await look(old);
}
