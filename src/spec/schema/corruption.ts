// Noise on the input.
import { Type } from '@sinclair/typebox';
import { choice, pair, variant } from './words.ts';

const clip = {
  clip: Type.Boolean({ default: true, description: 'Whether the result is cut to [0, 1].', examples: [false] }),
};
export const Corruption = choice([
  variant('gaussian', 'Adds normal noise to every pixel.', {
    mean: Type.Number({ default: 0, description: 'Mean of the noise.', examples: [0.5] }),
    stddev: Type.Number({ default: 0.1, minimum: 0, description: 'Standard deviation of the noise, on the [0, 1] scale of pixels.', examples: [0.3] }),
    ...clip,
  }),
  variant('saltAndPepper', 'Sets a random share of the pixels to 0 or 1, each as likely.', {
    amount: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the pixels.', examples: [0.1] }), ...clip,
  }),
  variant('masking', 'Sets a random share of the pixels to 0.', {
    amount: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the pixels.', examples: [0.3] }), ...clip,
  }),
  variant('uniform', 'Adds noise drawn evenly from [0, amount) to every pixel.', {
    amount: Type.Number({ minimum: 0, description: 'Largest noise.', examples: [0.5] }), ...clip,
  }),
  variant('occlusion', 'Sets one block at a random place to one value.', {
    size: pair({ description: 'Height and width of the block.', examples: [8, [6, 10]] }),
    value: Type.Number({ default: 0, description: 'The value.', examples: [0.5] }), ...clip,
  }),
], { description: 'Noise put on the input while the target stays clean, drawn anew for every batch.' });
