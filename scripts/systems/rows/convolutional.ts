// System B: the convolutional SELU autoencoder on MNIST.
import { curves, epochsOf, falls, figure, measuredSamples, percent, reconstructionsAt, type Finding, type Picture, type Row } from '../tools.ts';

/** Epochs the project showed, as far as a short training has them. */
const shown = (wanted: readonly number[], epochs: number): number[] => [...new Set(wanted.map(epoch => Math.min(epoch, epochs)))];

const copying: Row = {
  id: 'conv-selu-copying', title: 'Copying: two numbers against six', samples: ['systems/conv-selu-2', 'systems/conv-selu-6'],
  async run(lab) {
    const runs = [await lab.train('systems/conv-selu-2'), await lab.train('systems/conv-selu-6')] as const;
    const pictures: Picture[] = [await curves(lab, 'conv-selu-copying', [{ run: runs[0], name: 'n = 2' }, { run: runs[1], name: 'n = 6' }], 'MSE')];
    for (const [i, run] of runs.entries()) {
      for (const epoch of shown([8, 55], epochsOf(run))) pictures.push(await reconstructionsAt(lab, run, epoch, `n = ${i === 0 ? 2 : 6}, epoch ${epoch}`));
    }
    const [two, six] = [runs[0].last('validation'), runs[1].last('validation')];
    return {
      seconds: runs[0].seconds + runs[1].seconds,
      findings: [
        { what: 'validation MSE, n = 2', reported: 'above that of n = 6', measured: figure(two), holds: two > six, atFullSize: true },
        { what: 'validation MSE, n = 6', reported: 'below that of n = 2', measured: figure(six), holds: six < two, atFullSize: true },
        falls(runs[0], 'n = 2'), falls(runs[1], 'n = 6'),
      ],
      pictures,
    };
  },
};

const kinds = ['occlusion', 'gaussian', 'gaussian and occlusion'];
const cleaning: Row = {
  id: 'conv-selu-cleaning', title: 'Cleaning: occlusion, Gaussian, and both', samples: ['systems/conv-selu-6-cleaning'],
  async run(lab) {
    const runs = await lab.sweep('systems/conv-selu-6-cleaning');
    const findings: Finding[] = [];
    const pictures: Picture[] = [await curves(lab, 'conv-selu-cleaning', runs.map((run, i) => ({ run, name: kinds[i]! })), 'share rebuilt as another digit', 'rebuiltAsAnother')];
    for (const [i, run] of runs.entries()) {
      const another = run.curve('validation', 'rebuiltAsAnother');
      findings.push({ what: `${kinds[i]}: validation MSE`, reported: 'none published', measured: figure(run.last('validation')) });
      findings.push({
        what: `${kinds[i]}: digits rebuilt as another one, of ${measuredSamples(run, 'validation')}`, reported: 'falls over the epochs',
        measured: `${percent(another[0])} after epoch 1, ${percent(another.at(-1))} after epoch ${another.length}`, holds: another.at(-1)! <= another[0]!, atFullSize: true,
      });
      findings.push(falls(run, kinds[i]));
      for (const epoch of shown([7, 31], epochsOf(run))) pictures.push(await reconstructionsAt(lab, run, epoch, `${kinds[i]}, epoch ${epoch}`));
    }
    return { seconds: runs.reduce((sum, run) => sum + run.seconds, 0), findings, pictures };
  },
};

const generation: Row = {
  id: 'conv-selu-generation', title: 'Generation: random latent vectors decoded', samples: ['systems/conv-selu-2'],
  async run(lab) {
    const run = await lab.train('systems/conv-selu-2');
    const { file, codes } = await lab.ask<{ file: string; codes: readonly (readonly number[])[] }>('generate', run.id, '--method', 'uniform', '--count', '16', ...lab.dataOptions());
    return {
      seconds: run.seconds,
      findings: [{ what: 'random vectors', reported: 'each shown above its image', measured: `${new Set(codes.map(String)).size} different ones in the picture below`, holds: new Set(codes.map(String)).size === 16 && codes.every(({ length }) => length === 2) }],
      pictures: [{ file, caption: 'Vectors drawn evenly from the range of the codes, and what they decode to' }],
    };
  },
};

export const convolutional = { title: 'B. Convolutional SELU autoencoder on MNIST', rows: [copying, cleaning, generation] };
