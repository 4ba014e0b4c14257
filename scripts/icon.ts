// Draws media/icon.png: the mark of the extension, five layers from wide to narrow to wide, the code glowing in the middle.
// Rounded rectangles as signed distance fields, anti-aliased by supersampling. Run by `npm run generate:icon`.
import { writeFileSync } from 'node:fs';
import { encode } from 'fast-png';

type Colour = readonly [red: number, green: number, blue: number];

const size = 256;
const oversampling = 4;
const mixColours = (a: Colour, b: Colour, t: number): Colour => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];

/** Signed distance from a point to a rectangle with round corners; negative inside. */
function roundedBox(x: number, y: number, centreX: number, centreY: number, halfWidth: number, halfHeight: number, radius: number): number {
  const dx = Math.abs(x - centreX) - halfWidth + radius;
  const dy = Math.abs(y - centreY) - halfHeight + radius;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

// In units of the picture's width.
const bars = [0.36, 0.225, 0.105, 0.225, 0.36].map((halfHeight, i) => ({ x: 0.5 + (i - 2) * 0.152, halfHeight: halfHeight * 0.86 }));
const night: Colour = [0x17, 0x14, 0x3a];
const dusk: Colour = [0x3b, 0x2f, 0x8f];
const mist: Colour = [0xd9, 0xd6, 0xff];
const violet: Colour = [0x8e, 0x84, 0xff];
const amber: Colour = [0xff, 0xb4, 0x5c];

/** Colour and opacity at a point of the unit square. */
function shade(x: number, y: number): { colour: Colour; alpha: number } {
  if (roundedBox(x, y, 0.5, 0.5, 0.5, 0.5, 0.2) > 0) return { colour: night, alpha: 0 };
  let colour = mixColours(dusk, night, Math.min(1, (x * 0.35 + y) / 1.25));
  const glow = Math.exp(-((x - 0.5) ** 2 + (y - 0.5) ** 2) / 0.022);
  colour = mixColours(colour, amber, 0.5 * glow);
  for (const [i, bar] of bars.entries()) {
    if (roundedBox(x, y, bar.x, 0.5, 0.047, bar.halfHeight, 0.047) <= 0) {
      return { colour: i === 2 ? amber : mixColours(mist, violet, Math.min(1, Math.abs(y - 0.5) / 0.32)), alpha: 1 };
    }
  }
  return { colour, alpha: 1 };
}

const data = new Uint8Array(size * size * 4);
for (let row = 0; row < size; row++) {
  for (let column = 0; column < size; column++) {
    const sum = [0, 0, 0, 0];
    for (let sample = 0; sample < oversampling * oversampling; sample++) {
      const x = (column + ((sample % oversampling) + 0.5) / oversampling) / size;
      const y = (row + (Math.floor(sample / oversampling) + 0.5) / oversampling) / size;
      const { colour, alpha } = shade(x, y);
      for (let c = 0; c < 3; c++) sum[c]! += colour[c]! * alpha;
      sum[3]! += alpha;
    }
    const at = (row * size + column) * 4;
    for (let c = 0; c < 3; c++) data[at + c] = sum[3]! > 0 ? Math.round(sum[c]! / sum[3]!) : 0;
    data[at + 3] = Math.round((sum[3]! / (oversampling * oversampling)) * 255);
  }
}
writeFileSync('media/icon.png', encode({ width: size, height: size, data, channels: 4 }));
