/** Letters of a name: with Cyrillic ones no system of files takes more than 127. */
const MOST_LETTERS = 100;

/**
 * Value of the header content-disposition (RFC 6266): a file to be kept, its name in any letters, and one for programs that know none
 * but Latin. What systems of files do not take, and what would end the header's word, becomes a space.
 * @param title as people read it @param plain the same in Latin letters @param extension without its dot
 */
export function disposition(title: string, plain: string, extension: string): string {
  const safe = [...title.toWellFormed().replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')].slice(0, MOST_LETTERS).join('').trim();
  const encoded = encodeURIComponent(`${safe || plain}.${extension}`).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain.replace(/[^\w.-]+/g, '-')}.${extension}"; filename*=UTF-8''${encoded}`;
}
