// What the commands that judge a run offer, without VS Code: the ways to generate, the kinds of noise, and how strengths are read.

export interface Way {
  readonly label: string;
  readonly detail: string;
  readonly args: readonly string[];
}

export const generationWays: readonly Way[] = [
  { label: 'As the latent suggests', detail: 'The prior where the latent has one, else a mixture of Gaussians fitted to the codes.', args: [] },
  { label: 'Prior', detail: 'Codes from the distribution that the latent was trained towards: gaussian, Wasserstein and spherical latents.', args: ['--method', 'prior'] },
  { label: 'Mixture of Gaussians', detail: 'Fitted to the codes of the training samples; good for latents without a prior.', args: ['--method', 'mixture'] },
  { label: 'Uniform', detail: 'Random vectors in the range of the codes, each shown above its picture.', args: ['--method', 'uniform'] },
  { label: 'Interpolation', detail: 'From one sample to another, straight and along the sphere.', args: ['--method', 'interpolate'] },
  { label: 'Grid', detail: 'The decoder over a grid of the first two latent variables.', args: ['--method', 'grid'] },
];

export interface NoiseKind {
  readonly type: 'uniform' | 'gaussian' | 'saltAndPepper' | 'masking' | 'occlusion';
  /** What its strength is. */
  readonly strength: string;
  readonly usual: string;
}

export const noiseKinds: readonly NoiseKind[] = [
  { type: 'uniform', strength: 'Largest change of a pixel', usual: '0.1, 0.2, 0.3, 0.4, 0.5' },
  { type: 'gaussian', strength: 'Standard deviation', usual: '0.1, 0.2, 0.3, 0.4, 0.5' },
  { type: 'saltAndPepper', strength: 'Share of the pixels', usual: '0.01, 0.05, 0.1, 0.2, 0.5' },
  { type: 'masking', strength: 'Share of the pixels set to zero', usual: '0.1, 0.3, 0.5, 0.7' },
  { type: 'occlusion', strength: 'Side of the covered square, in pixels', usual: '4, 8, 12, 16' },
];

/** Numbers of at least 0 with commas between them, or a sentence that says what is wrong. */
export function readStrengths(input: string): readonly number[] | string {
  const strengths = input.split(',').map(word => word.trim()).filter(word => word !== '').map(Number);
  return strengths.length > 0 && strengths.every(strength => Number.isFinite(strength) && strength >= 0) ? strengths : 'Numbers from 0 with commas between, such as 0.1, 0.3, 0.5.';
}
