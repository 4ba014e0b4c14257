// System E: deep and denoising autoencoders on MNIST and faces.
import { byComponents, byNeighbours, codesOf, purity, purityByChance, writePlanes } from '../latent.ts';
import { againstNoise, curves, epochsOf, falls, figure, finalPicture, measuredSamples, percent, robustness, sweepChartOf, type Row } from '../tools.ts';

const deep32: Row = {
  id: 'deep-32', title: 'Deep, with dropout, down to 32', samples: ['systems/deep-32'],
  async run(lab) {
    const run = await lab.train('systems/deep-32');
    return {
      seconds: run.seconds,
      findings: [{ what: `validation binary cross-entropy after ${epochsOf(run)} epochs`, reported: 'a 4×4 grid of pictures per epoch', measured: figure(run.last('validation')) }, falls(run)],
      pictures: [await curves(lab, 'deep-32', [{ run, name: 'deep-32' }], 'binary cross-entropy'), finalPicture(run, 'reconstructions', '16 test images and their reconstructions')],
    };
  },
};

const lowest: Row = {
  id: 'latent-sweep', title: 'Lowest code: error against latent size', samples: ['systems/latent-sweep'],
  async run(lab) {
    const runs = await lab.sweep('systems/latent-sweep');
    const { file, knee } = await sweepChartOf(lab, 'systems/latent-sweep');
    return {
      seconds: runs.reduce((sum, run) => sum + run.seconds, 0),
      findings: [
        ...runs.map(run => ({ what: `validation loss, ${run.info.model.latentShape.join('×')} numbers`, reported: 'a chart', measured: figure(run.last('validation')) })),
        { what: 'smallest size within the tolerance', reported: 'the knee', measured: knee },
        { what: 'sizes of the codes', reported: 'those of the sweep', measured: runs.map(run => run.info.model.latentShape.join('×')).join(', '), holds: runs.every((run, i) => i === 0 || run.info.model.latentShape[0]! > runs[i - 1]!.info.model.latentShape[0]!) },
        { what: 'the largest code against the smallest', reported: 'a smaller error', measured: `${figure(runs.at(-1)!.last('validation'))} and ${figure(runs[0]!.last('validation'))}`, holds: runs.at(-1)!.last('validation') < runs[0]!.last('validation'), atFullSize: true as const },
      ],
      pictures: [{ file, caption: 'Error against latent size, the knee marked' }],
    };
  },
};

const noisy: Row = {
  id: 'conv-denoise-16', title: 'Noisy: N(0.5, 0.5) noise, the plain model beside the denoising one', samples: ['systems/conv-denoise-16', 'systems/conv-plain-16'],
  async run(lab) {
    const denoising = await lab.train('systems/conv-denoise-16');
    const plain = await lab.train('systems/conv-plain-16');
    const [report, picture] = await robustness(lab, plain, 'gaussian', denoising);
    const last = report.strengths.at(-1)!;
    return {
      seconds: denoising.seconds + plain.seconds,
      findings: [
        { what: 'MSE of the noisy picture itself', reported: 'not published', measured: figure(last.corrupted.mse.mean) },
        { what: 'MSE of the plain model', reported: 'not published', measured: figure(last.runs[0]!.mse.mean) },
        { what: 'MSE of the denoising model', reported: 'below the plain one', measured: figure(last.runs[1]!.mse.mean), holds: last.runs[1]!.mse.mean < last.runs[0]!.mse.mean },
        falls(denoising, 'denoising'), falls(plain, 'plain'),
      ],
      pictures: [{ file: picture, caption: 'Original, corrupted, plain model, denoising model' }, finalPicture(denoising, 'reconstructions', 'The denoising model')],
    };
  },
};

const faces: Row = {
  id: 'faces-lfw', title: 'Faces in colour from folders of JPEG files', samples: ['systems/faces-lfw'],
  async run(lab) {
    const run = await lab.train('systems/faces-lfw');
    const error = Math.min(...run.curve('validation'));
    const { baseline } = run.info;
    return {
      seconds: run.seconds,
      findings: [
        { what: `validation MSE, ${run.info.dataset.train.toLocaleString('en-US')} faces for training`, reported: 'not published', measured: figure(error) },
        { what: `MSE of ${run.info.model.latentShape.join('×')} principal components`, reported: 'the best a linear model can do', measured: figure(baseline?.mse), ...(baseline ? { holds: error < baseline.mse, atFullSize: true as const } : {}) },
        { ...falls(run), measured: `${figure(run.curve('validation')[0])} → ${figure(error)}`, holds: error < run.curve('validation')[0]! },
        { what: `structural similarity of ${measuredSamples(run, 'validation')}`, reported: 'not published', measured: figure(run.last('validation', 'ssim')) },
      ],
      pictures: [finalPicture(run, 'reconstructions', 'Original, code, reconstruction, difference')],
    };
  },
};

const facesDenoised: Row = {
  id: 'faces-denoise', title: 'Faces, noisy: original, corrupted, denoised', samples: ['systems/faces-denoise'],
  async run(lab) {
    const run = await lab.train('systems/faces-denoise');
    const [report, picture] = await robustness(lab, run, 'gaussian');
    return {
      seconds: run.seconds,
      findings: [falls(run), ...againstNoise(report, strength => `MSE with noise of ${strength}`, 0.2, false), { what: 'trained with noise', reported: 'yes', measured: report.runs[0]!.denoising ? 'yes' : 'no', holds: report.runs[0]!.denoising }],
      pictures: [finalPicture(run, 'reconstructions', 'Original, corrupted, code, denoised, difference'), { file: picture, caption: 'Original, corrupted, denoised, at three strengths' }],
    };
  },
};

/** t-SNE compares all with all. */
const EMBEDDED = 1000;

const latentView: Row = {
  id: 'latent-view', title: 'Codes in the plane: by principal components and by t-SNE', samples: ['systems/deep-32'],
  async run(lab) {
    const run = await lab.train('systems/deep-32');
    const codes = await codesOf(run, { most: EMBEDDED });
    const chance = purityByChance(codes.labels);
    const planes = [{ title: 'principal components', places: byComponents(codes) }, { title: 't-SNE', places: byNeighbours(codes) }];
    return {
      seconds: run.seconds,
      findings: planes.map(({ title, places }) => {
        const share = purity(places, codes.labels);
        return { what: `${title}: nearest neighbour in the plane of the same class, ${codes.count} codes of ${codes.size} numbers`, reported: `pictures; ${percent(chance)} by chance`, measured: percent(share), holds: share > 1.5 * chance };
      }),
      pictures: [{ file: writePlanes(lab, 'latent-view', planes, codes.labels), caption: 'One point for each test image, coloured by its class' }],
    };
  },
};

export const deep = { title: 'E. Deep and denoising autoencoders on MNIST and faces', rows: [deep32, lowest, noisy, latentView, faces, facesDenoised] };
