import { afterAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { nearestNeighbors } from './knn.ts';
import { cpuSession } from './opened-run.ts';

const session = await cpuSession(1);
afterAll(() => session.dispose());

/** Every distance in full, sorted; ties of votes as documented. */
function bruteForce(values: ArrayLike<number>, labels: ArrayLike<number>, queries: ArrayLike<number>, features: number, k: number): number[] {
  return Array.from({ length: queries.length / features }, (_, q) => {
    const found = Array.from({ length: labels.length }, (__, r) => {
      let distance = 0;
      for (let i = 0; i < features; i++) distance += (queries[q * features + i]! - values[r * features + i]!) ** 2;
      return { distance, label: labels[r]! };
    }).sort((a, b) => a.distance - b.distance).slice(0, k);
    const votes = (label: number): number => found.filter(one => one.label === label).length;
    return found.reduce((best, { label }) => (votes(label) > votes(best) ? label : best), found[0]!.label);
  });
}

describe('k nearest neighbours', () => {
  // More than a block of queries and of references, with smaller last ones.
  const features = 3;
  const [references, queries] = [9000, 600];
  const random = new RandomStream(1, 'sampling');
  const values = random.fillNormal(new Float32Array(references * features));
  const asked = random.fillNormal(new Float32Array(queries * features));
  const labels = Uint16Array.from({ length: references }, () => random.integer(4));

  it.each([1, 2, 5])('agree with brute force for k = %i', async k => {
    const found = await nearestNeighbors(session, { samples: { count: references, values, labels }, scale: 1 }, { count: queries, values: asked }, k);
    expect([...found]).toEqual(bruteForce(values, labels, asked, features, k));
  });

  it('take bytes, and all references when k asks for more', async () => {
    const bytes = Uint8Array.of(0, 0, 200, 200, 210, 210);
    const ask = async (k: number, x: number): Promise<number> => (await nearestNeighbors(session, { samples: { count: 3, values: bytes, labels: Uint16Array.of(1, 0, 0) }, scale: 1 / 255 }, { count: 1, values: Uint8Array.of(x, x) }, k))[0]!;
    expect(await ask(1, 20)).toBe(1);
    expect(await ask(50, 20)).toBe(0);
  });

  it('let the nearest class win a tie', async () => {
    const found = await nearestNeighbors(session, { samples: { count: 2, values: Float32Array.of(0, 3), labels: Uint16Array.of(7, 2) }, scale: 1 }, { count: 2, values: Float32Array.of(1, 2) }, 2);
    expect([...found]).toEqual([7, 2]);
  });

  it('end when told so', async () => {
    const stop = (): never => { throw new Error('enough'); };
    await expect(nearestNeighbors(session, { samples: { count: references, values, labels }, scale: 1 }, { count: queries, values: asked }, 1, stop)).rejects.toThrow('enough');
  });
});
