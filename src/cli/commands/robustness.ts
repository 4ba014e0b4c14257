// `aeconf robustness RUN`: scores and pictures of a trained model under noise, from the spec's tests or from options.
import * as path from 'node:path';
import { StudioError } from '../../core/errors.ts';
import { runFiles } from '../../runs/events.ts';
import { replaceFile } from '../../runs/files.ts';
import { robustnessFile, writeRobustness, type RobustnessReport, type Scores } from '../../runs/robustness.ts';
import { canonicalJson } from '../../spec/load.ts';
import { parseValue } from '../../spec/paths.ts';
import type { CorruptionSpec, RobustnessSpec, Spec } from '../../spec/schema.ts';
import { checkedConfig, readConfigText } from '../../trainer/config.ts';
import { cpuSession, openModel, openRun, type TrainedModel } from '../../trainer/opened-run.ts';
import { strengthKey, testRobustness, type TestedModel } from '../../trainer/robustness.ts';
import type { Arguments } from '../arguments.ts';
import type { Handler } from '../command.ts';
import { countTo } from '../counter.ts';
import { exitCodes } from '../exit-codes.ts';
import { baselineText, formatCount, formatLoss } from '../format.ts';
import { accessOf, checkpointOf } from '../run-options.ts';
import { formatTable } from '../table.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

export const robustness: Handler = async ({ args, terminal, json }) => {
  const runsFolder = runsFolderFor(process.cwd(), args.text('runs'));
  const { folder, id } = await findRun(args.positionals[0]!, runsFolder);
  const tests = await testsOf(folder, args);
  const access = accessOf(args);
  const first = await openRun(folder, access, checkpointOf(args));
  const others: TestedModel[] = [];
  try {
    for (const word of args.all('against')) {
      const trained = await openModel((await findRun(word, runsFolder)).folder, checkpointOf(args));
      const session = await cpuSession(access.threads);
      others.push({ trained, session });
      await session.setState(trained.state);
    }
    for (const { trained } of others) {
      if (sawOtherSamples(first.spec, trained.spec)) terminal.err(`${trained.info.id} was trained on another choice of samples than ${id}, so it may have seen some that it is tested with.\n`);
    }
    const reports: RobustnessReport[] = [];
    for (const [i, test] of tests.entries()) {
      const name = nameOf(test, tests.slice(0, i), others.map(({ trained }) => trained));
      const { report, pictures } = await testRobustness(first, others, test, name, json ? undefined : countTo(terminal, test.corruption.type));
      for (const [file, png] of pictures) await replaceFile(path.join(folder, file), png);
      await writeRobustness(folder, report);
      reports.push(report);
      if (!json) terminal.out(textOf(report, folder, [first, ...others.map(({ trained }) => trained)]));
    }
    if (json) terminal.out(`${JSON.stringify({ id, folder, reports })}\n`);
    return exitCodes.ok.code;
  } finally {
    for (const { session } of others) await session.dispose();
    await first.close();
  }
};

/** The tests of the options, else those of the run's spec. @throws StudioError('usage' or 'spec'). */
async function testsOf(folder: string, args: Arguments): Promise<readonly RobustnessSpec[]> {
  const file = path.join(folder, runFiles.resolvedConfig);
  const text = await readConfigText(file);
  const { spec } = checkedConfig(text, file, {});
  const samples = args.integer('samples');
  if (args.text('corruption') === undefined && args.text('strengths') === undefined) {
    if (spec.robustness.length > 0) return spec.robustness.map(test => samples === undefined ? test : { ...test, samples });
    throw new StudioError('usage', 'The spec of this run has no "robustness". Say what to test: --corruption uniform --strengths 0.1,0.3,0.5.');
  }
  const strengths = strengthsOf(args.text('strengths'));
  const corruption = { ...corruptionOf(args.text('corruption'), spec) };
  // The check of the spec knows what is right for a corruption; its strength has to be there to pass.
  const key = typeof corruption['type'] === 'string' && isKind(corruption['type']) ? strengthKey(corruption['type']) : undefined;
  if (key !== undefined) corruption[key] = key === 'size' ? Math.max(1, Math.round(strengths[0]!)) : strengths[0];
  return checkedConfig(text, file, { robustness: [{ corruption, strengths, ...(samples === undefined ? {} : { samples }) }] }).spec.robustness;
}

function isKind(word: string): word is CorruptionSpec['type'] {
  return ['gaussian', 'saltAndPepper', 'masking', 'uniform', 'occlusion'].includes(word);
}

function strengthsOf(text: string | undefined): number[] {
  if (text === undefined) throw new StudioError('usage', '--corruption needs --strengths too: --strengths 0.1,0.3,0.5.');
  const strengths = text.split(',').map(word => word.trim() === '' ? NaN : Number(word));
  if (!strengths.every(strength => Number.isFinite(strength) && strength >= 0)) throw new StudioError('usage', `--strengths takes numbers from 0 with commas between, not "${text}".`);
  return strengths;
}

/** What was typed, "uniform" or {"type":"gaussian","mean":0.5}; else the one kind the run was trained with. */
function corruptionOf(text: string | undefined, { corruption }: Spec): Record<string, unknown> {
  if (text === undefined) {
    if (corruption.length === 1) return corruption[0]!;
    throw new StudioError('usage', `Say which noise: --corruption uniform. The run was trained with ${corruption.length === 0 ? 'none' : `${corruption.length} kinds`}.`);
  }
  const value = parseValue(text);
  if (typeof value === 'string') return { type: value };
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new StudioError('usage', `--corruption takes a kind or an object like '{"type":"gaussian","mean":0.5}', not ${text}.`);
}

/** The name of a report: the kind, numbered when there are several, and who was compared. */
function nameOf({ corruption: { type } }: RobustnessSpec, before: readonly RobustnessSpec[], others: readonly TrainedModel[]): string {
  const earlier = before.filter(test => test.corruption.type === type).length;
  const against = others.map(({ name }) => name.replace(/[^A-Za-z0-9._-]+/g, '-'));
  return [type, ...(earlier > 0 ? [String(earlier + 1)] : []), ...(against.length > 0 ? ['against', ...against] : [])].join('-');
}

/** Whether the second run may have trained on what the first one is judged on. */
function sawOtherSamples(first: Spec, second: Spec): boolean {
  return canonicalJson(first.data) !== canonicalJson(second.data) || (first.seed !== second.seed && typeof first.data.validation === 'number');
}

function textOf({ name, corruption, runs, clean, strengths, samples, split, picture, note }: RobustnessReport, folder: string, models: readonly Pick<TrainedModel, 'name' | 'info'>[]): string {
  const cells = ({ mse, psnr, ssim }: Scores): string[] => [`${formatLoss(mse.mean)} ± ${formatLoss(mse.stddev)}`, ...(psnr === undefined ? [] : [psnr.mean.toFixed(2)]), ...(ssim === undefined ? [] : [ssim.mean.toFixed(3)])];
  const headers = (who: string): string[] => [`${who} mse`, ...(clean[0]?.psnr === undefined ? [] : ['psnr']), ...(clean[0]?.ssim === undefined ? [] : ['ssim'])];
  const width = headers('').length;
  const rows = [
    [strengthKey(corruption.type), ...headers('input'), ...runs.flatMap(run => headers(run.name))],
    ['none', ...Array.from({ length: width }, () => ''), ...clean.flatMap(cells)],
    ...strengths.map(({ strength, corrupted, runs: scores }) => [String(strength), ...cells(corrupted), ...scores.flatMap(cells)]),
  ];
  const baselines = models.flatMap(({ name: run, info: { baseline } }) => (baseline === undefined ? [] : [`${run}, on input as in training: ${baselineText(baseline)}\n`]));
  return `${corruption.type} on ${formatCount(samples)} ${split} samples (mean ± standard deviation over samples)\n${formatTable(rows, { right: rows[0]!.map((_, i) => i) })}${baselines.join('')}${note === undefined ? '' : `${note}\n`}`
    + `Report   ${path.join(folder, robustnessFile(name))}\nPicture  ${path.join(folder, picture)}\n`;
}
