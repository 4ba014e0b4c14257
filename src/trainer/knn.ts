// k nearest neighbours (E. Fix and J. Hodges, "Discriminatory Analysis", 1951) by Euclidean distance. |q − r|² is |q|² + |r|² − 2q·r: the
// products are one matrix product on the engine for a block of queries and a block of references, and |q|² changes no order.
// The few smallest of each row are picked out here; whole distances never exist at once.
import { tensor, type HostTensor } from '../core/tensor.ts';
import type { Split } from '../data/dataset.ts';
import { copyRows } from '../data/rows.ts';
import type { CompiledProgram, Session } from '../engine/engine.ts';
import * as ops from '../graph/ops.ts';
import type { Port, Program } from '../graph/program.ts';
import { Breath } from './breath.ts';
import { scaled } from './evaluate.ts';

/** Rows of one matrix product. */
const BLOCK = { queries: 512, references: 8192 };

export interface References {
  readonly samples: Split & Required<Pick<Split, 'labels'>>;
  readonly scale: number;
}

/**
 * The class of each query by a vote of its k nearest references. Of classes with equally many votes the one with the nearest
 * reference wins; of references equally far the first one counts.
 * @param queries in the type of the references and on their scale.
 * @param goOn is asked at every block; it throws to end the search.
 */
export async function nearestNeighbors(session: Session, { samples, scale }: References, queries: Split, k: number, goOn: () => void = () => undefined): Promise<Int32Array> {
  const { labels } = samples;
  const { count } = queries;
  const nearest = new Nearest(count, Math.min(k, labels.length));
  const programs = new Map<string, Promise<CompiledProgram>>();
  const breath = new Breath();
  const block = (from: Split, first: number, size: number): HostTensor => {
    const values = scaled(copyRows(from, first, size), scale);
    return tensor(values, [size, values.length / size]);
  };
  for (let start = 0; start < labels.length; start += BLOCK.references) {
    const rows = Math.min(BLOCK.references, labels.length - start);
    const references = block(samples, start, rows);
    for (let first = 0; first < count; first += BLOCK.queries) {
      goOn();
      const size = Math.min(BLOCK.queries, count - first);
      const key = `${size} ${rows}`;
      if (!programs.has(key)) programs.set(key, session.compile(distanceProgram(size, rows, references.shape[1]!)));
      const { distances } = await (await programs.get(key)!).run({ queries: block(queries, first, size), references });
      nearest.take(distances!.data as Float32Array, first, size, start);
      await breath.take();
    }
  }
  for (const program of programs.values()) await (await program).dispose();
  return nearest.vote(labels);
}

/** |r|² − 2q·r: the squared distance but for |q|², which is the same for a whole row. queries × references. */
function distanceProgram(queries: number, references: number, features: number): Program {
  const ports: Port[] = [
    { name: 'queries', dtype: 'float32', shape: [queries, features] },
    { name: 'references', dtype: 'float32', shape: [references, features] },
  ];
  const [q, r] = ports.map(({ name, shape }) => ops.input(name, shape));
  const squares = ops.reshape(ops.sum(ops.square(r!), [1]), [1, references]);
  const distances = ops.sub(squares, ops.mul(ops.matmul(q!, r!, { transposeB: true }), 2));
  return { name: `distances of ${queries} to ${references}`, inputs: ports, state: [], outputs: [{ name: 'distances', value: distances }], updates: [] };
}

/** The k nearest references of every query so far, nearest first. */
class Nearest {
  private readonly distances: Float32Array;
  private readonly indices: Int32Array;

  constructor(private readonly count: number, private readonly k: number) {
    this.distances = new Float32Array(count * k).fill(Infinity);
    this.indices = new Int32Array(count * k);
  }

  /** A block of distances, size × references, of queries from `first` on to references from `start` on. */
  take(block: Float32Array, first: number, size: number, start: number): void {
    const { k, distances, indices } = this;
    const columns = block.length / size;
    for (let row = 0; row < size; row++) {
      const begin = (first + row) * k;
      const last = begin + k - 1;
      let limit = distances[last]!;
      for (let column = 0; column < columns; column++) {
        const distance = block[row * columns + column]!;
        if (!(distance < limit)) continue;
        let place = last;
        for (; place > begin && distances[place - 1]! > distance; place--) {
          distances[place] = distances[place - 1]!;
          indices[place] = indices[place - 1]!;
        }
        distances[place] = distance;
        indices[place] = start + column;
        limit = distances[last]!;
      }
    }
  }

  vote(labels: ArrayLike<number>): Int32Array {
    return Int32Array.from({ length: this.count }, (_, query) => {
      const votes = new Map<number, number>();
      for (let i = query * this.k; i < (query + 1) * this.k; i++) {
        const label = labels[this.indices[i]!]!;
        votes.set(label, (votes.get(label) ?? 0) + 1);
      }
      // A map keeps the order of first votes, and that is the order of distance.
      let winner = { label: 0, votes: 0 };
      for (const [label, count] of votes) if (count > winner.votes) winner = { label, votes: count };
      return winner.label;
    });
  }
}
