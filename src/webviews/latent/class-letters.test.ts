import { describe, expect, it } from 'vitest';
import { classLetters } from './class-letters.ts';

describe('classLetters', () => {
  it('leaves digits as they are', () => {
    expect(classLetters(['0', '1', '9'])).toEqual(['0', '1', '9']);
  });
  it('takes the first letter that is free', () => {
    expect(classLetters(['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']).join('')).toBe('TRPDCSHNBA');
  });
  it('gives different signs to names that share all their letters', () => {
    expect(new Set(classLetters(['aa', 'AA', 'a', 'aA'])).size).toBe(4);
  });
  it('repeats only when the alphabet is used up, and never fails', () => {
    const letters = classLetters(Array.from({ length: 500 }, (_, i) => `person ${i}`));
    expect(letters).toHaveLength(500);
    expect(letters.every(letter => letter.length === 1)).toBe(true);
    expect(classLetters(['', '!'])).toEqual(['A', '!']);
  });
});
