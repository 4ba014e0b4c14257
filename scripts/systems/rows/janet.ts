// System A: JANet-N, denoising and sampling on Fashion-MNIST.
import { reconstructionsOf, finalPicture, curves, epochsOf, figure, robustness, type Row } from '../tools.ts';

const convergence: Row = {
  id: 'janet-50', title: 'JANet-50: convergence', samples: ['systems/janet-50'],
  async run(lab) {
    const run = await lab.train('systems/janet-50');
    const loss = run.last('validation');
    return {
      seconds: run.seconds,
      findings: [
        { what: `validation MSE after ${epochsOf(run)} epochs`, reported: 'at most 0.0125 (limit)', measured: figure(loss), holds: loss <= 0.0125 },
        { what: 'MSE of 50 principal components', reported: 'the best a linear model can do', measured: figure(run.info.baseline?.mse), ...(run.info.baseline ? { holds: loss < run.info.baseline.mse } : {}) },
      ],
      pictures: [await curves(lab, 'janet-50', [{ run, name: 'JANet-50' }], 'MSE'), finalPicture(run, 'reconstructions', 'Original, code, reconstruction and their difference')],
    };
  },
};

const sampling: Row = {
  id: 'janet-2', title: 'JANet-2: sampling', samples: ['systems/janet-2'],
  async run(lab) {
    const run = await lab.train('systems/janet-2');
    return {
      seconds: run.seconds,
      findings: [{ what: `validation MSE after ${epochsOf(run)} epochs`, reported: 'at most 0.040 (limit)', measured: figure(run.last('validation')), holds: run.last('validation') <= 0.04 }],
      pictures: [finalPicture(run, 'manifold', 'The decoder on a regular grid over the two latent variables')],
    };
  },
};

const denoising: Row = {
  id: 'janet-50-denoise', title: 'JANet-50: salt-and-pepper noise at eight strengths', samples: ['systems/janet-50-denoise'],
  async run(lab) {
    const run = await lab.train('systems/janet-50-denoise');
    const [report, picture] = await robustness(lab, run, 'saltAndPepper');
    return {
      seconds: run.seconds,
      findings: report.strengths.map(({ strength, corrupted, runs }) => ({
        what: `MSE at p = ${strength * 100} %`, reported: `${figure(corrupted.mse.mean)} (the noisy picture itself)`,
        measured: `${figure(runs[0]!.mse.mean)} ± ${figure(runs[0]!.mse.stddev)}`,
      })),
      pictures: [{ file: picture, caption: 'Original, corrupted, decoded, from 1 % to 90 % of the pixels' }],
    };
  },
};

const transfer: Row = {
  id: 'janet-50-transfer', title: 'Transfer learning', samples: ['systems/janet-50-transfer', 'systems/janet-50-scratch'],
  async run(lab) {
    const source = await lab.train('systems/janet-50');
    const scratch = await lab.train('systems/janet-50-scratch');
    const moved = await lab.train('systems/janet-50-transfer', { 'init.from': source.folder });
    const at = (epoch: number): [number, number] => [moved, scratch].map(run => run.curve('validation')[epoch - 1]!) as [number, number];
    const epochs = epochsOf(moved);
    return {
      seconds: moved.seconds + scratch.seconds,
      findings: [1, Math.ceil(epochs / 4), epochs].map(epoch => ({
        what: `validation MSE after epoch ${epoch}`, reported: `${figure(at(epoch)[1])} (from scratch)`, measured: figure(at(epoch)[0]),
      })),
      pictures: [await curves(lab, 'janet-50-transfer', [{ run: moved, name: 'from JANet-50' }, { run: scratch, name: 'from scratch' }], 'MSE'), reconstructionsOf(moved)],
    };
  },
};

export const janet = { title: 'A. JANet-N: denoising and sampling on Fashion-MNIST', rows: [convergence, sampling, denoising, transfer] };
