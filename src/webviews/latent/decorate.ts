// What the picture draws over the points, from the explorer's state: places of the probe, the path and the random samples, names of
// classes.
import type { LatentSamples } from '../../protocol/messages.ts';
import type { Theme } from '../shared/theme.ts';
import type { Camera, Point } from './camera.ts';
import type { Centre, Frame } from './frame.ts';
import type { Decorations, NameTag } from './overlay.ts';
import type { Target } from './scatter.ts';
import type { LatentView } from './settings.ts';

interface Codes {
  readonly codes: Float32Array;
  readonly count: number;
}

/** The part of the explorer's state that is drawn over the points. */
export interface Decorated {
  readonly frame: Frame | undefined;
  readonly theme: Theme;
  readonly view: Readonly<LatentView>;
  readonly sampleData: LatentSamples | undefined;
  readonly hover: { readonly target: Target } | undefined;
  readonly ends: readonly number[];
  readonly path: Codes | undefined;
  readonly sum: Codes | undefined;
  readonly pathStep: number | undefined;
  readonly probe: Codes | undefined;
  readonly samples: Codes | undefined;
  readonly scatter: { readonly camera: Camera };
  readonly namesShown: boolean;
  /** Why a code is none of the latent's. */
  beyond(code: Float32Array): string | undefined;
}

/**
 * @param centres the middle of each class, undefined for one without points
 * @param outline the edge of the codes that the latent can give
 */
export function decorationsOf(explorer: Decorated, centres: readonly (Centre | undefined)[], outline: readonly Point[] | undefined): Decorations | undefined {
  const { frame, theme, view, hover } = explorer;
  if (frame === undefined) return undefined;
  const pointOf = (sample: number): Point => ({ x: frame.points[2 * sample]!, y: frame.points[2 * sample + 1]! });
  const placesOf = (decoded: Codes | undefined): Point[] => {
    if (decoded === undefined) return [];
    const places = frame.projection.locate(decoded.codes, decoded.count);
    return Array.from({ length: decoded.count }, (_, i) => ({ x: places[2 * i]!, y: places[2 * i + 1]! }));
  };
  const classNames = explorer.sampleData?.classNames ?? [];
  const names: NameTag[] = !explorer.namesShown || frame.projection.kind === 'histogram' ? [] : classNames.flatMap((text, k) => {
    const at = centres[k];
    return at === undefined || view.hidden.includes(text) ? [] : [{ at, text, color: theme.category(k), count: at.count }];
  }).sort((a, b) => b.count - a.count);
  const path = placesOf(explorer.path);
  const step = explorer.pathStep === undefined ? undefined : path[explorer.pathStep];
  const sum = placesOf(explorer.sum)[0];
  const ends = explorer.ends.filter(end => end < frame.count).map(pointOf);
  const probe = placesOf(explorer.probe)[0];
  const covered = probe !== undefined && ends.some(end => Math.hypot(end.x - probe.x, end.y - probe.y) * explorer.scatter.camera.scale < 8);
  return {
    axes: frame.projection.axes,
    plainY: frame.projection.kind === 'histogram',
    names, ends, path,
    samples: view.open.includes('samples') ? placesOf(explorer.samples) : [],
    ...(hover?.target.kind === 'point' ? { hovered: pointOf(hover.target.index) } : {}),
    ...(outline ? { outline } : {}),
    ...(probe && !covered ? { probe, probeBeyond: explorer.beyond(explorer.probe!.codes) !== undefined } : {}),
    ...(step ? { step } : {}),
    ...(sum ? { sum } : {}),
  };
}
