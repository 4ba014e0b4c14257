// Figures of the literature: Hinton and Salakhutdinov (2006), Burda et al. (2016).
import { curves, falls, figure, finalPicture, type Finding, type Lab, type Row, type TrainedRun } from '../tools.ts';

const PIXELS = 784;

/** Of a test image: the sum over its pixels. */
const squaredError = (run: TrainedRun): number => run.last('validation', 'mse') * PIXELS;

const belief: Row = {
  id: 'deep-belief-30', title: 'Deep belief network: 784-1000-500-250-30 on MNIST', samples: ['systems/deep-belief-30'],
  async run(lab) {
    const run = await lab.train('systems/deep-belief-30');
    return {
      seconds: run.seconds,
      findings: [
        { what: 'squared error per test image, pretrained and fine-tuned', reported: '3.00 (Hinton and Salakhutdinov); 13.87 for 30 principal components', measured: figure(squaredError(run)), holds: squaredError(run) < 13.87, atFullSize: true },
        { what: '30 principal components', reported: '13.87', measured: figure((run.info.baseline?.mse ?? Number.NaN) * PIXELS) },
        falls(run),
      ],
      pictures: [finalPicture(run, 'reconstructions', '30 numbers')],
    };
  },
};

const unpretrained: Row = {
  id: 'deep-belief-30-fresh', title: 'The same network with and without pretraining', samples: ['systems/deep-belief-30', 'systems/deep-belief-30-fresh'],
  async run(lab) {
    const pretrained = await lab.train('systems/deep-belief-30');
    const fresh = await lab.train('systems/deep-belief-30-fresh');
    return {
      seconds: fresh.seconds,
      findings: [
        { what: 'squared error per test image, pretrained', reported: 'far better', measured: `${figure(squaredError(pretrained))} in ${Math.round(pretrained.seconds)} s`, holds: squaredError(pretrained) < squaredError(fresh), atFullSize: true },
        { what: 'the same epochs from random weights', reported: 'far worse', measured: `${figure(squaredError(fresh))} in ${Math.round(fresh.seconds)} s` },
        falls(pretrained, 'pretrained'), falls(fresh, 'from random weights'),
      ],
      pictures: [await curves(lab, 'deep-belief-30', [{ run: pretrained, name: 'pretrained' }, { run: fresh, name: 'from random weights' }], 'binary cross-entropy')],
    };
  },
};

async function logLikelihood(lab: Lab, run: TrainedRun): Promise<number> {
  const facts = await lab.ask<{ logLikelihood: { mean: number } }>('evaluate', run.id, '--importance-samples', lab.quick ? '20' : '5000', ...lab.dataOptions());
  return facts.logLikelihood.mean;
}

/** Many importance samples bound the likelihood more tightly than the few of the loss (Burda et al., theorem 1). */
function aboveBound(run: TrainedRun, nats: number): Finding {
  const bound = run.last('validation');
  return { what: `${run.info.name}: the bound that is trained`, reported: 'above the negative log-likelihood', measured: `${bound.toFixed(2)} nats`, holds: nats < bound };
}

const variational: Row = {
  id: 'vae-50', title: 'Variational autoencoder on binarised MNIST', samples: ['systems/vae-50'],
  async run(lab) {
    const run = await lab.train('systems/vae-50');
    const nats = -await logLikelihood(lab, run);
    return {
      seconds: run.seconds,
      findings: [
        { what: `test negative log-likelihood after ${run.info.epochs} epochs, 5,000 importance samples`, reported: '86.76 nats after 3,280 epochs (Burda et al.); limit 89 within 30 minutes', measured: `${nats.toFixed(2)} nats in ${(run.seconds / 60).toFixed(1)} minutes`, holds: nats <= 89 && run.seconds <= 1800, atFullSize: true },
        aboveBound(run, nats),
        { what: 'latents in use', reported: '19 of 50', measured: String(run.last('validation', 'activeUnits')) },
      ],
      pictures: [await curves(lab, 'vae-50', [{ run, name: 'VAE' }], 'nats'), finalPicture(run, 'reconstructions', 'VAE')],
    };
  },
};

/** Of both models in their comparison: a third of what their samples train, since ten draws cost eight times as much as one. */
const COMPARED_EPOCHS = 100;

const weighted: Row = {
  id: 'iwae-50', title: 'Importance-weighted autoencoder beside the variational one', samples: ['systems/vae-50', 'systems/iwae-50'],
  async run(lab) {
    const epochs = lab.quick ? {} : { 'training.epochs': COMPARED_EPOCHS };
    const [vae, iwae] = [await lab.train('systems/vae-50', epochs), await lab.train('systems/iwae-50', epochs)];
    const [a, b] = [-await logLikelihood(lab, vae), -await logLikelihood(lab, iwae)];
    return {
      seconds: iwae.seconds,
      findings: [
        { what: `VAE, ${vae.info.epochs} epochs`, reported: '86.76 nats after 3,280 epochs', measured: `${a.toFixed(2)} nats, ${Math.round(vae.seconds)} s` },
        { what: `IWAE, 10 draws, ${iwae.info.epochs} epochs`, reported: '84.78 nats with 50 draws; limit: one nat better', measured: `${b.toFixed(2)} nats, ${Math.round(iwae.seconds)} s`, holds: b <= a - 1, atFullSize: true },
        aboveBound(vae, a), aboveBound(iwae, b),
        { what: 'latents in use, VAE and IWAE', reported: '19 and 25 of 50', measured: `${vae.last('validation', 'activeUnits')} and ${iwae.last('validation', 'activeUnits')}` },
      ],
      pictures: [await curves(lab, 'iwae-50', [{ run: vae, name: 'VAE' }, { run: iwae, name: 'IWAE, 10 draws' }], 'nats')],
    };
  },
};

export const field = { title: 'Figures of the literature', rows: [belief, unpretrained, variational, weighted] };
