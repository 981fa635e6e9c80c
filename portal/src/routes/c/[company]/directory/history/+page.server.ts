import { listChanges, listVersions } from '@callscope/modules/directory/history.ts';
import { deps } from '@callscope/portal/deps.ts';
import { pastResolved } from '@callscope/portal/directory/applied.ts';
import { companyOf, requireRight } from '#page/company.ts';
import { currentDirectory, DIRECTORY } from '#page/directory/load.ts';
import type { PageServerLoad } from './$types';

const A_PAGE = 50;

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:read', 'company');
  event.depends(DIRECTORY);
  // no version, or one that is no whole number: from the newest on
  const asked = Number(event.url.searchParams.get('before'));
  const before = Number.isSafeInteger(asked) && asked > 0 ? asked : null;
  const { db, bus } = deps();
  const [lines, versions, done, { body }] = await Promise.all([
    listChanges(db, scope, { before, limit: A_PAGE }),
    listVersions(db, scope),
    pastResolved(bus, scope.tenant),
    companyOf(scope).then((company) => currentDirectory(scope, company)),
  ]);
  return {
    history: {
      before,
      groups: Object.fromEntries(body.groups.map((g) => [g.id, g.name])),
      changes: lines.map((line) => ({
        ...line,
        at: line.at.getTime(),
        validFrom: line.validFrom.getTime(),
        recomputeFrom: line.recomputeFrom?.getTime() ?? null,
        isPastDone: line.version <= done,
      })),
      older: lines.length === A_PAGE ? (lines.at(-1)?.version ?? null) : null,
      versions: versions.toReversed().map((v) => ({
        ...v,
        validFrom: v.validFrom.getTime(),
        validUntil: v.validUntil?.getTime() ?? null,
      })),
    },
  };
};
