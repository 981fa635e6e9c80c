/** Rows of the longest table that is made into pages: about 300 of them, which nobody reads to the end. */
export const MOST_PDF_ROWS = 10_000;

/** px that a chart is best drawn for: its words are then as large as the table's. */
export const PAPER_CHART = { width: 720, height: 280 };
