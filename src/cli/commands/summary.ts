// `aeconf summary FILE`
import * as path from 'node:path';
import { configFolders } from '../../core/config-folders.ts';
import { loadShape } from '../../data/load.ts';
import { buildPrograms } from '../../graph/programs.ts';
import { checkConfig } from '../../model/check.ts';
import { formatSummary, summarize } from '../../model/summary.ts';
import { requireSpec } from '../../spec/load.ts';
import { readConfigText } from '../../trainer/config.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatBytes } from '../format.ts';
import { overridesOf } from '../overrides.ts';

export const summary: Handler = async ({ args, terminal, json, signal }) => {
  const file = args.positionals[0]!;
  const text = await readConfigText(file);
  const overrides = overridesOf(args);
  let checked = checkConfig(text, file, { overrides });
  const spec = requireSpec(checked);
  if (checked.model === undefined) {
    // Only the files know the shape of a sample.
    const shape = await loadShape(spec.data, { baseFolders: configFolders(file), dataFolders: args.all('data'), seed: spec.seed, signal });
    checked = checkConfig(text, file, { overrides, inputShape: shape });
    requireSpec(checked);
  }
  const model = checked.model!;
  const { batchSize } = spec.training;
  const memory = buildPrograms(model, spec, { data: { dtype: 'float32', scale: 1 } }).memory(batchSize);
  const facts = summarize(model);
  const title = spec.name ?? path.basename(file).replace(/\.aeconf$/, '');
  const table = `${formatSummary(facts, title)}  Memory: about ${formatBytes(memory)} to train at a batch size of ${batchSize}\n`;
  terminal.out(json ? `${JSON.stringify({ title, ...facts, memory: { bytes: memory, batchSize }, text: table })}\n` : table);
  return exitCodes.ok.code;
};
