// System A: JANet-N, denoising and sampling on Fashion-MNIST.
import * as path from 'node:path';
import { runFiles } from '../../../src/runs/events.ts';
import { readTensors } from '../../../src/runs/reader.ts';
import { againstNoise, curves, epochsOf, falls, figure, finalPicture, reconstructionsOf, robustness, type Row, type TrainedRun } from '../tools.ts';

const convergence: Row = {
  id: 'janet-50', title: 'JANet-50: convergence', samples: ['systems/janet-50'],
  async run(lab) {
    const run = await lab.train('systems/janet-50');
    const loss = run.last('validation');
    return {
      seconds: run.seconds,
      findings: [
        { what: `validation MSE after ${epochsOf(run)} epochs`, reported: 'at most 0.0125 (limit)', measured: figure(loss), holds: loss <= 0.0125, atFullSize: true },
        { what: 'MSE of 50 principal components', reported: 'the best a linear model can do', measured: figure(run.info.baseline?.mse), ...(run.info.baseline ? { holds: loss < run.info.baseline.mse, atFullSize: true as const } : {}) },
        falls(run),
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
      findings: [
        { what: `validation MSE after ${epochsOf(run)} epochs`, reported: 'at most 0.040 (limit)', measured: figure(run.last('validation')), holds: run.last('validation') <= 0.04, atFullSize: true },
        falls(run),
      ],
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
      findings: againstNoise(report, strength => `MSE at p = ${strength * 100} %`, 0.05),
      pictures: [{ file: picture, caption: 'Original, corrupted, decoded, from 1 % to 90 % of the pixels' }],
    };
  },
};

/** Largest difference of a layer's weights between two runs as they ended. */
async function moved(layer: string, ...runs: readonly [TrainedRun, TrainedRun]): Promise<number> {
  const [a, b] = await Promise.all(runs.map(async run => (await readTensors(path.join(run.folder, runFiles.lastCheckpoint))).tensors));
  const names = Object.keys(a!).filter(name => name.startsWith(`${layer}/`));
  if (names.length === 0) throw new Error(`There is no layer ${layer} in ${runs[0].id}.`);
  return Math.max(...names.map(name => {
    const [from, to] = [Float32Array.from(a![name]!.data), b![name]!.data];
    return from.reduce((most, value, i) => Math.max(most, Math.abs(value - to[i]!)), 0);
  }));
}

const transfer: Row = {
  id: 'janet-50-transfer', title: 'Transfer learning', samples: ['systems/janet-50-transfer', 'systems/janet-50-scratch'],
  async run(lab) {
    const source = await lab.train('systems/janet-50');
    const scratch = await lab.train('systems/janet-50-scratch');
    const transferred = await lab.train('systems/janet-50-transfer', { 'init.from': source.folder });
    const at = (epoch: number): [number, number] => [transferred, scratch].map(run => run.curve('validation')[epoch - 1]!) as [number, number];
    const epochs = epochsOf(transferred);
    return {
      seconds: transferred.seconds + scratch.seconds,
      findings: [
        ...[...new Set([1, Math.ceil(epochs / 4), epochs])].map(epoch => ({
          what: `validation MSE after epoch ${epoch}`, reported: `${figure(at(epoch)[1])} (from scratch)`, measured: figure(at(epoch)[0]),
          ...(epoch === 1 ? { holds: at(1)[0] < at(1)[1] } : {}),
        })),
        ...await Promise.all((['encoder/dense', 'decoder/dense'] as const).map(async layer => {
          const [frozen, change] = [layer === 'encoder/dense', await moved(layer, source, transferred)];
          return { what: `largest change of ${layer}`, reported: frozen ? '0 (frozen)' : 'more than 0', measured: figure(change), holds: frozen ? change === 0 : change > 0 };
        })),
      ],
      pictures: [await curves(lab, 'janet-50-transfer', [{ run: transferred, name: 'from JANet-50' }, { run: scratch, name: 'from scratch' }], 'MSE'), reconstructionsOf(transferred)],
    };
  },
};

export const janet = { title: 'A. JANet-N: denoising and sampling on Fashion-MNIST', rows: [convergence, sampling, denoising, transfer] };
