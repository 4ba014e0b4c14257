import { describe, expect, it } from 'vitest';
import type { Picture } from '../analysis/canvas.ts';
import type { SweepReport } from '../runs/sweep-report.ts';
import { sweepPicture } from './sweep-picture.ts';

const reportOf = (paths: readonly string[], entries: readonly (readonly [values: readonly unknown[], error?: number])[], more: Partial<SweepReport> = {}): SweepReport => ({
  id: 's', name: 'sizes', configPath: '/sizes.aeconf', created: 0, state: 'finished', paths, tolerance: 0.1, judgedBy: 'validation loss',
  rows: entries.map(([values, error], index) => ({
    index, values: Object.fromEntries(paths.map((path, k) => [path, values[k]])), state: error === undefined ? 'failed' : 'finished', metrics: {}, ...(error === undefined ? {} : { error }),
  })),
  ...more,
});

/** Number of pixels in the colour of what is marked. */
function marked({ data }: Picture): number {
  let count = 0;
  for (let at = 0; at < data.length; at += 3) if (Math.abs(data[at]! - 200) + Math.abs(data[at + 1]! - 60) + Math.abs(data[at + 2]! - 30) < 30) count++;
  return count;
}

describe('sweepPicture', () => {
  const sizes = [[[2], 0.05], [[8], 0.012], [[16], 0.0101], [[32], 0.01]] as const;

  it('marks the knee of a single number, with the level that makes it one', () => {
    const plain = sweepPicture(reportOf(['latent.units'], sizes))!;
    const knee = sweepPicture(reportOf(['latent.units'], sizes, { best: 3, knee: 2 }))!;
    expect(marked(plain)).toBe(0);
    expect(marked(knee)).toBeGreaterThan(300);
    expect([knee.width, knee.height]).toEqual([plain.width, plain.height]);
  });

  it('leaves out what did not finish, and waits until two can be compared', () => {
    expect(sweepPicture(reportOf(['latent.units'], [[[2], 0.05], [[8]], [[16]]]))).toBeUndefined();
    const withFailure = sweepPicture(reportOf(['latent.units'], [...sizes, [[1000]]], { best: 3, knee: 2 }))!;
    expect(Buffer.compare(withFailure.data, sweepPicture(reportOf(['latent.units'], sizes, { best: 3, knee: 2 }))!.data)).toBe(0);
  });

  it('takes parallel coordinates for names, and for more than one path', () => {
    const names = sweepPicture(reportOf(['training.optimizer'], [[['adam'], 0.01], [[{ type: 'sgd', learningRate: 0.1, momentum: 0.9 }], 0.02]], { best: 0 }))!;
    const two = sweepPicture(reportOf(['latent.units', 'seed'], [[[2, 1], 0.05], [[2, 2], 0.06], [[4, 1], 0.02], [[4, 2], 0.03]], { best: 2 }))!;
    for (const picture of [names, two]) expect(marked(picture)).toBeGreaterThan(300);
    expect(two.width).toBeGreaterThan(names.width);
  });
});
