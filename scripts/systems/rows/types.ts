// System D: seven types, a small Keras autoencoder, and a CNN behind it; and the types beyond those.
import { readProbe } from '../../../src/runs/probe.ts';
import { epochsOf, figure, finalPicture, measuredSamples, type Finding, type Row, type TrainedRun } from '../tools.ts';

function trained(id: string, title: string, sample: string, more: (run: TrainedRun) => Finding[] = () => []): Row {
  return {
    id, title, samples: [sample],
    async run(lab) {
      const run = await lab.train(sample);
      return {
        seconds: run.seconds,
        findings: [{ what: `validation loss after ${epochsOf(run)} epochs`, reported: 'falls', measured: `${figure(run.curve('validation')[0])} → ${figure(run.last('validation'))}`, holds: run.last('validation') < run.curve('validation')[0]! }, ...more(run)],
        pictures: [finalPicture(run, 'reconstructions', title)],
      };
    },
  };
}

const curve = (name: string, what: string, reported: string) => (run: TrainedRun): Finding[] => [{ what, reported, measured: figure(run.last('validation', name)) }];
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
      findings: report.subjects.map(({ on, result }) => ({ what: `accuracy on ${on === 'pixels' ? 'the originals' : on}`, reported: 'not published', measured: figure(result!.accuracy) })),
      pictures: [],
    };
  },
};

const reachesRate = (run: TrainedRun): Finding[] => {
  const rate = run.last('validation', 'activationRate');
  return [{ what: 'mean activation, target 0.05', reported: 'within 10 %', measured: figure(rate), holds: Math.abs(rate - 0.05) <= 0.005 }];
};

export const types = {
  title: 'D. Seven types, a small Keras autoencoder, and a CNN behind it',
  rows: [
    trained('type-denoising', 'Denoising', 'types/denoising'),
    trained('type-sparse', 'Sparse', 'types/sparse', reachesRate),
    trained('type-deep', 'Deep, pretrained by Boltzmann machines', 'types/deep', curve('mse', 'validation MSE', 'not published')),
    trained('type-contractive', 'Contractive', 'types/contractive', curve('contractive', 'squared norm of the Jacobian', 'not published')),
    trained('type-undercomplete', 'Undercomplete', 'types/undercomplete'),
    trained('type-convolutional', 'Convolutional', 'types/convolutional'),
    trained('type-variational', 'Variational', 'types/variational', curve('kl', 'Kullback-Leibler term, nats', 'not published')),
    small, cnn,
  ],
};

export const beyond = {
  title: 'Beyond the seven',
  rows: [
    trained('beyond-vector-quantised', 'Vector-quantised', 'beyond/vector-quantised', curve('perplexity', 'perplexity of 64 entries', 'at most 64')),
    trained('beyond-wasserstein', 'Wasserstein', 'beyond/wasserstein', curve('mmd', 'maximum mean discrepancy', 'near 0')),
    trained('beyond-spherical', 'Spherical', 'beyond/spherical'),
    trained('beyond-everything', 'Convolutional, variational, denoising and sparse at once', 'beyond/everything', metric('ssim', 'structural similarity', 'not published')),
  ],
};
