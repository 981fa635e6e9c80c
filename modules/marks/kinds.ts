/** Colours that a tag may have; each has its own tone in light and dark, and is never the only thing that tells tags apart. */
export const TAG_COLOURS = ['grey', 'blue', 'green', 'amber', 'red', 'violet'] as const;
export type TagColour = (typeof TAG_COLOURS)[number];

export const MOST_TAGS = 200;
export const MOST_TAGS_OF_CALL = 20;
export const LONGEST_TAG = 40;
export const LONGEST_NOTE = 4_000;
export const LONGEST_COMMENT = 2_000;
export const MOST_COMMENTS = 500;
export const MOST_COLLECTIONS = 100;
export const MOST_ENTRIES = 1_000;

/** A call as marks name it. */
export interface MarkedCall {
  id: string;
  /** µs since the epoch */
  startedAt: number;
}

export interface Tag {
  id: string;
  name: string;
  colour: TagColour;
  /** given to no more calls */
  isArchived: boolean;
}

export interface Note {
  text: string;
  by: string;
  /** ms since the epoch */
  at: number;
  version: number;
}

export interface Comment {
  id: string;
  by: string;
  /** '' once it is removed */
  text: string;
  /** of the recording; null: the whole call */
  second: number | null;
  /** ms since the epoch */
  createdAt: number;
  editedAt: number | null;
  removedAt: number | null;
  removedBy: string | null;
  /** whoever asks wrote it */
  isOwn: boolean;
}

/**
 * Why nothing was done. `many`: there are as many as may be; `taken`: another has this name; `unknown`: there is none, or not for who
 * asks; `stale`: somebody else has changed it meanwhile; `right`: it needs another right; `archived`: the tag is given to no more calls
 */
export type MarkFault = 'many' | 'taken' | 'unknown' | 'stale' | 'right' | 'archived';
