import { expect, it } from 'vitest';
import { MEASURED_SAMPLES, MEASURED_SAMPLES_TEXT } from './measured.ts';

it('is the same number in words', () => {
  expect(MEASURED_SAMPLES_TEXT).toBe(MEASURED_SAMPLES.toLocaleString('en'));
});
