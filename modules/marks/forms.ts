import { z } from 'zod';
import { LONGEST_COMMENT, LONGEST_NOTE, LONGEST_TAG, MOST_TAGS, MOST_TAGS_OF_CALL, TAG_COLOURS } from './kinds.ts';

export const markId = z.string().regex(/^\d{1,18}$/, 'a number');

export const tagForm = z.strictObject({ name: z.string().trim().min(1).max(LONGEST_TAG), colour: z.enum(TAG_COLOURS) });
/** What is not named stays. */
export const tagChange = tagForm.partial().extend({
  archived: z.boolean().optional().describe('true: it is put on no more calls'),
  place: z
    .number()
    .int()
    .min(0)
    .max(MOST_TAGS - 1)
    .optional()
    .describe('in the list, from 0'),
});

export const taggingForm = z.strictObject({ tags: z.array(markId).max(MOST_TAGS_OF_CALL).describe('all that the call is to have') });

export const noteForm = z.strictObject({
  text: z.string().trim().max(LONGEST_NOTE).describe('empty: the note is taken away'),
  version: z.number().int().min(0).describe('of the note that was read, 0: there was none'),
});

const second = z.number().min(0).max(1e7);
export const commentForm = z.strictObject({
  text: z.string().trim().min(1).max(LONGEST_COMMENT),
  second: second.nullable().default(null).describe('of the recording; null: the whole call'),
});
export const commentChange = commentForm.pick({ text: true });

export const collectionForm = z.strictObject({
  name: z.string().trim().min(1).max(80),
  about: z.string().trim().max(500).default(''),
});
export const collectionChange = z.strictObject({
  name: z.string().trim().min(1).max(80).optional(),
  about: z.string().trim().max(500).optional(),
});

export const entryForm = z
  .strictObject({
    call: z.string().min(1).max(600).describe('any Call-ID of the conversation'),
    text: z.string().trim().max(LONGEST_COMMENT).default(''),
    from: second.nullable().default(null).describe('the piece to hear, in seconds of the recording; null: all of it'),
    to: second.nullable().default(null),
  })
  .refine(({ from, to }) => (from === null) === (to === null) && (from === null || to === null || from < to), {
    path: ['to'],
    message: 'from and to go together, and from is before to',
  });
