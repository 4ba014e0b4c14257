// Which point is under the pointer: a k-d tree over the points (kdbush), asked for all within reach and then for the
// nearest that is not hidden. The tree is rebuilt when points move, about 15 ms for 70,000.
import KDBush from 'kdbush';
import type { Point } from './camera.ts';

export class Picker {
  private readonly tree: KDBush;

  /** @param points count × 2 in data coordinates; points that are no numbers are never found */
  constructor(private readonly points: Float32Array) {
    const count = points.length / 2;
    this.tree = new KDBush(Math.max(count, 1), 64, Float32Array);
    for (let i = 0; i < count; i++) {
      const x = points[2 * i]!;
      const y = points[2 * i + 1]!;
      const sound = Number.isFinite(x) && Number.isFinite(y);
      this.tree.add(sound ? x : FAR, sound ? y : FAR);
    }
    if (count === 0) this.tree.add(FAR, FAR);
    this.tree.finish();
  }

  /**
   * Index of the nearest shown point within `reach`, or undefined.
   * @param reach in data units
   */
  nearest(at: Point, reach: number, shown: (index: number) => boolean): number | undefined {
    let best: number | undefined;
    let bestDistance = Infinity;
    for (const index of this.tree.within(at.x, at.y, reach)) {
      const dx = this.points[2 * index]! - at.x;
      const dy = this.points[2 * index + 1]! - at.y;
      const distance = dx * dx + dy * dy;
      if (distance < bestDistance && shown(index)) {
        best = index;
        bestDistance = distance;
      }
    }
    return best;
  }
}

/** Where points without a place are parked. */
const FAR = 3e38;
