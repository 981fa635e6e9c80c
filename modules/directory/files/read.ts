import { readCsv } from './csv.ts';
import { FileRefused, MOST_BYTES, type Sheet } from './refused.ts';
import { readXlsx } from './xlsx.ts';

const ZIP = [0x50, 0x4b];
/** OLE: Excel before 2007, and workbooks under a password. */
const OLE = [0xd0, 0xcf, 0x11, 0xe0];

/** The tables of a file, by what it is and not by its name. Sheets without a row are left out. @throws FileRefused */
export async function readTables(bytes: Uint8Array): Promise<Sheet[]> {
  if (bytes.length > MOST_BYTES) throw new FileRefused({ code: 'tooLarge', most: MOST_BYTES });
  const begins = (signature: readonly number[]) => signature.every((byte, i) => bytes[i] === byte);
  if (begins(OLE)) throw new FileRefused({ code: 'oldExcel' });
  const sheets = begins(ZIP) ? await readXlsx(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)) : [readCsv(bytes)];
  const filled = sheets.filter((sheet) => sheet.rows.length > 0);
  if (filled.length === 0) throw new FileRefused({ code: 'empty' });
  return filled;
}
