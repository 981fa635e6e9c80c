/** The store cannot answer in time or memory, or is not to be asked so much: the message says how to ask for less. */
export class QueryTooLarge extends Error {}
