// What the picture draws over the points, from the explorer's state: places of the probe, the path and the random samples, names of
// classes.
import type { LatentSamples } from '../../protocol/messages.ts';
import type { Theme } from '../shared/theme.ts';
import type { Camera, Point } from './camera.ts';
import type { Codes } from './decoded.ts';
import type { Centre, Frame } from './frame.ts';
import type { Decorations, NameTag } from './overlay.ts';
import type { Target } from './scatter.ts';
import type { LatentView } from './settings.ts';

interface Shown {
  readonly now: Codes | undefined;
}

/** The part of the explorer's state that is drawn over the points. */
export interface Decorated {
  readonly frame: Frame | undefined;
  readonly theme: Theme;
  readonly view: Readonly<LatentView>;
  readonly sampleData: LatentSamples | undefined;
  readonly hover: { readonly now: { readonly target: Target } | undefined };
  readonly chosen: { readonly samples: readonly number[]; readonly path: Shown; readonly sum: Shown; readonly step: number | undefined };
  readonly probe: Shown;
  readonly random: Shown;
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
  const { frame, theme, view, chosen } = explorer;
  const hovered = explorer.hover.now?.target;
  if (frame === undefined) return undefined;
  const pointOf = (sample: number): Point => ({ x: frame.points[2 * sample]!, y: frame.points[2 * sample + 1]! });
  const placesOf = ({ now }: Shown): Point[] => {
    if (now === undefined) return [];
    const places = frame.projection.locate(now.codes, now.count);
    return Array.from({ length: now.count }, (_, i) => ({ x: places[2 * i]!, y: places[2 * i + 1]! }));
  };
  const classNames = explorer.sampleData?.classNames ?? [];
  const names: NameTag[] = !explorer.namesShown || frame.projection.kind === 'histogram' ? [] : classNames.flatMap((text, k) => {
    const at = centres[k];
    return at === undefined || view.hidden.includes(text) ? [] : [{ at, text, color: theme.category(k), count: at.count }];
  }).sort((a, b) => b.count - a.count);
  const path = placesOf(chosen.path);
  const step = chosen.step === undefined ? undefined : path[chosen.step];
  const sum = placesOf(chosen.sum)[0];
  const ends = chosen.samples.filter(end => end < frame.count).map(pointOf);
  const probe = placesOf(explorer.probe)[0];
  const covered = probe !== undefined && ends.some(end => Math.hypot(end.x - probe.x, end.y - probe.y) * explorer.scatter.camera.scale < 8);
  return {
    axes: frame.projection.axes,
    plainY: frame.projection.kind === 'histogram',
    names, ends, path,
    samples: view.open.includes('samples') ? placesOf(explorer.random) : [],
    ...(hovered?.kind === 'point' ? { hovered: pointOf(hovered.index) } : {}),
    ...(outline ? { outline } : {}),
    ...(probe && !covered ? { probe, probeBeyond: explorer.beyond(explorer.probe.now!.codes) !== undefined } : {}),
    ...(step ? { step } : {}),
    ...(sum ? { sum } : {}),
  };
}
