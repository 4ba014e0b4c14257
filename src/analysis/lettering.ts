// Lettering for pictures, without a font file: each character is a few strokes (lines and arcs of ellipses), drawn with a
// round pen and soft edges at any size. Capitals are 10 units high, x-height is 6.5, the baseline is at y = 10.

type Point = readonly [number, number];
type Stroke = readonly Point[];
interface Glyph {
  /** Units from the start of this character to the start of the next, without the space between. */
  readonly width: number;
  readonly strokes: readonly Stroke[];
}

const line = (...points: Point[]): Stroke => points;

/** Part of an ellipse; angles in degrees, 0 to the right, 90 downwards. */
function arc(cx: number, cy: number, rx: number, ry: number, from = 0, to = 360): Stroke {
  const steps = Math.max(2, Math.ceil(Math.abs(to - from) / 15));
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const angle = (from + (to - from) * i / steps) * Math.PI / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}
const glyph = (width: number, ...strokes: Stroke[]): Glyph => ({ width, strokes });
const join = (...parts: Stroke[]): Stroke => parts.flat();

const bowl = arc(2.5, 6.75, 2.5, 3.25);
const arch = (x: number, width: number): Stroke => join(arc(x + width / 2, 5.7, width / 2, 2.2, 180, 360), line([x + width, 10]));

const glyphs: Readonly<Record<string, Glyph>> = {
  '0': glyph(5.6, arc(2.8, 5, 2.8, 5)),
  '1': glyph(5.6, line([0.8, 1.9], [3.2, 0], [3.2, 10])),
  '2': glyph(5.6, join(arc(2.8, 2.8, 2.7, 2.8, 195, 395), line([0.1, 10], [5.6, 10]))),
  '3': glyph(5.6, arc(2.6, 2.45, 2.4, 2.45, 200, 450), arc(2.6, 7.35, 2.8, 2.65, 270, 520)),
  '4': glyph(5.6, line([4.2, 10], [4.2, 0], [0, 6.9], [5.7, 6.9])),
  '5': glyph(5.6, join(line([5, 0], [0.9, 0], [0.5, 4.6]), arc(2.6, 6.7, 2.9, 3.3, 230, 500))),
  '6': glyph(5.6, arc(2.8, 6.8, 2.75, 3.2), join(arc(5.4, 6.8, 5.35, 6.8, 180, 255))),
  '7': glyph(5.6, line([0.1, 0], [5.6, 0], [2, 10])),
  '8': glyph(5.6, arc(2.8, 2.4, 2.3, 2.4), arc(2.8, 7.4, 2.8, 2.6)),
  '9': glyph(5.6, arc(2.8, 3.2, 2.75, 3.2), arc(0.2, 3.2, 5.35, 6.8, 0, 75)),
  '.': glyph(0.9, line([0.45, 9.75], [0.45, 9.9])),
  ',': glyph(1.2, line([0.8, 9.6], [0.2, 11.6])),
  ':': glyph(0.9, line([0.45, 4.6], [0.45, 4.75]), line([0.45, 9.75], [0.45, 9.9])),
  '-': glyph(3, line([0, 6.2], [3, 6.2])),
  '−': glyph(5, line([0, 5.6], [5, 5.6])),
  '+': glyph(5, line([0, 5.6], [5, 5.6]), line([2.5, 3.1], [2.5, 8.1])),
  '=': glyph(5, line([0, 4.4], [5, 4.4]), line([0, 6.9], [5, 6.9])),
  '×': glyph(4, line([0, 3.8], [4, 7.8]), line([0, 7.8], [4, 3.8])),
  '/': glyph(3.8, line([3.8, -0.5], [0, 11])),
  '(': glyph(1.8, arc(4.2, 5.2, 4.2, 6.8, 230, 130)),
  ')': glyph(1.8, arc(-2.4, 5.2, 4.2, 6.8, -50, 50)),
  '[': glyph(1.6, line([1.6, -1], [0, -1], [0, 11.5], [1.6, 11.5])),
  ']': glyph(1.6, line([0, -1], [1.6, -1], [1.6, 11.5], [0, 11.5])),
  '%': glyph(8, arc(1.8, 2.3, 1.8, 2.3), arc(6.2, 7.7, 1.8, 2.3), line([6.6, 0], [1.4, 10])),
  '_': glyph(5, line([0, 11], [5, 11])),
  '…': glyph(6, line([0.45, 9.75], [0.45, 9.9]), line([3, 9.75], [3, 9.9]), line([5.55, 9.75], [5.55, 9.9])),
  a: glyph(5, arc(2.5, 6.75, 2.5, 3.25), line([5, 3.5], [5, 10])),
  b: glyph(5, bowl, line([0, -0.4], [0, 10])),
  c: glyph(4.6, arc(2.5, 6.75, 2.5, 3.25, -45, -315)),
  d: glyph(5, bowl, line([5, -0.4], [5, 10])),
  e: glyph(5, join(line([0.05, 6.6], [4.95, 6.6]), arc(2.5, 6.75, 2.5, 3.25, -5, -312))),
  f: glyph(3, join(arc(3, 1.8, 1.8, 2.2, 285, 180), line([1.2, 10])), line([0, 3.8], [3, 3.8])),
  g: glyph(5, bowl, join(line([5, 3.5], [5, 10.4]), arc(2.6, 10.4, 2.4, 2.7, 0, 150))),
  h: glyph(4.8, line([0, -0.4], [0, 10]), arch(0, 4.8)),
  i: glyph(0.6, line([0.3, 3.5], [0.3, 10]), line([0.3, 0.8], [0.3, 0.95])),
  j: glyph(1.4, join(line([1.2, 3.5], [1.2, 11]), arc(-0.6, 11, 1.8, 2, 0, 70)), line([1.2, 0.8], [1.2, 0.95])),
  k: glyph(4.6, line([0, -0.4], [0, 10]), line([4.2, 3.5], [0.1, 7.2]), line([1.5, 6], [4.6, 10])),
  l: glyph(0.6, line([0.3, -0.4], [0.3, 10])),
  m: glyph(7.8, line([0, 3.5], [0, 10]), arch(0, 3.9), arch(3.9, 3.9)),
  n: glyph(4.8, line([0, 3.5], [0, 10]), arch(0, 4.8)),
  o: glyph(5.2, arc(2.6, 6.75, 2.6, 3.25)),
  p: glyph(5, bowl, line([0, 3.5], [0, 13])),
  q: glyph(5, bowl, line([5, 3.5], [5, 13])),
  r: glyph(3, line([0, 3.5], [0, 10]), arc(2.4, 5.9, 2.4, 2.4, 180, 285)),
  s: glyph(4.2, join(arc(2.1, 5.15, 1.9, 1.65, -35, -260), arc(2.1, 8.3, 2.1, 1.7, -80, 145))),
  t: glyph(3, join(line([1.1, 1.2], [1.1, 8]), arc(2.9, 8, 1.8, 2, 180, 80)), line([0, 3.8], [3, 3.8])),
  u: glyph(4.8, join(line([0, 3.5], [0, 7.8]), arc(2.4, 7.8, 2.4, 2.2, 180, 0)), line([4.8, 3.5], [4.8, 10])),
  v: glyph(4.8, line([0, 3.5], [2.4, 10], [4.8, 3.5])),
  w: glyph(7.2, line([0, 3.5], [1.8, 10], [3.6, 4.2], [5.4, 10], [7.2, 3.5])),
  x: glyph(4.6, line([0, 3.5], [4.6, 10]), line([4.6, 3.5], [0, 10])),
  y: glyph(4.8, line([0, 3.5], [2.5, 9.8]), line([4.8, 3.5], [1.4, 13])),
  z: glyph(4.4, line([0.1, 3.5], [4.4, 3.5], [0, 10], [4.5, 10])),
  A: glyph(7, line([0, 10], [3.5, 0], [7, 10]), line([1.2, 6.6], [5.8, 6.6])),
  B: glyph(5.6, line([3, 0], [0, 0], [0, 10], [3, 10]), line([0, 4.8], [3, 4.8]), arc(2.8, 2.4, 2.4, 2.4, -90, 90), arc(3, 7.4, 2.6, 2.6, -90, 90)),
  C: glyph(6.8, arc(4.2, 5, 4.2, 5, -50, -310)),
  D: glyph(6.4, line([2.6, 0], [0, 0], [0, 10], [2.6, 10]), arc(2.4, 5, 4, 5, -90, 90)),
  E: glyph(5, line([5, 0], [0, 0], [0, 10], [5, 10]), line([0, 4.9], [4.4, 4.9])),
  F: glyph(4.8, line([4.8, 0], [0, 0], [0, 10]), line([0, 4.9], [4.2, 4.9])),
  G: glyph(7.4, join(arc(4.2, 5, 4.2, 5, -50, -360), line([5, 5]))),
  H: glyph(6.2, line([0, 0], [0, 10]), line([6.2, 0], [6.2, 10]), line([0, 4.9], [6.2, 4.9])),
  I: glyph(0.6, line([0.3, 0], [0.3, 10])),
  J: glyph(4, join(line([4, 0], [4, 7.6]), arc(1.9, 7.6, 2.1, 2.4, 0, 150))),
  K: glyph(5.6, line([0, 0], [0, 10]), line([5.2, 0], [0.1, 5.8]), line([1.9, 4], [5.6, 10])),
  L: glyph(4.6, line([0, 0], [0, 10], [4.6, 10])),
  M: glyph(7.6, line([0, 10], [0, 0], [3.8, 7], [7.6, 0], [7.6, 10])),
  N: glyph(6.2, line([0, 10], [0, 0], [6.2, 10], [6.2, 0])),
  O: glyph(8, arc(4, 5, 4, 5)),
  P: glyph(5.6, line([3, 5.4], [0, 5.4]), line([0, 10], [0, 0], [3, 0]), arc(3, 2.7, 2.6, 2.7, -90, 90)),
  Q: glyph(8, arc(4, 5, 4, 5), line([5, 7.2], [8, 10.6])),
  R: glyph(5.8, line([3, 5.2], [0, 5.2]), line([0, 10], [0, 0], [3, 0]), arc(3, 2.6, 2.6, 2.6, -90, 90), line([2.8, 5.2], [5.8, 10])),
  S: glyph(5.4, join(arc(2.7, 2.5, 2.4, 2.5, -30, -260), arc(2.7, 7.4, 2.7, 2.6, -80, 150))),
  T: glyph(6.2, line([0, 0], [6.2, 0]), line([3.1, 0], [3.1, 10])),
  U: glyph(6, join(line([0, 0], [0, 6.6]), arc(3, 6.6, 3, 3.4, 180, 0), line([6, 0]))),
  V: glyph(6.6, line([0, 0], [3.3, 10], [6.6, 0])),
  W: glyph(9.6, line([0, 0], [2.4, 10], [4.8, 1], [7.2, 10], [9.6, 0])),
  X: glyph(6, line([0, 0], [6, 10]), line([6, 0], [0, 10])),
  Y: glyph(6.2, line([0, 0], [3.1, 5], [6.2, 0]), line([3.1, 5], [3.1, 10])),
  Z: glyph(5.8, line([0.2, 0], [5.8, 0], [0, 10], [5.9, 10])),
};

const UNKNOWN = glyph(4, line([0, 0], [4, 0], [4, 10], [0, 10], [0, 0]));
const SPACE = 3.2;
const BETWEEN = 1.9;
const ASCENT = 10;
const DESCENT = 3.2;

/** Units per pixel follow from the height of a capital in pixels. */
function unit(size: number): number {
  return size / ASCENT;
}

/** Undefined for a space. Accents are left off; what has no glyph is shown as a box. */
function glyphOf(character: string): Glyph | undefined {
  return character === ' ' ? undefined : glyphs[character] ?? glyphs[character.normalize('NFKD').charAt(0)] ?? UNKNOWN;
}

/** Width of a line of text in pixels. @param size height of a capital in pixels. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += (glyphOf(character)?.width ?? SPACE - BETWEEN) + BETWEEN;
  return Math.ceil(Math.max(0, width - BETWEEN) * unit(size));
}

/** Height of a line from the top of capitals to the lowest descender, in pixels. */
export function textHeight(size: number): number {
  return Math.ceil((ASCENT + DESCENT) * unit(size));
}

/**
 * Draws a line of text.
 * @param x left edge, @param y top of the capitals, @param size height of a capital, all in pixels.
 * @param paint is called with each pixel the pen touches and how much of it is covered, in (0, 1].
 */
export function drawLettering(text: string, x: number, y: number, size: number, paint: (x: number, y: number, cover: number) => void): void {
  const scale = unit(size);
  const pen = Math.max(0.55, size * 0.065);
  let at = x;
  for (const character of text) {
    const found = glyphOf(character);
    if (found !== undefined) drawGlyph(found, at, y, scale, pen, paint);
    at += ((found?.width ?? SPACE - BETWEEN) + BETWEEN) * scale;
  }
}

/** Covers each pixel by its distance to the nearest stroke, so that strokes that meet do not darken. */
function drawGlyph({ strokes, width }: Glyph, x: number, y: number, scale: number, pen: number, paint: (x: number, y: number, cover: number) => void): void {
  const margin = pen + 1;
  const segments = strokes.flatMap(stroke => stroke.slice(1).map((to, i) => {
    const from = stroke[i]!;
    return [x + from[0] * scale, y + from[1] * scale, x + to[0] * scale, y + to[1] * scale] as const;
  }));
  for (let py = Math.floor(y - 1.5 * scale - margin); py <= y + (ASCENT + DESCENT) * scale + margin; py++) {
    for (let px = Math.floor(x - 2 * scale - margin); px <= x + (width + 2) * scale + margin; px++) {
      let nearest = Infinity;
      for (const [ax, ay, bx, by] of segments) nearest = Math.min(nearest, distance(px + 0.5, py + 0.5, ax, ay, bx, by));
      const cover = Math.min(1, pen + 0.5 - nearest);
      if (cover > 0) paint(px, py, cover);
    }
  }
}

function distance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / square));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
