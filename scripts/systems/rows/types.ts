// System D: seven types, a small Keras autoencoder, and a CNN behind it; and the types beyond those.
import { readProbe } from '../../../src/runs/probe.ts';
import { codesOf } from '../latent.ts';
import { againstNoise, falls, figure, finalPicture, measuredSamples, robustness, type Finding, type Lab, type Row, type TrainedRun } from '../tools.ts';

function trained(id: string, title: string, sample: string, more: (run: TrainedRun, lab: Lab) => Finding[] | Promise<Finding[]> = () => []): Row {
  return {
    id, title, samples: [sample],
    async run(lab) {
      const run = await lab.train(sample);
      return {
        seconds: run.seconds,
        findings: [falls(run), ...await more(run, lab)],
        pictures: [finalPicture(run, 'reconstructions', title)],
      };
    },
  };
}

/** A value beside the loss; `holds` is asked about it where a limit is stated. */
const curve = (name: string, what: string, reported: string, holds?: (value: number) => boolean) => (run: TrainedRun): Finding[] => {
  const value = run.last('validation', name);
  return [{ what, reported, measured: figure(value), ...(holds === undefined ? {} : { holds: holds(value) }) }];
};
/** What is measured on some of the samples only. */
const metric = (name: string, what: string, reported: string) => (run: TrainedRun): Finding[] => curve(name, `${what} of ${measuredSamples(run, 'validation')}`, reported)(run);

const small = trained('mnist-32', 'The small one: 784-32-784, binary cross-entropy, Adadelta', 'systems/mnist-32');

const cnn: Row = {
  id: 'mnist-32-cnn', title: 'A convolutional classifier on the outputs, against the same on the originals', samples: ['systems/mnist-32'],
  async run(lab) {
    const run = await lab.train('systems/mnist-32');
    await lab.ask('probe', run.id, ...lab.dataOptions());
    const report = await readProbe(run.folder);
    if (report?.state !== 'finished') throw new Error('The probe did not finish.');
    return {
      seconds: report.subjects.reduce((sum, { seconds }) => sum + seconds, 0),
      findings: report.subjects.map(({ on, result }) => ({ what: `accuracy on ${on === 'pixels' ? 'the originals' : on}`, reported: 'above chance, 0.1', measured: figure(result!.accuracy), holds: result!.accuracy > 0.12, ...(on === 'pixels' ? {} : { atFullSize: true as const }) })),
      pictures: [],
    };
  },
};

const reachesRate = (run: TrainedRun): Finding[] => {
  const rate = run.last('validation', 'activationRate');
  return [{ what: 'mean activation, target 0.05', reported: 'within 10 %', measured: figure(rate), holds: Math.abs(rate - 0.05) <= 0.005, atFullSize: true }, shrinks(run, 'activationRate', 'mean activation')];
};

/** That a penalty is at work. */
function shrinks(run: TrainedRun, name: string, what: string): Finding {
  const values = run.curve('validation', name);
  return { what: `${what} after epoch 1 and at the end`, reported: 'falls', measured: `${figure(values[0])} → ${figure(values.at(-1))}`, holds: values.at(-1)! < values[0]! };
}

/** Numbers of a code that are not zero: the most of any sample, and the mean. */
async function atWork(run: TrainedRun): Promise<{ most: number; mean: number; of: number }> {
  const { values, count, size } = await codesOf(run);
  const counts = Array.from({ length: count }, (_, i) => values.subarray(i * size, (i + 1) * size).reduce((sum, value) => sum + Number(value !== 0), 0));
  return { most: Math.max(...counts), mean: counts.reduce((sum, value) => sum + value, 0) / count, of: size };
}

const byTopK = async (run: TrainedRun): Promise<Finding[]> => {
  const { most, mean, of } = await atWork(run);
  return [{ what: `units at work of ${of}, at most`, reported: '50, all others zero', measured: String(most), holds: most <= 50 && mean > 45 }];
};

/** Against the same training with a price of next to nothing. */
const byL1 = async (run: TrainedRun, lab: Lab): Promise<Finding[]> => {
  const free = await lab.train('systems/sparse-l1', { 'penalties.0.weight': 1e-12 });
  const [sum, freeSum] = [run, free].map(each => each.last('validation', 'activityL1')) as [number, number];
  const { mean, of } = await atWork(run);
  return [{ what: 'sum of a picture\'s activations', reported: `${figure(freeSum)} without the penalty`, measured: figure(sum), holds: sum < 0.9 * freeSum }, { what: `units at work of ${of}, mean`, reported: 'few', measured: figure(mean), holds: mean < of / 2, atFullSize: true }];
};

/** "masking" sets some inputs to zero; the target stays clean. */
const unmasks = async (run: TrainedRun, lab: Lab): Promise<Finding[]> => {
  const [report] = await robustness(lab, run, 'masking');
  return againstNoise(report, strength => `MSE with ${strength * 100} % of the inputs set to zero`, 0.2);
};

/** Errors of the Boltzmann machines, level by level from below. The small rate of the linear one at the top needs many steps. */
const pretrained = (...levels: readonly string[]) => (run: TrainedRun): Finding[] =>
  levels.map(level => ({ ...shrinks(run, `pretraining/${level}`, `error of the machine ${level}`), ...(level === 'latent' ? { atFullSize: true as const } : {}) }));

/** Codes that are directions. */
const ofLengthOne = async (run: TrainedRun): Promise<Finding[]> => {
  const { values, count, size } = await codesOf(run);
  const lengths = Array.from({ length: count }, (_, i) => Math.hypot(...values.subarray(i * size, (i + 1) * size)));
  const off = Math.max(...lengths.map(length => Math.abs(length - 1)));
  return [{ what: 'largest distance of a code from length 1', reported: '0', measured: figure(off), holds: off < 1e-5 }];
};

/** The loss of a variational model is the sum of what it is made of. */
const sums = (run: TrainedRun): Finding[] => {
  const [loss, reconstruction, kl] = ['loss', 'reconstruction', 'kl'].map(name => run.last('validation', name)) as [number, number, number];
  return [{ what: 'Kullback-Leibler term, nats', reported: 'more than 0; the loss is its sum with the reconstruction', measured: figure(kl), holds: kl > 0 && Math.abs(reconstruction + kl - loss) < 1e-3 * loss }];
};

export const types = {
  title: 'D. Seven types, a small Keras autoencoder, and a CNN behind it',
  rows: [
    trained('type-denoising', 'Denoising: some inputs set to zero', 'types/denoising', unmasks),
    trained('type-sparse', 'Sparse, by the Kullback-Leibler divergence to a target rate', 'types/sparse', reachesRate),
    trained('type-sparse-l1', 'Sparse, by L1', 'systems/sparse-l1', byL1),
    trained('type-sparse-top-k', 'Sparse, by the k strongest', 'systems/sparse-top-k', byTopK),
    trained('type-deep', 'Deep, pretrained by Boltzmann machines', 'types/deep', run => [...curve('mse', 'validation MSE', 'not published')(run), ...pretrained('dense', 'dense_1', 'dense_2', 'latent')(run)]),
    trained('type-deep-gaussian', 'Deep, pretrained with Gaussian visible units', 'systems/deep-gaussian', pretrained('dense', 'dense_1', 'latent')),
    trained('type-contractive', 'Contractive', 'types/contractive', curve('contractive', 'squared norm of the Jacobian', 'not published', norm => norm > 0)),
    trained('type-undercomplete', 'Undercomplete', 'types/undercomplete'),
    trained('type-convolutional', 'Convolutional', 'types/convolutional'),
    trained('type-variational', 'Variational', 'types/variational', sums),
    small, cnn,
  ],
};

export const beyond = {
  title: 'Beyond the seven',
  rows: [
    trained('beyond-vector-quantised', 'Vector-quantised', 'beyond/vector-quantised', curve('perplexity', 'perplexity of 64 entries', 'more than 1, at most 64', value => value > 1 && value <= 64)),
    trained('beyond-wasserstein', 'Wasserstein', 'beyond/wasserstein', curve('mmd', 'maximum mean discrepancy', 'near 0')),
    trained('beyond-spherical', 'Spherical', 'beyond/spherical', ofLengthOne),
    trained('beyond-everything', 'Convolutional, variational, denoising and sparse at once', 'beyond/everything', metric('ssim', 'structural similarity', 'not published')),
  ],
};
