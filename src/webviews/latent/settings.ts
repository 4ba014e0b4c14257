// How this page looks at a latent space: kept with the panel over reloads. Data never is.
import type { InterpolationKind } from '../../analysis/interpolate.ts';
import type { SamplingKind } from './statistics.ts';

export interface LatentView {
  /** 'auto': two dimensions as they are, more by PCA. */
  mode: 'auto' | 'pca' | 'tsne' | 'axes';
  x: number;
  y: number;
  colour: 'class' | 'error';
  marks: 'shapes' | 'letters';
  /** Class names over their points; 'auto' where there are few. */
  names: 'auto' | 'on' | 'off';
  grid: boolean;
  gridOpacity: number;
  /** Classes that are not shown, by name. */
  hidden: string[];
  /** What becomes of chosen points: the way from A to B, or A − B + C. */
  strip: 'path' | 'sum';
  way: InterpolationKind;
  steps: number;
  sampling: SamplingKind;
  /** Sections of the side panel that are open. */
  open: string[];
  /** The run in which probe and path were placed, by its id, and where: a code, none at the median; the chosen samples. */
  placedIn: string;
  probe: number[];
  ends: number[];
}

export const defaultView: LatentView = {
  mode: 'auto', x: 0, y: 1, colour: 'class', marks: 'shapes', names: 'auto', grid: false, gridOpacity: 0.6, hidden: [],
  strip: 'path', way: 'linear', steps: 9, sampling: 'fitted', open: ['probe', 'classes'], placedIn: '', probe: [], ends: [],
};
