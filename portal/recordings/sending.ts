/** How a recording goes by letter: whole; as a link for whoever has it; or as a link to its call for a colleague who signs in. */
export const SEND_AS = ['file', 'link', 'card'] as const;
export type SendAs = (typeof SEND_AS)[number];

/** Bytes of a recording that goes as a file: in a letter it is a third more, and mail servers take 20 MB and more. What is larger goes as a link, whole. */
export const MOST_FILE_BYTES = 10 * 1_048_576;

/** Why nothing was sent. */
export type Refusal = 'address' | 'noMail' | 'noAudio' | 'notTaken' | 'colleague' | 'often';

/** Calls of one archive. */
export const MOST_ARCHIVED = 500;
