// Colours of pictures, for trainer and pages alike. Class and sequential colours are made in Oklab (B. Ottosson, "A perceptual
// color space for image processing", 2020), where equal steps look equal.

/** Red, green, blue, each in [0, 255]. */
export type Rgb = readonly [number, number, number];

/** From lightness in [0, 1], chroma (0 is grey, about 0.15 vivid) and hue in degrees; cut to what screens can show. */
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos(hue * Math.PI / 180);
  const b = chroma * Math.sin(hue * Math.PI / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    screen(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    screen(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    screen(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** The sRGB byte of a linear amount of light. */
function screen(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

/** The hex form of a colour, "#1f77b4". */
export function hex(color: Rgb): string {
  return `#${color.map(value => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * Colour of a class, readable on light and dark ground. Neighbours differ in hue and in lightness; beyond 12 the hues go on
 * by the golden angle. Never the only mark: pair it with a letter, a shape or a name.
 */
export function classColor(index: number): Rgb {
  const lightness = index % 2 === 0 ? 0.62 : 0.74;
  const hue = index < 12 ? 250 + 150 * index : 265 + 137.508 * index;
  return oklch(lightness, 0.15, hue % 360);
}

/** Grey level of a value in [0, 1]. NaN is shown in magenta, which no grey is. */
export function grey(value: number): Rgb {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  const level = Math.round(255 * Math.min(1, Math.max(0, value)));
  return [level, level, level];
}

export const NOT_A_NUMBER: Rgb = [255, 0, 255];

/** From dark blue over green to light yellow, lightness rising evenly: for quantities in [0, 1]. */
export function sequential(value: number): Rgb {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  return table(sequentialTable, value);
}

/** From blue (−1) over almost white (0) to red (1): for differences. */
export function diverging(value: number): Rgb {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  return table(divergingTable, (value + 1) / 2);
}

const STEPS = 255;
function table(colors: readonly Rgb[], share: number): Rgb {
  return colors[Math.round(STEPS * Math.min(1, Math.max(0, share)))]!;
}

const sequentialTable = Array.from({ length: STEPS + 1 }, (_, i) => {
  const t = i / STEPS;
  return oklch(0.2 + 0.74 * t, 0.07 + 0.03 * Math.sin(Math.PI * t) + 0.06 * t ** 3, 290 - 185 * t);
});
const divergingTable = Array.from({ length: STEPS + 1 }, (_, i) => {
  const t = 2 * i / STEPS - 1;
  const strength = Math.abs(t);
  return oklch(0.97 - 0.47 * strength, 0.19 * strength ** 0.9 * (t < 0 ? 0.85 : 1), t < 0 ? 255 : 27);
});
