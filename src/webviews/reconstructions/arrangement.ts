// How the samples of a section stand on the page: which of them in what order, in rows or as a grid, how large, under whose names.
// Worked out from the view settings and the room there is; page and PNG export lay out the same.
import { blockColumns } from '../../analysis/layout.ts';
import type { PictureEpoch } from '../../protocol/messages.ts';
import type { Theme } from '../shared/theme.ts';
import { compareRuns, spreadOf, withoutMiddle, type Comparison } from './compare.ts';
import { orderSamples } from './order.ts';
import type { Section } from './sections.ts';
import { sizes, type Layout, type PicturesView } from './settings.ts';
import { blockGroups, buildSheet, cellSize, largestSize, type Sheet } from './sheet.ts';

const labelColumn = 104;
const narrowLabelColumn = 98;
/** Where rows are called as runs are. */
const nameColumn = 156;
/** Beside the rows, with their scroll bar. */
const rowMargin = 36;
const gridMargin = 18;
/** Between the blocks of the grid. */
const blockGap = 24;
/** A page narrower than this has less room for names. */
const narrow = 560;

/** What a section is shown in. All lengths are CSS pixels. */
export interface Surroundings {
  readonly view: PicturesView;
  /** What is on the screen, by run. */
  readonly shown: ReadonlyMap<string, PictureEpoch>;
  /** Names that tell runs apart, by run. */
  readonly names: ReadonlyMap<string, string>;
  readonly width: number;
  readonly theme: Pick<Theme, 'kind' | 'border' | 'category'>;
}

export class Arrangement {
  readonly layout: Layout;
  /** What of several runs stands together; nothing for a single run. */
  readonly group: 'run' | 'kind' | undefined;
  readonly comparison: Comparison | undefined;
  /** Samples in the order in which they stand. */
  readonly samples: readonly number[];

  constructor(readonly section: Section, readonly around: Surroundings) {
    const { view, shown } = around;
    const { runs, samples } = section;
    this.layout = view.layout || (samples.layout ?? 'rows');
    this.group = runs.length < 2 ? undefined : this.layout === 'grid' ? 'run' : view.group;
    this.comparison = compareRuns(section, shown);
    const error = view.order === 'apart' ? this.comparison && spreadOf(this.comparison, samples.count) : shown.get(runs[0]!.run.id)?.error;
    this.samples = orderSamples(samples, error, view);
  }

  /** For pictures, where labels of rows stand beside them. */
  get rowWidth(): number {
    const { width } = this.around;
    return width - (width < narrow ? narrowLabelColumn : this.group === 'kind' ? nameColumn : labelColumn) - rowMargin;
  }

  /** For pictures, where nothing stands beside them: a grid, a large sample. */
  get gridWidth(): number {
    return this.around.width - 2 * gridMargin;
  }

  /** Height of a picture; where it is to fit, the largest at which as few lines as there must be are filled. */
  get size(): number {
    if (this.around.view.size > 0) return this.around.view.size;
    const count = this.samples.length;
    const choices = Array.from({ length: (sizes.most - sizes.least) / sizes.step + 1 }, (_, i) => sizes.least + i * sizes.step);
    const pitchAt = (size: number) => pitchOf(cellSize(this.section.samples.shape, size).width);
    if (this.layout === 'grid') {
      const blocks = blockGroups(this.sheet(choices[0])).reduce((most, group) => Math.max(most, group.blocks.length), 1);
      const room = this.gridWidth - (blocks - 1) * blockGap;
      return largestSize(choices, size => blocks * blockColumns(count) * pitchAt(size) <= room);
    }
    const lines = Math.ceil(count / Math.max(Math.floor(this.rowWidth / pitchAt(choices[0]!)), 1));
    return largestSize(choices, size => Math.ceil(count / lines) * pitchAt(size) <= this.rowWidth);
  }

  sheet(size = this.size, hiddenRows = this.around.view.hiddenRows): Sheet {
    const { shown, names, width, theme } = this.around;
    const letters = width < narrow ? 13 : 22;
    const highContrast = theme.kind === 'highContrast' || theme.kind === 'highContrastLight';
    return buildSheet({
      section: this.section, shown, hiddenRows, size, kind: theme.kind, ink: theme.category(0), ...(this.group === undefined ? {} : { group: this.group }),
      names: new Map([...names].map(([id, name]) => [id, withoutMiddle(name, letters)])), comparison: this.comparison, ...(highContrast ? { frame: theme.border } : {}),
    });
  }

  /** What a sample is called above its column. */
  captionOf(sample: number): string {
    return this.section.samples.labels?.[sample] ?? `#${sample + 1}`;
  }
}

/** Distance of columns for pictures of some width: wide enough for an error below them. */
export function pitchOf(width: number): number {
  return Math.max(width + 3, 40);
}
