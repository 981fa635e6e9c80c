import { Readable } from 'node:stream';
import { QueryTooLarge, StoreUnavailable } from '@callscope/analytics/run/run.ts';
import { followFiles } from '@callscope/modules/mailings/work.ts';
import { deps } from '@callscope/portal/deps.ts';
import { tableResponse } from '@callscope/portal/files/formats.ts';
import { PdfTooLarge } from '@callscope/portal/files/pdf.ts';
import { zipOf } from '@callscope/portal/files/zip.ts';
import { fileEntries, MailingOver, mailedFiles } from '@callscope/portal/mailings/files.ts';
import { error } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** The files of a letter that could not hold them, for whoever has its link: made anew, and written while they go. */
export const GET: RequestHandler = async ({ params }) => {
  const { db, clock } = deps();
  const sending = await followFiles(db, params.token, clock.now());
  if (!sending) error(410, 'this link is over');
  try {
    const { sheets } = await mailedFiles(deps(), sending);
    const [first] = sheets;
    if (sheets.length === 1 && first) return await tableResponse(first, sending.format);
    const archive = Readable.from(zipOf(fileEntries(sheets, sending.format, sending.dueAt)), { objectMode: false, highWaterMark: 65_536 });
    return new Response(Readable.toWeb(archive) as ReadableStream, {
      headers: {
        'content-type': 'application/zip',
        'content-disposition': `attachment; filename="report.zip"; filename*=UTF-8''${encodeURIComponent(`${sending.view.name}.zip`)}`,
        'cache-control': 'no-store',
      },
    });
  } catch (cause) {
    if (cause instanceof MailingOver) error(410, 'this link is over');
    if (cause instanceof PdfTooLarge) error(422, cause.message);
    if (cause instanceof QueryTooLarge) error(422, cause.message);
    if (cause instanceof StoreUnavailable) error(503, cause.message);
    throw cause;
  }
};
