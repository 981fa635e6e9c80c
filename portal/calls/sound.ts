import { soundOf } from '@callscope/analytics/run/sound.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { CallQuality, Heard, QualityPoint } from '@callscope/core/domain/call-quality.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { receptionsOf } from '@callscope/modules/recordings/reception.ts';
import type { Deps } from '../deps.ts';

/** How a call sounded at either end. */
export async function callSound({ store, db }: Pick<Deps, 'store' | 'db'>, scope: TenantScope, call: CallRow): Promise<CallQuality> {
  const sound = await soundOf(store, scope, [call], await receptionsOf(db, scope, [call.id]));
  return sound.get(call.id) as CallQuality;
}

/** More than a lane of a card has pixels for. */
const MOST_POINTS = 300;

/** The same with no more points than are drawn: of several the worst, so that no bad moment goes. */
export function drawn(quality: CallQuality): CallQuality {
  const side = (heard: Heard): Heard => ({
    ...heard,
    reported: heard.reported && { ...heard.reported, points: thinned(heard.reported.points) },
    packets: heard.packets && { ...heard.packets, points: thinned(heard.packets.points) },
  });
  return { left: side(quality.left), right: side(quality.right) };
}

function thinned(points: readonly QualityPoint[]): QualityPoint[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) =>
    points.slice(i * size, (i + 1) * size).reduce((worst, point) => (point.mos < worst.mos ? point : worst)),
  );
}
