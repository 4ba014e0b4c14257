// `aeconf evaluate RUN`
import { openRun } from '../../trainer/opened-run.ts';
import { judgedSplit } from '../../trainer/views.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatCount, formatLoss, formatTable } from '../format.ts';
import { accessOf, checkpointOf } from '../run-options.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

interface Part {
  readonly samples: number;
  readonly loss: number;
}

export const evaluate: Handler = async ({ args, terminal, json }) => {
  const { folder, id } = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  const run = await openRun(folder, accessOf(args), checkpointOf(args));
  try {
    const { experiment: { dataset, spec }, evaluator, position, checkpoint } = run;
    const split = judgedSplit(run.experiment);
    const losses = await evaluator.losses(split);
    const whole = partOf(losses);
    const classes = [...new Set(split.labels ?? [])].sort((a, b) => a - b).map(label => ({
      name: dataset.classNames?.[label] ?? String(label),
      ...partOf(losses.filter((_, i) => split.labels![i] === label)),
    }));
    const sorted = losses.slice().sort();
    const median = sorted[Math.floor((sorted.length - 1) / 2)]!;
    const facts = {
      id, folder, checkpoint, epoch: position.epoch, step: position.step,
      split: split === dataset.train ? 'train' : 'validation', lossName: spec.training.loss,
      ...whole, median, worst: sorted.at(-1)!, classes,
    };
    if (json) terminal.out(`${JSON.stringify(facts)}\n`);
    else {
      terminal.out(`${id}, checkpoint "${checkpoint}" (epoch ${position.epoch}), ${formatCount(whole.samples)} ${facts.split} samples\n`);
      terminal.out(`${spec.training.loss} ${formatLoss(whole.loss)}, median ${formatLoss(median)}, worst ${formatLoss(facts.worst)}\n`);
      if (classes.length > 1) terminal.out(`\n${formatTable([['Class', 'Samples', 'Loss'], ...classes.map(c => [c.name, formatCount(c.samples), formatLoss(c.loss)])], [1, 2])}`);
    }
    return exitCodes.ok.code;
  } finally {
    await run.close();
  }
};

function partOf(losses: Float32Array): Part {
  let sum = 0;
  for (const loss of losses) sum += loss;
  return { samples: losses.length, loss: sum / losses.length };
}
