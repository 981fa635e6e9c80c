import { escaped } from '@callscope/modules/directory/files/xlsx-write.ts';
import type { Locale } from '../src/words/words.ts';
import { CELL_KINDS, type CellKind } from './sheet.ts';

/** Parts of a workbook beside its sheets (ECMA-376 parts 1 and 2). */
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-';
const DOCUMENT = `${TYPES}officedocument.spreadsheetml`;
export const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
export const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
export const NAMESPACES = `xmlns="${MAIN}" xmlns:r="${OFFICE}"`;

/** Of the styles of a kind of cell. */
export const PLAIN = 0;
export const BOLD = 1;
export const LINK = 2;
const LOOKS = [PLAIN, BOLD, LINK];
/** From here on numbers of formats are ours (18.8.30). */
const FIRST_OWN = 164;
const OWN: readonly CellKind[] = ['instant', 'day', 'time', 'share'];
/** Excel's own: text, [h]:mm:ss, #,##0, #,##0.00, as it is */
const BUILT_IN: Partial<Record<CellKind, number>> = { text: 49, phone: 49, duration: 46, integer: 3, money: 4, number: 0 };

/** A cell's style. @param look PLAIN, BOLD or LINK */
export const styleOf = (kind: CellKind, look: number): number => 1 + CELL_KINDS.indexOf(kind) * LOOKS.length + look;
export const HEAD_STYLE = styleOf('text', BOLD);

export function stylesXml(locale: Locale): string {
  const day = locale === 'ru' ? 'dd.mm.yyyy' : 'yyyy-mm-dd';
  const formats: Partial<Record<CellKind, string>> = { instant: `${day} hh:mm:ss`, day, time: 'hh:mm:ss', share: '0.0%' };
  const own = OWN.map((kind, i) => `<numFmt numFmtId="${FIRST_OWN + i}" formatCode="${formats[kind]}"/>`);
  const font = (inside: string) => `<font>${inside}<sz val="11"/><name val="Calibri"/><family val="2"/></font>`;
  const fonts = [font(''), font('<b/>'), '<font><u/><sz val="11"/><color rgb="FF0563C1"/><name val="Calibri"/><family val="2"/></font>'];
  const xfs = CELL_KINDS.flatMap((kind) =>
    LOOKS.map(
      (look) =>
        `<xf numFmtId="${BUILT_IN[kind] ?? FIRST_OWN + OWN.indexOf(kind)}" fontId="${look}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>`,
    ),
  );
  const nothing = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"';
  return `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="${own.length}">${own.join('')}</numFmts><fonts count="${fonts.length}">${fonts.join('')}</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1">${nothing}/></cellStyleXfs><cellXfs count="${xfs.length + 1}">${nothing} xfId="0"/>${xfs.join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
}

export const rootRelations = (): string =>
  `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" Type="${PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`;

export const coreProperties = (title: string, at: Date): string =>
  `${XML}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${xmlText(title)}</dc:title><dcterms:created xsi:type="dcterms:W3CDTF">${at.toISOString().slice(0, 19)}Z</dcterms:created></cp:coreProperties>`;

/** @param sheets how many there are */
export function contentTypes(sheets: number): string {
  const part = (name: string, type: string) => `<Override PartName="/${name}" ContentType="${type}+xml"/>`;
  const each = Array.from({ length: sheets }, (_, i) => part(`xl/worksheets/sheet${i + 1}.xml`, `${DOCUMENT}.worksheet`));
  return `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="${TYPES}package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${part('xl/workbook.xml', `${DOCUMENT}.sheet.main`)}${part('xl/styles.xml', `${DOCUMENT}.styles`)}${part('docProps/core.xml', `${TYPES}package.core-properties`)}${each.join('')}</Types>`;
}

/** A sheet of the workbook, in its order. */
export interface Tab {
  name: string;
  /** $A$1:$L$200, what is filtered; null = nothing is, and no row is repeated in print */
  filtered: string | null;
}

export function workbookXml(tabs: readonly Tab[]): string {
  const names = tabs.flatMap(({ name, filtered }, i) => {
    if (filtered === null) return [];
    const quoted = xmlText(`'${name.replaceAll("'", "''")}'`);
    return [
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${i}" hidden="1">${quoted}!${filtered}</definedName>`,
      `<definedName name="_xlnm.Print_Titles" localSheetId="${i}">${quoted}!$1:$1</definedName>`,
    ];
  });
  const sheets = tabs.map(({ name }, i) => `<sheet name="${xmlText(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  return `${XML}<workbook ${NAMESPACES}><bookViews><workbookView activeTab="0"/></bookViews><sheets>${sheets.join('')}</sheets><definedNames>${names.join('')}</definedNames></workbook>`;
}

/** @param sheets how many there are */
export function workbookRelations(sheets: number): string {
  const each = Array.from(
    { length: sheets },
    (_, i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${each.join('')}<Relationship Id="rId${sheets + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`;
}

/** Written at once. */
const LINKS = 2_048;

/** What the cells of a sheet lead to: rId1 is the first. */
export function* linkRelations(addresses: readonly string[]): Generator<Uint8Array> {
  yield Buffer.from(`${XML}<Relationships xmlns="${PACKAGE}/relationships">`);
  for (let from = 0; from < addresses.length; from += LINKS) {
    const each = addresses
      .slice(from, from + LINKS)
      .map((to, i) => `<Relationship Id="rId${from + i + 1}" Type="${OFFICE}/hyperlink" Target="${xmlText(to)}" TargetMode="External"/>`);
    yield Buffer.from(each.join(''));
  }
  yield Buffer.from('</Relationships>');
}

/** Names that Excel has for itself, in its languages. */
const RESERVED = /^(history|журнал)$/i;

/** Names of sheets: 31 letters, without the signs that addresses of cells have, and each once. */
export class TabNames {
  readonly #taken = new Set<string>();

  take(wanted: string): string {
    const plain = wanted.replace(/[[\]:*?/\\\p{Cc}\s]+/gu, ' ').replace(/^[' ]+|[' ]+$/g, '') || '–';
    const safe = RESERVED.test(plain) ? `${plain}.` : plain;
    for (let i = 1; ; i++) {
      const end = i === 1 ? '' : ` (${i})`;
      const name = cut(safe, 31 - end.length).trimEnd() + end;
      if (this.#taken.has(name.toLowerCase())) continue;
      this.#taken.add(name.toLowerCase());
      return name;
    }
  }
}

/** The most letters of a cell (Excel). */
const MOST_LETTERS = 32_767;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot have
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|\p{Cs}/gu;

/** As XML has it: as much as a cell takes, without what no program shows. */
export const xmlText = (text: string): string => escaped(cut(text.replace(/\r\n?/g, '\n').replace(CONTROLS, ''), MOST_LETTERS));

/** Never between the two halves of a letter. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return text.slice(0, (text.charCodeAt(most - 1) & 0xfc00) === 0xd800 ? most - 1 : most);
}
