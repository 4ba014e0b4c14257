// Codes on the page and what the decoder makes of them. The decoder answers late, and only the newest wish of its channel: what it
// says of codes that are no longer shown is dropped here.
import type { Channel } from './decoder.ts';

export interface Codes {
  /** count × latent size */
  readonly codes: Float32Array;
  readonly count: number;
}
/** Codes and what they decode to, in this order. */
export interface Decoded extends Codes {
  /** count × features; absent until the decoder answers. */
  readonly values?: Float32Array;
}

/** Asks the decoder. `take` is not called for what a newer wish made superfluous, or nothing could decode. */
export type Ask = (channel: Channel, codes: Float32Array, count: number, take: (values: Float32Array) => void) => void;

/** About: what is known of the codes besides. */
export class DecodedCodes<About extends object = object> {
  now: (Decoded & About) | undefined;

  /** @param arrived the decoder answered */
  constructor(private readonly channel: Channel, private readonly ask: Ask, private readonly arrived: () => void) {}

  /** Shows these codes. The old pictures stay until the new ones are decoded: a flicker at every move would hide what changes. */
  show(codes: Codes & About): void {
    const values = this.now?.count === codes.count ? this.now.values : undefined;
    this.now = { ...codes, ...(values ? { values } : {}) };
    this.again();
  }

  /** Asks once more, of a newer decoder. */
  again(): void {
    const { now } = this;
    if (now === undefined) return;
    this.ask(this.channel, now.codes, now.count, values => {
      if (this.now?.codes !== now.codes) return;
      this.now = { ...this.now, values };
      this.arrived();
    });
  }

  clear(): void {
    this.now = undefined;
  }
}
