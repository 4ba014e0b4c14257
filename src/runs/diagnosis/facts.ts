// What a diagnosis is made from: the curves of a run, and what its config and its other files say.
import type { ActivationSpec, LayerSpec, Spec } from '../../spec/schema.ts';
import type { RunInfo, RunState } from '../events.ts';
import type { Course } from './course.ts';

/** A config as a run folder keeps it; one of an earlier version may lack what has come since. */
export type KnownSpec = Partial<Omit<Spec, 'training'>> & { readonly training?: Partial<Spec['training']> };

export interface Facts {
  readonly state: RunState;
  /** More epochs may come. */
  readonly live: boolean;
  /** Epochs done, and of the whole training. */
  readonly done: number;
  readonly epochs: number;
  readonly spec: KnownSpec;
  readonly info?: RunInfo;
  /** Losses from the epoch on from which they mean the same. */
  readonly train: Course;
  /** Empty without validation samples. */
  readonly validation: Course;
  /** Values of validation samples by epoch; undefined where there are none. */
  followed(value: string): Course | undefined;
  /** Mean squared error of the validation samples. */
  readonly model?: number;
  /** Units of the code that do not vary, and the epoch of which that was told. */
  readonly idle?: { readonly units: number; readonly epoch: number };
  /** What the run warns of. */
  readonly warning?: string;
}

/** The loss by which a training is judged, and its name. */
export function watched({ train, validation }: Facts): { readonly course: Course; readonly name: string } {
  return validation.length > 0 ? { course: validation, name: 'validation loss' } : { course: train, name: 'training loss' };
}

/**
 * How much lower the loss is than as many epochs earlier as a tenth of the training has, as a share; 0 where it does not fall. That it falls is
 * seen from three times as far, where noise counts less.
 */
export function latestFall({ course }: { readonly course: Course }): { readonly share: number; readonly epochs: number; readonly before: number } {
  const epochs = Math.max(course.window, Math.round(course.length / 10));
  const before = course.before(epochs);
  if (course.length < epochs + 1) return { share: 0, epochs, before };
  const fall = before - course.last;
  const goesOn = course.length < 2 * epochs + 1 || course.before(2 * epochs) > before;
  const whole = course.before(Math.min(3 * epochs, course.length - 1)) - course.last;
  return { share: before > 0 && goesOn && whole > course.certainty() && fall > course.uncertainty() ? fall / before : 0, epochs, before };
}

/** A share of the loss that is progress, in the tenth of a training; before ten epochs, in one epoch. */
export function isProgress(share: number, { length }: Course): boolean {
  return share >= (length < 10 ? 0.05 : 0.01);
}

export function layersOf({ encoder = [], decoder }: KnownSpec): readonly LayerSpec[] {
  return [...encoder, ...(Array.isArray(decoder) ? decoder : [])];
}

/** Whether a layer or the code cuts off what is below zero. */
export function hasRectifiers(spec: KnownSpec): boolean {
  const activations = [...layersOf(spec), ...(spec.latent === undefined ? [] : [spec.latent])].map(part => ('activation' in part ? part.activation as ActivationSpec : undefined));
  return activations.some(activation => activation?.type === 'relu');
}

/** The learning rate that a schedule begins with. */
export function rateOf({ training }: KnownSpec): number | undefined {
  return training?.optimizer?.learningRate.learningRate;
}
