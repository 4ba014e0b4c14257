// One error class for everything a user can cause or cure. Code branches on `reason`, never on the text.

export type ErrorReason =
  | 'spec'          // the .aeconf file is wrong; `details` may hold the diagnostics
  | 'data'          // a data set is missing, damaged or of the wrong shape
  | 'download'      // a download failed
  | 'device'        // no such device, or it computes wrong numbers
  | 'memory'        // the model would not fit
  | 'run'           // a run folder is missing, damaged or in the wrong state
  | 'usage'         // a command line that makes no sense
  | 'cancelled'     // the user stopped it
  | 'internal';     // our fault

/** An error whose message says what happened, where, and what to do. */
export class StudioError extends Error {
  override readonly name = 'StudioError';
  constructor(
    readonly reason: ErrorReason,
    message: string,
    readonly options: { cause?: unknown; details?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Makes the compiler prove that a switch over a union is exhaustive. */
export function unreachable(value: never): never {
  throw new StudioError('internal', `Unexpected value ${JSON.stringify(value)}.`);
}
