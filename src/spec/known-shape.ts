// The shape of a sample as far as the spec alone tells it, so that shapes can be checked while someone types.
import type { DataSpec } from './schema.ts';

/** [height, width, channels] or [features]; undefined when only the files know. */
export function knownInputShape(data: DataSpec): readonly number[] | undefined {
  switch (data.type) {
    case 'glyphs':
    case 'mnist':
    case 'fashion-mnist':
      return [28, 28, 1];
    case 'lfw':
    case 'images':
      return data.size && [...data.size, data.color === 'rgb' ? 3 : 1];
    case 'idx':
    case 'npy':
    case 'npz':
    case 'csv':
      return data.shape;
  }
}
