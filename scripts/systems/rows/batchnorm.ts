// System C: the batch-normalised denoising autoencoder on Fashion-MNIST, judged two ways.
import { readProbe } from '../../../src/runs/probe.ts';
import { againstNoise, curves, epochsOf, falls, figure, finalPicture, measuredSamples, percent, robustness, type Row } from '../tools.ts';

const SAMPLE = 'systems/dae-batchnorm';

const model: Row = {
  id: 'dae-batchnorm', title: 'Model and training', samples: [SAMPLE],
  async run(lab) {
    const run = await lab.train(SAMPLE);
    const { parameters, trainable } = run.info.model;
    return {
      seconds: run.seconds,
      findings: [
        { what: 'parameters', reported: '1,438,676', measured: parameters.toLocaleString('en-US'), holds: parameters === 1_438_676 },
        { what: 'trainable', reported: '1,434,580', measured: trainable.toLocaleString('en-US'), holds: trainable === 1_434_580 },
        { what: `validation MSE after ${epochsOf(run)} epochs`, reported: 'a curve', measured: figure(run.last('validation')) },
        ...(['train', 'validation'] as const).map(split => ({ what: `accuracy (Keras's) on ${measuredSamples(run, split)} after ${epochsOf(run)} epochs`, reported: 'a curve', measured: percent(run.last(split, 'accuracy')) })),
        falls(run),
      ],
      pictures: [await curves(lab, 'dae-batchnorm', [{ run, name: 'loss' }], 'MSE'), await curves(lab, 'dae-batchnorm-accuracy', [{ run, name: 'accuracy' }], 'accuracy', 'accuracy'), finalPicture(run, 'reconstructions', 'Original, corrupted, code, reconstruction')],
    };
  },
};

const subjective: Row = {
  id: 'dae-batchnorm-uniform', title: 'Subjective: trained on Gaussian, tested on uniform noise at five strengths', samples: [SAMPLE],
  async run(lab) {
    const run = await lab.train(SAMPLE);
    const [report, picture, folder] = await robustness(lab, run, 'uniform');
    return {
      seconds: run.seconds,
      findings: againstNoise(report, strength => `MSE at P = ${strength}`, 0.2, false),
      pictures: [{ file: picture, caption: 'All strengths' }, ...report.strengths.map(({ strength, picture: file }) => ({ file: `${folder}/${file}`, caption: `P = ${strength}: raw, noisy, denoised, each with its own loss` }))],
    };
  },
};

const objective: Row = {
  id: 'dae-batchnorm-probe', title: 'Objective: a classifier on the codes against the same on raw pixels', samples: [SAMPLE],
  async run(lab) {
    const run = await lab.train(SAMPLE);
    await lab.ask('probe', run.id, ...lab.dataOptions());
    const report = await readProbe(run.folder);
    if (report?.state !== 'finished') throw new Error('The probe did not finish.');
    const subject = (on: string) => report.subjects.find(candidate => candidate.on === on)!;
    const [codes, pixels] = [subject('codes'), subject('pixels')];
    return {
      seconds: run.seconds + report.subjects.reduce((sum, { seconds }) => sum + seconds, 0),
      findings: [
        { what: 'parameters of the classifier on codes (trainable)', reported: '15,146 (15,082)', measured: `${codes.parameters.total.toLocaleString('en-US')} (${codes.parameters.trainable.toLocaleString('en-US')})`, holds: codes.parameters.total === 15_146 },
        { what: 'accuracy on codes', reported: '0.89', measured: figure(codes.result!.accuracy), holds: codes.result!.accuracy >= 0.89, atFullSize: true },
        { what: 'accuracy on raw pixels', reported: '0.87', measured: figure(pixels.result!.accuracy), holds: pixels.result!.accuracy >= 0.87, atFullSize: true },
        ...[codes, pixels].flatMap(({ on, neighbors }) => (neighbors === undefined ? [] : [{ what: `${neighbors.k} nearest neighbours on ${on}`, reported: 'not published', measured: figure(neighbors.accuracy) }])),
      ],
      pictures: [],
    };
  },
};

export const batchnorm = { title: 'C. Batch-normalised denoising autoencoder on Fashion-MNIST', rows: [model, subjective, objective] };
