import { expect, it } from 'vitest';
import { loadSpec } from '../spec/load.ts';
import { compressionText, corruptionText, formatDuration, optimizerText, shortSetting } from './words.ts';

const spec = loadSpec(`{
  "data": "glyphs", "corruption": [{ "type": "gaussian", "stddev": 0.2 }, { "type": "occlusion", "size": [4, 6], "clip": false }],
  "encoder": [{ "type": "conv2d", "filters": 16, "kernelSize": 3, "strides": 2, "activation": "relu" }, { "type": "flatten" }],
  "latent": { "type": "plain", "units": 4 },
  "training": { "optimizer": { "type": "sgd", "learningRate": { "type": "cosine", "learningRate": 0.05, "warmupEpochs": 2 } } }
}`, 'a.aeconf').spec!;

it('tells settings in few words', () => {
  expect(shortSetting(spec.encoder[0])).toMatch(/^conv2d \(filters 16, kernelSize 3×3, strides 2×2, padding \w+, activation relu\)$/);
  expect(shortSetting(spec.encoder)).toBe('conv2d, flatten');
  expect([undefined, 0.1, 'mae', true, [3, 3], ['mse', 'psnr'], { every: 1 }, null].map(shortSetting)).toEqual(['–', '0.1', 'mae', 'true', '3×3', 'mse, psnr', '{"every":1}', 'null']);
});

it('tells corruption, optimiser, compression and durations', () => {
  expect(spec.corruption.map(corruptionText)).toEqual(['gaussian (mean 0, stddev 0.2)', 'occlusion (size 4×6, value 0, clip false)']);
  expect(optimizerText(spec.training.optimizer)).toBe('sgd, learning rate from 0.05 by cosine after 2 epochs of warm-up');
  expect(compressionText([50], [28, 28, 1])).toBe('50 numbers for 784: 15.7 times fewer');
  expect(compressionText([1], [1])).toBe('1 number for 1');
  expect([8, 65, 11_105].map(formatDuration)).toEqual(['0:08 (minutes : seconds)', '1:05 (minutes : seconds)', '3:05:05 (hours : minutes : seconds)']);
});
