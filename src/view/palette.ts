// Colours for categories and for numbers, apart from any DOM. The categorical sets are our own variations on the idea of
// M. Okabe and K. Ito, "Color Universal Design" (2008): hues that differ in lightness too, so that they stay apart for people who
// do not tell red from green; each set keeps a contrast of at least 3 : 1 on its background. A mark or dash goes with every colour.

export type ThemeKind = 'light' | 'dark' | 'highContrast' | 'highContrastLight';
export type Rgb = readonly [number, number, number];

const onLight = ['#0067b8', '#c25e00', '#00806a', '#a8328f', '#7d6b00', '#5a4fcf', '#b3261e', '#007f9e', '#6b6b6b', '#7c4a21'];
const onDark = ['#4aa8ff', '#f5a742', '#2cc9a0', '#e58fd0', '#e3d84f', '#a79bff', '#ff7b66', '#4fd3e6', '#b5b5b5', '#c99b6d'];

const categorical: Record<ThemeKind, readonly string[]> = {
  light: onLight,
  dark: onDark,
  highContrast: ['#5cb8ff', '#ffb14a', '#3de0b4', '#ff9fe5', '#fff25c', '#b9aeff', '#ff8f7d', '#66e6f7', '#d0d0d0', '#e0b184'],
  highContrastLight: ['#00457d', '#8f4300', '#00594a', '#7d1c69', '#4a4500', '#3d33a3', '#8c140e', '#005a71', '#4a4a4a', '#593112'],
};

/** Colour of the nth category; from the eleventh on they repeat, told apart by mark and dash. */
export function categoryColor(kind: ThemeKind, index: number): string {
  const colors = categorical[kind];
  return colors[index % colors.length]!;
}
export const categoryCount = 10;

export type Mark = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'star' | 'triangleDown' | 'plus' | 'hexagon' | 'bar';
const marks: readonly Mark[] = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star', 'triangleDown', 'plus', 'hexagon', 'bar'];
const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [12, 3, 2, 3, 2, 3], [1, 4], [6, 6], [14, 4], [4, 2, 1, 2]];

/** The second sign of the nth category beside its colour. It shifts by one each time the colours repeat. */
export function categoryMark(index: number): Mark {
  return marks[(index + Math.floor(index / categoryCount)) % marks.length]!;
}
/** Lengths of line and gap in CSS pixels; empty for a solid line. */
export function categoryDash(index: number): readonly number[] {
  return dashes[(index + Math.floor(index / categoryCount)) % dashes.length]!;
}

export function parseHex(hex: string): Rgb {
  const n = Number.parseInt(hex.slice(1, 7), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** A colour map of so many even steps, as pictures ask for a colour for every pixel. It holds the middle and every stop exactly. */
const STEPS = 1280;

function ramp(stops: readonly string[]): (t: number) => Rgb {
  const colors = stops.map(parseHex);
  const map = Array.from({ length: STEPS + 1 }, (_, step): Rgb => {
    const at = step / STEPS * (colors.length - 1);
    const i = Math.min(Math.floor(at), colors.length - 2);
    const [a, b] = [colors[i]!, colors[i + 1]!];
    const mix = (k: 0 | 1 | 2) => Math.round(a[k] + (b[k] - a[k]) * (at - i));
    return [mix(0), mix(1), mix(2)];
  });
  return t => map[Math.round(Math.min(Math.max(Number.isNaN(t) ? 0 : t, 0), 1) * STEPS)]!;
}

// Lightness rises (dark) or falls (light) steadily, so the order survives any colour vision and print.
const markColors = {
  dark: ramp(['#6a6fd8', '#4f8bc6', '#3ea6a8', '#62c183', '#bddb5e', '#fdf3a0']),
  light: ramp(['#ab8a1e', '#6c9036', '#2a8870', '#236c8c', '#31478a', '#221a54']),
};
const areaColors = {
  dark: ramp(['#2b2d6e', '#3d5a9e', '#2f8f9d', '#55b87f', '#b9d65a', '#fdf3a0']),
  light: ramp(['#e9e29a', '#9fca7a', '#45a38a', '#2c7a97', '#34508c', '#2b2360']),
};

/** t in [0, 1] → colour of a mark or line; more is further from the background, and the least can still be seen on it. */
export function sequentialColor(kind: ThemeKind, t: number): Rgb {
  return markColors[isLight(kind) ? 'light' : 'dark'](t);
}

/** t in [0, 1] → colour of a cell among cells; more is further from the background, and the least is near it. */
export function areaColor(kind: ThemeKind, t: number): Rgb {
  return areaColors[isLight(kind) ? 'light' : 'dark'](t);
}

const divergingColors = {
  light: ramp(['#0b4f9e', '#5c9bd6', '#f4f4f4', '#e8934a', '#9c3d00']),
  dark: ramp(['#b3dcff', '#3f97e8', '#181818', '#dd7a26', '#ffcfa3']),
};

/** t in [−1, 1] → colour: blue below zero, orange above, the background's lightness at zero. */
export function divergingColor(kind: ThemeKind, t: number): Rgb {
  return divergingColors[isLight(kind) ? 'light' : 'dark']((t + 1) / 2);
}

export function isLight(kind: ThemeKind): boolean {
  return kind === 'light' || kind === 'highContrastLight';
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.1, "contrast ratio"). */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map(v => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
