import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import pdfmake from 'pdfmake';
import { type PaperTable, paperPage } from './paper-page.ts';

/** Roboto comes with pdfmake and has Cyrillic letters; only those that are used go into the file. */
const FOLDER = join(dirname(createRequire(import.meta.url).resolve('pdfmake/package.json')), 'fonts', 'Roboto');
const [NORMAL, BOLD] = [join(FOLDER, 'Roboto-Regular.ttf'), join(FOLDER, 'Roboto-Medium.ttf')];

pdfmake.addFonts({ Roboto: { normal: NORMAL, bold: BOLD, italics: NORMAL, bolditalics: BOLD } });
pdfmake.setLocalAccessPolicy((path) => path === NORMAL || path === BOLD);
pdfmake.setUrlAccessPolicy(() => false);
const bytes = await pdfmake.createPdf(paperPage(workerData as PaperTable)).getBuffer();
parentPort?.postMessage(Uint8Array.from(bytes));
