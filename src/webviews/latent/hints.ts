// The line that says what can be done next with points: what is true now, for the hand that was used last.
import type { DecoderState } from './decoder.ts';

export interface HintState {
  readonly strip: 'path' | 'sum';
  /** Names of the samples chosen so far. */
  readonly chosen: readonly string[];
  readonly decoder: DecoderState['kind'];
  /** The picture was used by keys last. */
  readonly byKeys: boolean;
  /** The sample that Enter would take, and whether it is chosen already. */
  readonly nearest?: { readonly name: string; readonly chosen: boolean } | undefined;
}

const LETTERS = ['A', 'B', 'C'];

export function nextHint(state: HintState): string {
  const { strip, chosen, decoder } = state;
  if (decoder === 'failed') return 'Nothing can be decoded here: the decoder does not run.';
  const done = chosen.map((name, k) => `${LETTERS[k]!} ${k === 0 ? 'is ' : ''}${name}`).join(', ');
  return `${done}${done === '' ? '' : '. '}${state.byKeys ? byKeys(state) : byPointer(strip, chosen.length)}`;
}

function byPointer(strip: 'path' | 'sum', chosen: number): string {
  if (strip === 'path') return chosen === 0 ? 'Click two points to see what lies between them.' : 'Click a second point.';
  return ['Click three points: what differs between A and B is added to C.', 'Click B, which is subtracted.', 'Click C, to which their difference is added.'][chosen] ?? '';
}

function byKeys({ strip, chosen, nearest }: HintState): string {
  const letter = LETTERS[chosen.length]!;
  if (nearest === undefined) return 'No sample is near the probe: move it with the arrow keys.';
  if (nearest.chosen) return `The sample nearest to the probe is chosen already: move the probe for ${letter}.`;
  const what = strip === 'path' ? '' : ['', ', which is subtracted', ', to which their difference is added'][chosen.length] ?? '';
  return `Arrow keys move the probe; Enter takes the sample nearest to it, ${nearest.name}, as ${letter}${what}.`;
}
