import { describe, expect, it } from 'vitest';
import type { CodeReach } from '../../core/code-reach.ts';
import { dimensionName } from '../shared/dimensions.ts';
import { chosenAxes, dotHistogram, principalPlane } from './projection.ts';
import { beyondText, broughtText, reachOutline } from './reach.ts';

const sigmoid: CodeReach = { kind: 'range', activation: 'sigmoid', low: 0, high: 1 };
const nameOf = dimensionName([6]);

describe('beyondText', () => {
  it('names what lies outside, and what cannot be there', () => {
    expect(beyondText([0.5, 1.2, 1], sigmoid, nameOf)).toBe('z2 lies outside 0 … 1: no code of this latent (sigmoid) is here.');
    expect(beyondText([-1, 2, 2, 2, 2, 0.5], { kind: 'range', activation: 'relu', low: 0 }, nameOf)).toBe('z1 lies outside 0 … ∞: no code of this latent (relu) is here.');
    expect(beyondText([-1, 2, 2, 2, 2, 0.5], sigmoid, nameOf)).toBe('z1, z2, z3 and 2 more lie outside 0 … 1: no code of this latent (sigmoid) is here.');
    expect(beyondText([0.6, 0.6], { kind: 'sphere' }, nameOf)).toMatch(/length 0.85; all codes of this latent have length 1/);
  });

  it('says nothing of codes that can be', () => {
    expect([beyondText([0, 1], sigmoid, nameOf), beyondText([0.6, 0.8], { kind: 'sphere' }, nameOf), beyondText([9, -9], undefined, nameOf), beyondText([9], { kind: 'entries', size: 1 }, nameOf)]).toEqual([undefined, undefined, undefined, undefined]);
  });
});

it('says what became of a sum, and of one whose codebook is not known nothing', () => {
  expect(broughtText({ kind: 'sphere' }, undefined)).toMatch(/length 1/);
  expect(broughtText({ kind: 'entries', size: 2 }, new Float32Array(4))).toMatch(/nearest entry/);
  expect(broughtText({ kind: 'entries', size: 2 }, undefined)).toBeUndefined();
  expect(broughtText(sigmoid, undefined)).toBeUndefined();
});

describe('reachOutline', () => {
  const bounds = { minX: 0.2, minY: 0.3, maxX: 0.9, maxY: 0.8 };
  const corners = (outline: ReturnType<typeof reachOutline>) => outline!.map(({ x, y }) => `${x.toFixed(3)},${y.toFixed(3)}`).sort();

  it('is the square of two dimensions', () => {
    expect(corners(reachOutline(chosenAxes(3, 0, 2, nameOf), Float32Array.of(0, 0.5, 0), sigmoid, bounds))).toEqual(['0.000,0.000', '0.000,1.000', '1.000,0.000', '1.000,1.000']);
  });

  it('on a plane of more holds the codes inside, and no others', () => {
    const codes = Float32Array.from({ length: 60 }, (_, i) => 0.5 + 0.4 * Math.sin(i * i));
    const plane = principalPlane(codes, 20, 3);
    const outline = reachOutline(plane, new Float32Array(3), sigmoid, { minX: -1, minY: -1, maxX: 1, maxY: 1 })!;
    expect(outline.length).toBeGreaterThanOrEqual(3);
    // Each corner touches two ends of the range and is beyond none.
    for (const { x, y } of outline) {
      const code = [...plane.lift(x, y, new Float32Array(3))];
      expect(code.every(value => value > -1e-4 && value < 1 + 1e-4)).toBe(true);
      expect(code.filter(value => Math.abs(value) < 1e-4 || Math.abs(value - 1) < 1e-4).length).toBeGreaterThanOrEqual(2);
    }
  });

  it('is a stripe for one dimension, and nothing where codes can lie anywhere or the picture is no plane', () => {
    const stripe = reachOutline(dotHistogram('z1', 10), new Float32Array(1), sigmoid, bounds)!;
    expect(new Set(stripe.map(({ x }) => x.toFixed(3)))).toEqual(new Set(['0.000', '1.000']));
    const plane = chosenAxes(2, 0, 1, nameOf);
    expect(reachOutline(plane, new Float32Array(2), undefined, bounds)).toBeUndefined();
    expect(reachOutline({ ...plane, kind: 'tsne' }, new Float32Array(2), sigmoid, bounds)).toBeUndefined();
  });
});
