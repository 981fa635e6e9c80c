import { z } from '@hono/zod-openapi';
import { SEND_AS } from '../recordings/sending.ts';

/** What somebody asks to be sent by letter. */
export const letterForm = z
  .strictObject({
    to: z.string().trim().min(3).max(300).describe('one e-mail address'),
    as: z
      .enum(SEND_AS, `one of ${SEND_AS.join(', ')}`)
      .describe(
        'file: the recording whole, as a link when it is larger than 10 MiB · link: for whoever has it, a week long · card: a link to the call for a colleague who signs in and may listen to it',
      ),
    note: z.string().trim().max(500).default('').describe("in the sender's words"),
    at: z.number().int().min(0).max(604_800).nullable().default(null).describe('seconds of the recording that a card opens at'),
  })
  .openapi('RecordingLetterForm');
