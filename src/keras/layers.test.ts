import { expect, it } from 'vitest';
import { initializerOf } from './layers.ts';

it('writes varianceScaling in the words of Keras', () => {
  expect(initializerOf({ type: 'varianceScaling', scale: 2, mode: 'fanAvg', distribution: 'untruncatedNormal' }, 'glorotUniform'))
    .toBe('keras.initializers.VarianceScaling(scale=2.0, mode="fan_avg", distribution="untruncated_normal")');
});
