/** What is told of something, in the words of each channel. */
export interface NoticeMessage {
  letter: { subject: string; text: string };
  /** what a webhook is given beside `id`: becomes JSON */
  body: { event: string } & Record<string, unknown>;
  /** since when there is something to tell, ms since the epoch */
  at: number;
}
