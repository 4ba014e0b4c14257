// The probe: one code that clicks, sliders and arrow keys move through the latent, decoded beside the picture. Until somebody moves it,
// it rests at the median code.
import type { Point } from './camera.ts';
import { DecodedCodes, type Ask, type Codes } from './decoded.ts';
import { medianCode, type Frame } from './frame.ts';
import type { Projection } from './projection.ts';

export interface ProbeEvents {
  /** It has another code. */
  readonly changed: () => void;
  /** The user put it somewhere, or back. */
  readonly placed: () => void;
  /** It is decoded. */
  readonly arrived: () => void;
}

export class Probe extends DecodedCodes {
  /** The user put it where it is. */
  moved = false;
  /** Where a step put it in which picture, and its code there. */
  private stepped: { readonly place: Point; readonly projection: Projection; readonly code: Float32Array } | undefined;

  constructor(ask: Ask, private readonly events: ProbeEvents) {
    super('probe', ask, events.arrived);
  }

  override show(codes: Codes): void {
    super.show(codes);
    this.events.changed();
  }

  override clear(): void {
    super.clear();
    this.moved = false;
  }

  put(code: Float32Array): void {
    this.moved = true;
    this.show({ codes: code, count: 1 });
    this.events.placed();
  }

  setDimension(dimension: number, value: number): void {
    if (this.now === undefined) return;
    const code = this.now.codes.slice();
    code[dimension] = value;
    this.put(code);
  }

  /** Back to the median code. */
  reset(frame: Frame): void {
    this.rest(frame);
    this.events.placed();
  }

  /** At the median code of an epoch, without being put there. */
  rest(frame: Frame): void {
    this.moved = false;
    this.show({ codes: medianCode(frame), count: 1 });
  }

  /** Puts it to a place of the picture. */
  stepTo(place: Point, projection: Projection): Float32Array {
    const code = projection.lift(place.x, place.y, this.now!.codes);
    this.stepped = { place, projection, code };
    this.put(code);
    return code;
  }

  /** Where it is in the picture. Where a picture has no formula, a place is not found again from its code: small steps would lead nowhere. */
  placeIn(projection: Projection): Point | undefined {
    const { now, stepped } = this;
    if (now === undefined) return undefined;
    if (stepped?.code === now.codes && stepped.projection === projection) return stepped.place;
    const [x = 0, y = 0] = projection.locate(now.codes, 1);
    return { x, y };
  }
}
