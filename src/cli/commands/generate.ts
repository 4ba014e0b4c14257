// `aeconf generate RUN`: images from codes that no sample had: drawn ones, or sums of others.
import * as path from 'node:path';
import { parseSum } from '../../analysis/arithmetic.ts';
import { encodePng } from '../../analysis/png.ts';
import { StudioError } from '../../core/errors.ts';
import { replaceFile } from '../../runs/files.ts';
import { arithmetic } from '../../trainer/generate-arithmetic.ts';
import { generationMethods } from '../../trainer/generate-codes.ts';
import { generate, usualMethod } from '../../trainer/generate.ts';
import { openRun } from '../../trainer/opened-run.ts';
import type { Context, Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { accessOf, checkpointOf } from '../run-options.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

/** Numbers of a code that are printed on a line, and codes that are printed. */
const PRINTED_NUMBERS = 64;
const PRINTED_CODES = 100;

export const generateSamples: Handler = async context => {
  const { args, terminal, json } = context;
  const sum = args.text('arithmetic');
  if (sum !== undefined) return arithmeticOf(sum, context);
  const asked = args.choice('method', generationMethods);
  const count = args.integer('count');
  const components = args.integer('components') ?? 10;
  const seed = args.integer('seed', 0) ?? 0;
  const { folder, id } = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  const run = await openRun(folder, accessOf(args), checkpointOf(args));
  try {
    const method = asked ?? usualMethod(run.experiment);
    const { picture, codes, note } = await generate(run, { method, components, seed, ...(count === undefined ? {} : { count }) });
    const file = path.resolve(args.text('out') ?? path.join(folder, 'generated', `${method}${seed === 0 ? '' : `-${seed}`}.png`));
    await replaceFile(file, encodePng(picture));
    const { codeSize } = run.experiment;
    const vectors = Array.from({ length: codes.length / codeSize }, (_, i) => Array.from(codes.subarray(i * codeSize, (i + 1) * codeSize)));
    if (json) terminal.out(`${JSON.stringify({ id, method, seed, file, note, codes: vectors })}\n`);
    else {
      terminal.out(`${note[0]!.toUpperCase()}${note.slice(1)}\n`);
      if (method !== 'grid') terminal.out(vectors.slice(0, PRINTED_CODES).map((vector, i) => `${String(i + 1).padStart(3)}  ${vectorText(vector)}\n`).join(''));
      if (method !== 'grid' && vectors.length > PRINTED_CODES) terminal.out(`     … ${vectors.length - PRINTED_CODES} more; --json has all\n`);
      terminal.out(`${file}\n`);
    }
    return exitCodes.ok.code;
  } finally {
    await run.close();
  }
};

/** A sum of codes, and its terms. */
async function arithmeticOf(text: string, { args, terminal, json }: Context): Promise<number> {
  const unfit = ['method', 'count', 'components', 'seed'].find(option => args.text(option) !== undefined);
  if (unfit !== undefined) throw new StudioError('usage', `--arithmetic decodes one sum, so --${unfit} says nothing. Leave it out.`);
  const terms = parseSum(text);
  const { folder, id } = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  const run = await openRun(folder, accessOf(args), checkpointOf(args));
  try {
    const { picture, codes, note } = await arithmetic(run, terms);
    const file = path.resolve(args.text('out') ?? path.join(folder, 'generated', 'arithmetic.png'));
    await replaceFile(file, encodePng(picture));
    if (json) terminal.out(`${JSON.stringify({ id, method: 'arithmetic', file, note, codes: [Array.from(codes)] })}\n`);
    else terminal.out(`${note[0]!.toUpperCase()}${note.slice(1)}\n  =  ${vectorText(Array.from(codes))}\n${file}\n`);
    return exitCodes.ok.code;
  } finally {
    await run.close();
  }
}

/** "( 0.12, -1.30)": columns stand below each other. */
function vectorText(vector: readonly number[]): string {
  const numbers = vector.slice(0, PRINTED_NUMBERS).map(value => value.toFixed(2).padStart(5));
  return `(${numbers.join(', ')}${vector.length > PRINTED_NUMBERS ? ', …' : ''})`;
}
