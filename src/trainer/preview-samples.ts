// Which samples of a split are shown before anything is trained: some that stand for all of it, and some of every class, so that a page
// can filter by class without asking again.
import { RandomStream } from '../core/random.ts';
import type { Split } from '../data/dataset.ts';
import { spreadPositions } from './evaluate.ts';

/** Numbers and samples that are handed over at most. */
const MOST = { numbers: 1 << 21, samples: 480 };
/** At least so many samples, however large they are. */
const LEAST = 8;
/** Samples that stand for the split, and for each class beside them; fewer of a class say little. */
const GENERAL = 96;
const OF_CLASS = { most: 24, least: 6 };

export interface Chosen {
  /** Positions in the split; first those that stand for what was asked for. */
  readonly positions: Int32Array;
  /** How many of them do so. */
  readonly general: number;
}

/**
 * @param draw 0: spread evenly; from 1 on: drawn by the seed, other ones for every number
 * @param label only samples of this class
 */
export function choosePreviewed(split: Split, features: number, { draw, label, seed, wanted }: { readonly draw: number; readonly label?: number; readonly seed: number; readonly wanted?: number }): Chosen {
  const most = Math.min(MOST.samples, Math.max(LEAST, Math.floor(MOST.numbers / features)));
  const stream = new RandomStream(seed, 'views', draw, label === undefined ? 0 : label + 1);
  const some = (all: Int32Array | number, count: number): number[] => {
    const total = typeof all === 'number' ? all : all.length;
    const places = draw === 0 ? spreadPositions(count, total) : drawnPlaces(stream, count, total);
    return Array.from(places, place => (typeof all === 'number' ? place : all[place]!));
  };
  const members = split.labels === undefined ? [] : positionsByClass(split.labels);
  if (label !== undefined) {
    const positions = some(members[label] ?? new Int32Array(0), Math.min(wanted ?? most, most));
    return { positions: Int32Array.from(positions), general: positions.length };
  }
  const general = some(split.count, Math.min(wanted ?? GENERAL, members.length > 1 ? Math.max(LEAST, most >> 1) : most));
  const chosen = new Set(general);
  const each = Math.min(OF_CLASS.most, Math.floor((most - chosen.size) / Math.max(1, members.length)));
  if (wanted === undefined && members.length > 1 && each >= OF_CLASS.least) for (const all of members) for (const position of some(all, each)) chosen.add(position);
  return { positions: Int32Array.from(chosen), general: general.length };
}

function drawnPlaces(stream: RandomStream, wanted: number, count: number): Iterable<number> {
  if (wanted >= count) return stream.permutation(count);
  const drawn = new Set<number>();
  while (drawn.size < wanted) drawn.add(stream.integer(count));
  return drawn;
}

/** Positions of every class, ascending. */
function positionsByClass(labels: Uint16Array): Int32Array[] {
  const counts = countClasses(labels);
  const positions = counts.map(count => new Int32Array(count));
  const filled = new Uint32Array(counts.length);
  labels.forEach((label, position) => { positions[label]![filled[label]!++] = position; });
  return positions;
}

/** Samples of each class, as far as classes occur. */
export function countClasses(labels: Uint16Array, classes = 0): number[] {
  const counts = new Array<number>(labels.reduce((most, label) => Math.max(most, label + 1), classes)).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}
