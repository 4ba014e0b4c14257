// What the curves of the loss mean. Each rule asks for more than noise (Course.certainty) and for a share below which nobody would act.
import { counted, ending, figure, percent, type Finding } from './finding.ts';
import { isProgress, latestFall, layersOf, rateOf, watched, type Facts } from './facts.ts';
import { mean } from './course.ts';

/** Epochs before which the course of a loss says little. */
const LEAST = { rise: 4, overfitting: 8, gap: 8, jumps: 8, slow: 7, end: 3, learnedOut: 12, above: 5 };

export function lossFindings(facts: Facts): Finding[] {
  const wild = diverging(facts) ?? jumping(facts);
  if (wild?.kind === 'diverging') return [wild];
  const slow = wild === undefined ? creeping(facts) : undefined;
  const early = stoppedEarly(facts);
  const heart = kept(facts) === 'best' && early !== undefined ? undefined : overfitting(facts) ?? gap(facts);
  const end = early ?? (heart?.kind === 'overfitting' || slow !== undefined ? undefined : stillLearning(facts) ?? learnedOut(facts));
  return [wild, slow, heart, end, trainAbove(facts)].filter(finding => finding !== undefined);
}

/** A fifth above its lowest, and a twentieth of what it had fallen, is no wavering of a loss that training itself lowers. */
function diverging({ train, spec }: Facts): Finding | undefined {
  if (train.length < LEAST.rise) return undefined;
  const at = train.lowest;
  const low = train.around(at);
  const rise = train.last - low;
  if (at > train.length - 3 || low <= 0 || rise < 0.2 * low || rise < 0.05 * (train.first - low) || rise <= train.certainty()) return undefined;
  return {
    kind: 'diverging', level: 'problem', title: `Training loss rising since epoch ${train.epochs[at]!}`, epoch: train.epochs[at]!,
    text: `The training loss was lowest in epoch ${train.epochs[at]!} (${figure(train.values[at]!)}) and is ${percent(train.last / train.values[at]! - 1)} higher now (${ending(train)}).`,
    cure: smallerSteps(spec),
  };
}

const JUMP = 0.25;

function jumping({ train, spec }: Facts): Finding | undefined {
  if (train.length < LEAST.jumps) return undefined;
  const { values, epochs } = train;
  const fallen = train.first - values[train.lowest]!;
  const jumps = epochs.filter((_, i) => i > 0 && values[i - 1]! > 0 && values[i]! > (1 + JUMP) * values[i - 1]! && values[i]! - values[i - 1]! > 0.05 * fallen);
  if (jumps.length < Math.max(3, 0.1 * train.length)) return undefined;
  return {
    kind: 'jumping', level: 'problem', title: 'Jumping loss', epoch: jumps.at(-1)!,
    text: `The training loss rose by more than ${percent(JUMP)} from one epoch to the next ${jumps.length} times, last in epoch ${jumps.at(-1)!}.`,
    cure: smallerSteps(spec),
  };
}

function smallerSteps(spec: Facts['spec']): NonNullable<Finding['cure']> {
  const rate = rateOf(spec);
  return { text: `Usually the learning rate is too large${rate === undefined ? '' : ` (training.optimizer.learningRate, now ${figure(rate)}; try ${figure(rate / 10)})`}. training.optimizer.globalClipNorm limits single steps.`, command: 'openConfig' };
}

/** The rate of Adadelta's author (Zeiler, 2012), a thousand times Keras's. */
const ADADELTA = 1;

/** The loss falls in each third by nearly as much, and by little in all: only steps that are too small look like that. */
function creeping({ train, spec, info, model }: Facts): Finding | undefined {
  const rate = spec.training?.optimizer?.learningRate;
  if (train.length < LEAST.slow || rate?.type !== 'constant' || rate.warmupEpochs > 0) return undefined;
  // A model that beats a projection has come far, however slowly.
  if (info?.baseline !== undefined && model !== undefined && model < info.baseline.mse) return undefined;
  const third = Math.floor((train.length - 1) / 3);
  const [a, b, c, d] = [0, 1, 2, 3].map(i => train.values[i * third]!) as [number, number, number, number];
  const [early, middle, late] = [a - b, b - c, c - d];
  const even = (fall: number): boolean => fall > train.certainty(1) && fall >= 0.6 * early && fall <= 1.7 * early;
  if (early <= 0 || !even(early) || !even(middle) || !even(late) || a <= 0 || a - d > 0.25 * a) return undefined;
  const epoch = train.epochs.at(-1)!;
  return {
    kind: 'slow', level: 'problem', title: 'Slow and even fall', epoch,
    text: `The training loss fell by only ${percent(1 - train.values.at(-1)! / a)} in ${counted(train.length, 'epoch')}, at the end about as fast as at the beginning.`,
    cure: { text: `The learning rate is too small (training.optimizer.learningRate, now ${figure(rate.learningRate)}); try ${figure(spec.training?.optimizer?.type === 'adadelta' ? Math.max(ADADELTA, 10 * rate.learningRate) : 10 * rate.learningRate)}.`, command: 'openConfig' },
  };
}

/** Which weights are the result of the run. */
function kept({ spec: { training } }: Facts): 'best' | 'last' {
  return training?.earlyStopping?.restoreBest === true ? 'best' : 'last';
}

/** Validation loss beyond its lowest by a hundredth of it and of what it had fallen, still rising, while training goes on to fit its samples. */
function overfitting(facts: Facts): Finding | undefined {
  const { train, validation } = facts;
  if (validation.length < LEAST.overfitting || train.length !== validation.length) return undefined;
  const at = validation.lowest;
  const low = validation.around(at);
  const rise = validation.last - low;
  if (at > validation.length - 1 - Math.max(3, validation.window) || low <= 0) return undefined;
  if (rise < 0.01 * low || rise < 0.01 * (validation.first - low) || rise <= validation.certainty()) return undefined;
  const since = validation.values.slice(at + 1);
  const half = Math.ceil(since.length / 2);
  // It rises all the time: the lowest of many values that waver is low by chance.
  const later = mean(since.slice(half)) - mean(since.slice(0, half));
  if (later <= validation.certainty(half) / 2 || train.last > 0.995 * train.around(at)) return undefined;
  const [epoch, lowest] = [validation.epochs[at]!, validation.values[at]!];
  const share = validation.last / lowest - 1;
  return {
    kind: 'overfitting', level: share >= 0.1 ? 'problem' : 'note', title: `Overfitting since epoch ${epoch}`, epoch,
    text: `The validation loss was lowest in epoch ${epoch} (${figure(lowest)}) and has risen by ${percent(share)} since (${ending(validation)}), while the training loss fell by ${percent(1 - train.last / train.around(at))}: the model learns its samples by heart.`,
    cure: kept(facts) === 'best' && !facts.live
      ? { text: 'More training samples, dropout, weight decay or a smaller model help against the cause.', command: 'openConfig' }
      : { text: `${facts.spec.training?.earlyStopping === undefined ? '"earlyStopping" in training ends it there and keeps those weights' : '"restoreBest" in training.earlyStopping keeps the weights of that epoch'}; more training samples, dropout, weight decay or a smaller model help against the cause.`, command: 'openConfig' },
  };
}

/** How many times its training loss a validation loss is when that is worth a word, and when it is a problem. */
const GAP = 1.5;
const ABYSS = 5;

function gap(facts: Facts): Finding | undefined {
  const { train, validation } = facts;
  if (validation.length < LEAST.gap || train.length !== validation.length || train.last <= 0) return undefined;
  const times = validation.last / train.last;
  if (times < GAP || isProgress(latestFall({ course: validation }).share, validation)) return undefined;
  return {
    kind: 'gap', level: times < ABYSS ? 'note' : 'problem', title: 'Training loss far below validation loss', epoch: validation.epochs.at(-1)!,
    text: `The validation loss (${ending(validation)}) is ${figure(Number(times.toPrecision(2)))} times the training loss (${figure(train.last)}) and falls no further: what the model learns holds for its own samples more than for others.`,
    cure: { text: 'More training samples, dropout, weight decay or a smaller model bring them together.', command: 'openConfig' },
  };
}

function stoppedEarly({ state, done, epochs, spec: { training }, train, validation }: Facts): Finding | undefined {
  const stopping = training?.earlyStopping;
  if (stopping === undefined || state !== 'finished' || done >= epochs || done < 1) return undefined;
  const course = stopping.monitor === 'trainLoss' || validation.length === 0 ? train : validation;
  if (course.length === 0) return undefined;
  const best = course.epochs[course.lowest]!;
  // What was lower before terms had their whole weight is not in this course.
  const why = course.epochs[0] === 1 ? `: the loss was lowest in epoch ${best} (${figure(course.values[course.lowest]!)}).${stopping.restoreBest ? ' The weights of that epoch are the result.' : ''}` : '.';
  return {
    kind: 'stoppedEarly', level: 'good', title: `Ended by early stopping after epoch ${done}`, epoch: done,
    text: `Early stopping ended the training after epoch ${done} of ${epochs}${why}`,
  };
}

function stillLearning(facts: Facts): Finding | undefined {
  const { course, name } = watched(facts);
  if (facts.live || facts.state === 'failed' || course.length < LEAST.end) return undefined;
  const { share, epochs, before } = latestFall({ course });
  if (!isProgress(share, course)) return undefined;
  const { done } = facts;
  return {
    kind: 'stillLearning', level: 'note', title: 'Still learning at the end', epoch: course.epochs.at(-1)!,
    text: `The ${name} still fell by ${percent(share)} over the last ${epochs === 1 ? 'epoch' : `${epochs} epochs`} (from ${figure(before)} to ${course.window === 1 ? figure(course.last) : `${figure(course.last)}, means of ${course.window} epochs`}).`,
    cure: { text: done < facts.epochs ? `Resume it: ${counted(facts.epochs - Math.floor(done), 'epoch')} to go.` : 'More epochs would probably lower it further.', command: 'resume' },
  };
}

/** Keras's patience for a training that is not long. */
const PATIENCE = 5;

/** What early stopping would have done, whose smallest improvement is half a percent of the loss. */
function learnedOut(facts: Facts): Finding | undefined {
  const { course, name } = watched(facts);
  if (facts.state === 'failed' || course.length < LEAST.learnedOut || facts.spec.training?.earlyStopping !== undefined || course.last <= 0) return undefined;
  const minDelta = Number((0.005 * course.last).toPrecision(1));
  let [best, wait, stop] = [0, 0, 0];
  for (; stop < course.length && wait < PATIENCE; stop++) {
    if (stop === 0 || course.values[stop]! < course.values[best]! - minDelta) [best, wait] = [stop, 0];
    else wait++;
  }
  const after = course.length - stop;
  const further = 1 - course.values[course.lowest]! / course.values[best]!;
  if (after < Math.max(PATIENCE, 0.2 * course.length) || further >= 0.01) return undefined;
  const [epoch, end] = [course.epochs[best]!, course.epochs[stop - 1]!];
  const settings = `"earlyStopping": { "patience": ${PATIENCE}, "minDelta": ${minDelta} }`;
  return {
    kind: 'learnedOut', level: 'good', title: `Learned out since epoch ${epoch}`, epoch,
    text: `Since epoch ${epoch} the ${name} has ${further < 0.0005 ? 'not been any lower' : `been ${percent(further)} lower at most`}. Early stopping would have ended the training after epoch ${end}, ${counted(after, 'epoch')} ago.`,
    cure: { text: `Fewer epochs will do, or ${settings} in training.`, command: 'openConfig' },
  };
}

/** Why training samples may seem to be rebuilt worse than others. */
function trainAbove(facts: Facts): Finding | undefined {
  const { train, validation } = facts;
  if (validation.length < LEAST.above || train.length !== validation.length || validation.last <= 0) return undefined;
  const share = train.last / validation.last - 1;
  if (share < 0.05 || train.last - validation.last <= train.certainty() + validation.certainty()) return undefined;
  const types = new Set(layersOf(facts.spec).map(({ type }) => type));
  const falling = train.values.at(-2)! - train.values.at(-1)! >= 0.3 * (train.last - validation.last);
  const reasons = [
    ...(types.has('dropout') ? ['dropout is at work only while training'] : []),
    ...(types.has('batchNormalization') ? ['batch normalisation takes the statistics of each batch while training, and their moving averages afterwards'] : []),
    ...(falling ? ['the training loss is a mean over the epoch, the validation loss is measured at its end, when the model is better'] : []),
  ];
  return {
    kind: 'trainAbove', level: 'note', title: 'Training loss above validation loss', epoch: train.epochs.at(-1)!,
    text: `The training loss (${ending(train)}) is ${percent(share)} above the validation loss (${figure(validation.last)}). ${reasons.length > 0 ? `That is as it should be: ${reasons.join('; ')}.` : 'Nothing in the config makes training harder, so the validation samples seem to be the easier ones.'}`,
  };
}
