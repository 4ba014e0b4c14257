// What the commands that judge a run offer, without VS Code: the ways to generate, the kinds of noise, how strengths and other settings
// are read, and what is tested beside a run.
import type { RunRecord } from './run-record.ts';

/** Something to be changed by whoever likes to: a number or a truth value. */
export interface Setting {
  /** What it is when nobody says otherwise: the program's own default. */
  readonly usual: number | boolean;
  /** Whole numbers from this on. */
  readonly least?: number;
}
export type Settings = Readonly<Record<string, Setting>>;

export interface Way {
  readonly label: string;
  readonly detail: string;
  readonly args: readonly string[];
  /** By the names of the program's options. */
  readonly settings: Settings;
}

const seed: Setting = { usual: 0, least: 0 };
const components: Setting = { usual: 10, least: 1 };
const images: Setting = { usual: 16, least: 1 };

export const generationWays: readonly Way[] = [
  { label: 'As the latent suggests', detail: 'The prior where the latent has one, else a mixture of Gaussians fitted to the codes.', args: [], settings: { count: images, seed, components } },
  { label: 'Prior', detail: 'Codes from the distribution that the latent was trained towards: gaussian, Wasserstein and spherical latents.', args: ['--method', 'prior'], settings: { count: images, seed } },
  { label: 'Mixture of Gaussians', detail: 'Fitted to the codes of the training samples; good for latents without a prior.', args: ['--method', 'mixture'], settings: { count: images, seed, components } },
  { label: 'Uniform', detail: 'Random vectors in the range of the codes, each shown above its picture.', args: ['--method', 'uniform'], settings: { count: images, seed } },
  { label: 'Interpolation', detail: 'From one sample to another, straight and along the sphere; count is that of pairs.', args: ['--method', 'interpolate'], settings: { count: { usual: 5, least: 1 }, seed } },
  { label: 'Grid', detail: 'The decoder over a grid of the first two latent variables; count is that of each direction.', args: ['--method', 'grid'], settings: { count: { usual: 20, least: 1 } } },
];

export interface NoiseKind {
  readonly type: 'uniform' | 'gaussian' | 'saltAndPepper' | 'masking' | 'occlusion';
  /** What its strength is. */
  readonly strength: string;
  readonly usual: string;
  /** Its other settings, by the names of the spec. */
  readonly settings: Settings;
}

const clip: Setting = { usual: true };

export const noiseKinds: readonly NoiseKind[] = [
  { type: 'uniform', strength: 'Largest change of a pixel', usual: '0.1, 0.2, 0.3, 0.4, 0.5', settings: { clip } },
  { type: 'gaussian', strength: 'Standard deviation', usual: '0.1, 0.2, 0.3, 0.4, 0.5', settings: { mean: { usual: 0 }, clip } },
  { type: 'saltAndPepper', strength: 'Share of the pixels', usual: '0.01, 0.05, 0.1, 0.2, 0.5', settings: { clip } },
  { type: 'masking', strength: 'Share of the pixels set to zero', usual: '0.1, 0.3, 0.5, 0.7', settings: { clip } },
  { type: 'occlusion', strength: 'Side of the covered square, in pixels', usual: '4, 8, 12, 16', settings: { value: { usual: 0 }, clip } },
];

/** Trained runs that the same noisy samples can be given to: of data of the same name, with samples of the same shape. */
export function companionsOf(run: RunRecord, runs: readonly RunRecord[]): RunRecord[] {
  const data = JSON.stringify(run.samples);
  return runs.filter(other => other.folder !== run.folder && other.bestLoss !== undefined && other.samples !== undefined && JSON.stringify(other.samples) === data);
}

/** Numbers of at least 0 with commas between them, or a sentence that says what is wrong. */
export function readStrengths(input: string): readonly number[] | string {
  const strengths = input.split(',').map(word => word.trim()).filter(word => word !== '').map(Number);
  return strengths.length > 0 && strengths.every(strength => Number.isFinite(strength) && strength >= 0) ? strengths : 'Numbers from 0 with commas between, such as 0.1, 0.3, 0.5.';
}

export const probeSettings = { epochs: { usual: 20, least: 1 }, neighbors: { usual: 5, least: 0 } } satisfies Settings;

/** As people read and change them: "mean 0, clip true". */
export function settingsText(settings: Settings): string {
  return Object.entries(settings).map(([name, { usual }]) => `${name} ${usual}`).join(', ');
}

/** The settings of a text like "mean 0.5, clip false" that are not the usual ones, or a sentence that says what is wrong. Those left out are usual. */
export function readSettings(input: string, settings: Settings): Readonly<Record<string, number | boolean>> | string {
  const changed: Record<string, number | boolean> = {};
  for (const word of input.split(',').map(part => part.trim()).filter(part => part !== '')) {
    const [, name = '', text = ''] = /^(\w+)\s*[:= ]\s*(\S+)$/.exec(word) ?? [];
    const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (setting === undefined) return `"${word}" is not understood. Write for example: ${settingsText(settings)}.`;
    const value = typeof setting.usual === 'boolean' ? truth(text) : Number(text);
    if (value === undefined) return `${name} is true or false.`;
    if (typeof value === 'number' && !Number.isFinite(value)) return `${name} is a number.`;
    if (setting.least !== undefined && !(Number.isInteger(value) && Number(value) >= setting.least)) return `${name} is a whole number from ${setting.least}.`;
    if (value !== setting.usual) changed[name] = value;
  }
  return changed;
}

function truth(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** Options of the program: --count 30. */
export function optionsOf(changed: Readonly<Record<string, number | boolean>>): readonly string[] {
  return Object.entries(changed).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** The noise as --corruption takes it: its kind, or an object where something is not as usual. */
export function corruptionText({ type }: NoiseKind, changed: Readonly<Record<string, number | boolean>>): string {
  return Object.keys(changed).length === 0 ? type : JSON.stringify({ type, ...changed });
}
