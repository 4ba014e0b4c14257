// A model beside two that need no training: principal components, and the mean of the training samples given as the answer to every
// sample. What does no better than the second has learned nothing of what tells samples apart.
import { baselineText, baselineVerdict } from '../../core/baseline.ts';
import { hasRectifiers, isProgress, latestFall, rateOf, watched, type Facts } from './facts.ts';
import { figure, percent, type Finding } from './finding.ts';

/** Of the mean's error; what is left of it then is the third digit. */
const NO_BETTER = 0.97;
/** Principal components that rebuild samples but for rounding leave nothing to be better at. */
const EXACT = 1e-9;

export function meanPicture(facts: Facts): Finding | undefined {
  const { model, info, done, spec, live, warning } = facts;
  const level = info?.baseline?.mean;
  // What lowers absolute errors answers with medians, whose squared error is above that of means.
  if (level === undefined || model === undefined || level <= 0 || spec.training?.loss === 'mae' || model < NO_BETTER * level) return undefined;
  const { course } = watched(facts);
  // Some models answer with the mean for a while before they begin to tell samples apart.
  const young = course.length < 5 || isProgress(latestFall({ course }).share, course);
  if (live && young) return undefined;
  const rate = rateOf(spec);
  const causes = [
    ...((spec.penalties ?? []).length > 0 ? ['too strong a penalty'] : []),
    ...(spec.latent?.type === 'gaussian' ? [`too large a latent.beta (now ${spec.latent.beta})`] : []),
    ...(hasRectifiers(spec) ? ['rectifiers that are dead for every sample'] : []),
    `too large a learning rate${rate === undefined ? '' : ` (now ${figure(rate)})`}`,
    'an output activation that cannot take the values of the data',
  ];
  return {
    kind: 'meanPicture', level: 'problem', title: young ? 'Nothing learned yet' : 'Nothing learned', epoch: done,
    text: `The reconstruction error (mse ${figure(model)}) is ${model < level ? `only ${percent(1 - model / level)} below that` : 'not below that'} of answering every sample with the mean picture of the training samples (${figure(level)}).`,
    cure: warning !== undefined ? { text: warning, command: 'openConfig' }
      : young ? { text: 'Train longer, or with a larger learning rate.', command: 'resume' }
        : { text: `Usual causes: ${causes.join('; ')}.`, command: 'openConfig' },
  };
}

export function principalComponents({ model, info, done, live }: Facts): Finding | undefined {
  if (info?.baseline === undefined || model === undefined || info.baseline.mse < EXACT) return undefined;
  const baseline = { components: info.baseline.components, mse: info.baseline.mse, model };
  const beats = model < baseline.mse;
  // What is not better yet may become so.
  if (live && !beats) return undefined;
  const verdict = baselineVerdict(baseline)!;
  return {
    kind: 'principalComponents', level: beats ? 'good' : 'note', title: `${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}`, epoch: done,
    text: `${baselineText(baseline, figure)}.`,
    ...(beats ? {} : { cure: { text: 'Train longer, with a larger learning rate or with more units; strong penalties and a large latent.beta cost reconstruction, too.', command: 'openConfig' as const } }),
  };
}
