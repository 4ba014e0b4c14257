// The repelling forces of t-SNE by a tree after Barnes and Hut (van der Maaten 2014, section 4.2).
/** Points closer together than this share of the whole extent share a leaf. */
const DEEPEST = 40;

/** A quadtree in flat arrays. Node n has its points' number and centre; its children are child[4n] … child[4n + 3], −1 for none. */
export class Quadtree {
  private readonly child: Int32Array;
  private readonly mass: Float64Array;
  private readonly sumX: Float64Array;
  private readonly sumY: Float64Array;
  private readonly width: Float64Array;
  private readonly stack: Int32Array;
  private readonly leaf: Uint8Array;
  private nodes = 1;

  constructor(places: Float64Array, count: number) {
    // Every point makes one leaf; a split path is shared or short, and grows the arrays only through the deepest-level rule.
    const capacity = Math.max(64, count * 12);
    this.child = new Int32Array(capacity * 4).fill(-1);
    this.mass = new Float64Array(capacity);
    this.sumX = new Float64Array(capacity);
    this.sumY = new Float64Array(capacity);
    this.width = new Float64Array(capacity);
    this.stack = new Int32Array(4 * (DEEPEST + 2));
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < count; i++) {
      left = Math.min(left, places[2 * i]!);
      right = Math.max(right, places[2 * i]!);
      bottom = Math.min(bottom, places[2 * i + 1]!);
      top = Math.max(top, places[2 * i + 1]!);
    }
    const extent = Math.max(right - left, top - bottom, 1e-12) * 1.0001;
    this.width[0] = extent;
    for (let i = 0; i < count; i++) this.insert(places[2 * i]!, places[2 * i + 1]!, left, bottom, extent);
    // From here on sums are means, and the flag spares four lookups a visit.
    this.leaf = new Uint8Array(this.nodes);
    for (let node = 0; node < this.nodes; node++) {
      this.leaf[node] = Number(this.isLeaf(node));
      this.sumX[node] = this.sumX[node]! / this.mass[node]!;
      this.sumY[node] = this.sumY[node]! / this.mass[node]!;
    }
  }

  private add(node: number, x: number, y: number, mass: number): void {
    this.mass[node] = this.mass[node]! + mass;
    this.sumX[node] = this.sumX[node]! + x * mass;
    this.sumY[node] = this.sumY[node]! + y * mass;
  }

  private isLeaf(node: number): boolean {
    const base = 4 * node;
    return this.child[base] === -1 && this.child[base + 1] === -1 && this.child[base + 2] === -1 && this.child[base + 3] === -1;
  }

  private insert(x: number, y: number, left: number, bottom: number, extent: number): void {
    let node = 0;
    for (let depth = 0; ; depth++) {
      const mass = this.mass[node]!;
      const full = this.nodes + 2 > this.mass.length;
      if (mass === 0 || ((depth >= DEEPEST || full) && this.isLeaf(node))) {
        this.add(node, x, y, 1);
        return;
      }
      const half = extent / 2;
      if (this.isLeaf(node)) {
        // Push what is here down; it all lies at one place.
        const [px, py] = [this.sumX[node]! / mass, this.sumY[node]! / mass];
        if (px === x && py === y) {
          this.add(node, x, y, 1);
          return;
        }
        const quadrant = (px >= left + half ? 1 : 0) + (py >= bottom + half ? 2 : 0);
        this.add(this.childOf(node, quadrant, half), px, py, mass);
      }
      this.add(node, x, y, 1);
      const quadrant = (x >= left + half ? 1 : 0) + (y >= bottom + half ? 2 : 0);
      if (quadrant & 1) left += half;
      if (quadrant & 2) bottom += half;
      node = this.childOf(node, quadrant, half);
      extent = half;
    }
  }

  private childOf(node: number, quadrant: number, width: number): number {
    const at = 4 * node + quadrant;
    if (this.child[at] === -1) {
      this.child[at] = this.nodes;
      this.width[this.nodes++] = width;
    }
    return this.child[at]!;
  }

  /** Adds Σ (y − yⱼ)/(1 + d²)² to push[0] and push[1], and Σ 1/(1 + d²) to push[2]; the point itself does not count. */
  repel(x: number, y: number, theta: number, push: Float64Array): void {
    const { stack, mass, sumX, sumY, width, child } = this;
    const coarse = theta * theta;
    let [pushX, pushY, total] = [0, 0, 0];
    let depth = 1;
    stack[0] = 0;
    while (depth > 0) {
      const node = stack[--depth]!;
      const count = mass[node]!;
      const dx = x - sumX[node]!;
      const dy = y - sumY[node]!;
      const squared = dx * dx + dy * dy;
      const leaf = this.leaf[node] === 1;
      if (leaf || width[node]! * width[node]! < coarse * squared) {
        const close = 1 / (1 + squared);
        // A point's own leaf lies at no distance, or at one of rounding.
        const part = (leaf && squared < 1e-24 ? count - 1 : count) * close;
        total += part;
        pushX += part * close * dx;
        pushY += part * close * dy;
        continue;
      }
      const base = 4 * node;
      if (child[base] !== -1) stack[depth++] = child[base]!;
      if (child[base + 1] !== -1) stack[depth++] = child[base + 1]!;
      if (child[base + 2] !== -1) stack[depth++] = child[base + 2]!;
      if (child[base + 3] !== -1) stack[depth++] = child[base + 3]!;
    }
    push[0] = push[0]! + pushX;
    push[1] = push[1]! + pushY;
    push[2] = push[2]! + total;
  }
}
