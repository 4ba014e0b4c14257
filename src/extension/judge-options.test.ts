import { expect, it } from 'vitest';
import { generationWays, noiseKinds, readStrengths } from './judge-options.ts';
import { generationMethods } from '../trainer/generate-codes.ts';

it('reads strengths, and says what is wrong with others', () => {
  expect(readStrengths('0.1, 0.3,0.5,')).toEqual([0.1, 0.3, 0.5]);
  for (const wrong of ['', ' , ', 'much', '0.1 0.2', '-1', 'Infinity']) expect(readStrengths(wrong)).toMatch(/with commas between/);
  for (const { usual } of noiseKinds) expect(readStrengths(usual)).toHaveProperty('length');
});

it('offers the methods that the program knows, and no others', () => {
  const offered = generationWays.flatMap(way => way.args.slice(1));
  expect([...offered].sort()).toEqual([...generationMethods].sort());
});

