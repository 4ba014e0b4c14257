import { describe, expect, it } from 'vitest';
import { dimensionName } from './dimensions.ts';

describe('dimensionName', () => {
  it('names the place in a latent that is an image', () => {
    expect(dimensionName([7])(2)).toBe('z3');
    expect(dimensionName([4, 4, 8])(8 * 5 + 3)).toBe('z(1, 1, 3)');
  });
});
