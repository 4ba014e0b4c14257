// The repelling forces of t-SNE by a tree after Barnes and Hut (van der Maaten 2014, section 4.2).
/** Points closer together than this share of the whole extent share a leaf, as a power of two. */
const DEEPEST = 40;
/** Distance, as a share of the whole extent, that is rounding. */
const SAME = 1e-12;
/** Numbers of a cell in `cells`: its centre of mass, how many points it has, and from how far away (squared) it counts as one. */
const CELL = 4;

/**
 * A quadtree in flat arrays that are used again for every set of places. It is built by inserting points, then laid out in the order
 * of a walk from the root: what follows a cell is its first child, and `after` leads past all that is in it. So a walk needs no stack.
 */
export class Quadtree {
  // While it is built: node n has its points' number and the sums of their places; its children are child[4n] … child[4n + 3], −1 for none.
  private readonly child: Int32Array;
  private readonly mass: Float64Array;
  private readonly sumX: Float64Array;
  private readonly sumY: Float64Array;
  private readonly width: Float64Array;
  private nodes = 0;
  /** Squared distance below which a place is the same. */
  private near = 0;
  // Once it is laid out.
  private readonly cells: Float64Array;
  private readonly after: Int32Array;

  /**
   * @param count points
   * @param theta a cell counts as one point when its width is below this share of its distance; 0 is exact
   */
  constructor(private readonly count: number, private readonly theta: number) {
    // Every point makes one leaf; a split path is shared or short, and grows the tree only through the deepest-level rule.
    const capacity = Math.max(64, count * 12);
    this.child = new Int32Array(capacity * 4);
    this.mass = new Float64Array(capacity);
    this.sumX = new Float64Array(capacity);
    this.sumY = new Float64Array(capacity);
    this.width = new Float64Array(capacity);
    this.cells = new Float64Array(capacity * CELL);
    this.after = new Int32Array(capacity);
  }

  /** Takes up these places (count × 2), instead of any before. */
  build(places: Float64Array): void {
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < this.count; i++) {
      left = Math.min(left, places[2 * i]!);
      right = Math.max(right, places[2 * i]!);
      bottom = Math.min(bottom, places[2 * i + 1]!);
      top = Math.max(top, places[2 * i + 1]!);
    }
    const extent = Math.max(right - left, top - bottom, 1e-12) * 1.0001;
    this.near = (extent * SAME) ** 2;
    this.nodes = 0;
    this.newNode(extent);
    for (let i = 0; i < this.count; i++) this.insert(places[2 * i]!, places[2 * i + 1]!, left, bottom, extent);
    this.layOut(0, 0);
  }

  private newNode(width: number): number {
    const node = this.nodes++;
    this.child.fill(-1, 4 * node, 4 * node + 4);
    this.mass[node] = 0;
    this.sumX[node] = 0;
    this.sumY[node] = 0;
    this.width[node] = width;
    return node;
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
        const px = this.sumX[node]! / mass;
        const py = this.sumY[node]! / mass;
        if (px === x && py === y) {
          this.add(node, x, y, 1);
          return;
        }
        const quadrant = (px >= left + half ? 1 : 0) + (py >= bottom + half ? 2 : 0);
        this.add(this.childOf(node, quadrant, half), px, py, mass);
      }
      this.add(node, x, y, 1);
      const quadrant = (x >= left + half ? 1 : 0) + (y >= bottom + half ? 2 : 0);
      // No room for more nodes: the point counts at this one.
      if (full && this.child[4 * node + quadrant] === -1) return;
      if (quadrant & 1) left += half;
      if (quadrant & 2) bottom += half;
      node = this.childOf(node, quadrant, half);
      extent = half;
    }
  }

  private childOf(node: number, quadrant: number, width: number): number {
    const at = 4 * node + quadrant;
    if (this.child[at] === -1) this.child[at] = this.newNode(width);
    return this.child[at]!;
  }

  /** Lays a node and all below it out from a position on. @returns the position after them. */
  private layOut(node: number, position: number): number {
    const { cells, child } = this;
    const mass = this.mass[node]!;
    const base = CELL * position;
    cells[base] = this.sumX[node]! / mass;
    cells[base + 1] = this.sumY[node]! / mass;
    cells[base + 2] = mass;
    // A leaf is never opened.
    cells[base + 3] = this.isLeaf(node) ? 0 : (this.width[node]! / this.theta) ** 2;
    let next = position + 1;
    for (let at = 4 * node; at < 4 * node + 4; at++) if (child[at] !== -1) next = this.layOut(child[at]!, next);
    this.after[position] = next;
    return next;
  }

  /** Adds Σ (y − yⱼ)/(1 + d²)² to push[0] and push[1], and Σ 1/(1 + d²) to push[2]; the point itself does not count. */
  repel(x: number, y: number, push: Float64Array): void {
    const { cells, after, nodes, near } = this;
    let pushX = 0;
    let pushY = 0;
    let total = 0;
    for (let position = 0; position < nodes;) {
      const base = CELL * position;
      const dx = x - cells[base]!;
      const dy = y - cells[base + 1]!;
      const squared = dx * dx + dy * dy;
      if (squared < cells[base + 3]!) {
        position++;
        continue;
      }
      const close = 1 / (1 + squared);
      // A point's own leaf lies at no distance, or at one of rounding.
      const part = (squared < near ? cells[base + 2]! - 1 : cells[base + 2]!) * close;
      total += part;
      pushX += part * close * dx;
      pushY += part * close * dy;
      position = after[position]!;
    }
    push[0] = push[0]! + pushX;
    push[1] = push[1]! + pushY;
    push[2] = push[2]! + total;
  }
}
