/** What of pdfmake 0.3 is used here; it has no types of its own. https://pdfmake.github.io/docs/0.3/ */
declare module 'pdfmake' {
  export interface Content {
    [property: string]: unknown;
  }
  export interface Definition {
    pageSize: 'A4';
    pageOrientation: 'portrait' | 'landscape';
    /** points: left, top, right, bottom */
    pageMargins: [number, number, number, number];
    info: Record<string, string>;
    language: string;
    defaultStyle: Content;
    content: Content[];
    footer: (page: number, pages: number) => Content;
  }
  const pdfmake: {
    addFonts(fonts: Record<string, Record<'normal' | 'bold' | 'italics' | 'bolditalics', string>>): void;
    /** whether it may read the file; asked for fonts too */
    setLocalAccessPolicy(allows: (path: string) => boolean): void;
    setUrlAccessPolicy(allows: (url: string) => boolean): void;
    createPdf(definition: Definition): { getBuffer(): Promise<Buffer> };
  };
  export default pdfmake;
}
