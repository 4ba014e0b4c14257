// On how many samples of a split numbers are measured after an epoch, so that a small model on a large set is not slowed down by
// them. The trainer measures, the schema and the pages say so.

/** Spread evenly over a split that has more; all of one that has fewer. */
export const MEASURED_SAMPLES = 2000;
/** The same for people. A text, because the schema has it when a program starts, and to format a first number takes 15 ms. */
export const MEASURED_SAMPLES_TEXT = '2,000';
