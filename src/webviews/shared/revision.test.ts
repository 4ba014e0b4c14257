import { describe, expect, it } from 'vitest';
import { RevisionGuard } from './revision.ts';

describe('RevisionGuard', () => {
  it('ignores increments before the first snapshot, since `ready` is already on its way', () => {
    expect(new RevisionGuard().increment(1)).toBe('ignore');
  });

  it('applies increments without a gap and ignores those the snapshot already holds', () => {
    const guard = new RevisionGuard();
    guard.snapshot(7);
    expect([7, 8, 8, 9].map(r => guard.increment(r))).toEqual(['ignore', 'apply', 'ignore', 'apply']);
  });

  it('asks once when a number is missing, and goes on from the next snapshot', () => {
    const guard = new RevisionGuard();
    guard.snapshot(1);
    expect([3, 4, 5].map(r => guard.increment(r))).toEqual(['ask', 'ignore', 'ignore']);
    guard.snapshot(6);
    expect(guard.increment(7)).toBe('apply');
  });
});
