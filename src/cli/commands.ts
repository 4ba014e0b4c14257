// The table of all commands, in the order of the help.
import { options as o, type Command } from './command.ts';

const device = { name: 'device', value: 'D', description: 'cpu, webgpu, cuda, ... ("aeconf devices" lists them), or auto. Default: auto.' };
const run = { name: 'RUN' } as const;
const file = { name: 'FILE' } as const;

const control = (request: 'stop' | 'pause' | 'continue', summary: string): Command => ({
  name: request, summary, positionals: [run], options: [o.runs, o.json],
  load: async () => (await import('./commands/control.ts')).control(request),
});

export const commands: readonly Command[] = [
  {
    name: 'check', summary: 'Check .aeconf files.', positionals: [{ ...file, many: true }],
    options: [o.set, o.json],
    details: 'Every finding has file, line, column and what would be right. Reads no data: where only the data knows the shape of a sample, the model is checked when training starts.',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'summary', summary: 'Show layers, shapes, parameters and memory of a model.', positionals: [file],
    options: [o.set, o.data, o.json],
    load: async () => (await import('./commands/summary.ts')).summary,
  },
  {
    name: 'train', summary: 'Train a configuration.', positionals: [file], graceful: true,
    options: [
      { ...device },
      { name: 'epochs', value: 'N', description: 'Train this many epochs: short for --set training.epochs=N.' },
      { name: 'no-sweep', description: 'Of a file that holds a sweep, train only its base.' },
      o.set, o.data, o.runs, o.threads, o.json,
    ],
    details: 'A file that holds a sweep is swept, as by "aeconf sweep FILE". Ctrl-C stops after the step with a checkpoint, from which "aeconf resume last" goes on exactly; a second Ctrl-C ends at once. With --json every line is an event: first {"event":"run","id","folder"}, then status, scalars, picture, latent, checkpoint and alert, last {"event":"end"} with "findings", what the curves show; a failure is {"event":"error","reason","message"}.',
    load: async () => (await import('./commands/train.ts')).train,
  },
  {
    name: 'resume', summary: 'Go on with a stopped or interrupted run.', positionals: [run], graceful: true,
    options: [
      { ...device, description: 'Another device than before.' },
      { name: 'epochs', value: 'N', description: 'Train up to this many epochs in all.' },
      { name: 'batch-size', value: 'N', description: 'Samples per step from here on, for a model that no longer fits in memory.' },
      { ...o.checkpoint, description: 'last or best: go back to the best epoch; what came after it is void. Default: last.' },
      o.data, o.runs, o.threads, o.json,
    ],
    details: 'Training continues exactly as if it had never stopped: the same losses, to the last bit on the same device.',
    load: async () => (await import('./commands/train.ts')).resume,
  },
  {
    name: 'sweep', summary: 'Train a configuration several times, with the values of its sweep.', positionals: [{ ...file, optional: true }], graceful: true,
    options: [
      { name: 'resume', description: 'Go on with the newest sweep of FILE (or of all). In place of FILE the id of a sweep may stand.' },
      { name: 'parallel', value: 'N', description: 'Trainings at the same time, each with its share of the threads. Default: sweep.parallel of the spec.' },
      { ...device },
      { name: 'epochs', value: 'N', description: 'Train this many epochs: short for --set training.epochs=N.' },
      { name: 'member', value: 'N', description: 'Of a sweep that was begun, train only this one, counted from 1.' },
      o.set, o.data, o.runs, o.threads, o.json,
    ],
    details: 'All combinations are checked before the first one trains. Each is an ordinary run. Ctrl-C, and "aeconf stop" of one of the runs, stop the sweep politely; --resume keeps what is finished, goes on with what was interrupted and tries again what failed. It ends with a table and a chart. With --json every line is an event: first {"event":"sweep","id","members"}, then those of "aeconf train" with "member" (from 0), {"event":"member","member","outcome"} when one ends, last {"event":"end","outcome","sweep"}.',
    load: async () => (await import('./commands/sweep.ts')).sweep,
  },
  {
    name: 'sweeps', summary: 'List the sweeps, or show one as table and chart.', positionals: [{ name: 'SWEEP', optional: true }], options: [o.runs, o.json],
    load: async () => (await import('./commands/sweep.ts')).sweeps,
  },
  control('stop', 'Stop a run after its step, with a checkpoint.'),
  control('pause', 'Let a run wait.'),
  control('continue', 'Let a paused run go on.'),
  {
    name: 'runs', summary: 'List the runs.', positionals: [],
    options: [{ name: 'tag', value: 'TAG', many: true, description: 'Only those with this tag; of several, with all of them.' }, o.runs, o.json],
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  {
    name: 'evaluate', summary: 'Measure a trained model on validation and training samples.', positionals: [run],
    options: [
      { name: 'importance-samples', value: 'K', description: 'Estimate the log-likelihood of a variational model in nats, with that many draws for each sample (5000 in the literature).' },
      { name: 'samples', description: 'With --json: the loss and every metric of each sample, too.' },
      o.checkpoint, o.data, o.runs, o.threads, o.json,
    ],
    details: 'Every metric for all validation samples and class by class, and for as many training samples, spread evenly; beside it the error of as many principal components as the code has numbers. Metrics that make no sense are left out: psnr, ssim, binaryAccuracy and binaryCrossentropy need samples with values in [0, 1], binaryCrossentropy outputs in [0, 1] too, ssim images.',
    load: async () => (await import('./commands/evaluate.ts')).evaluate,
  },
  {
    name: 'probe', summary: 'Judge a representation: classifiers on codes and on pixels.', positionals: [run], graceful: true,
    options: [
      { name: 'on', value: 'WHAT', many: true, description: 'codes, pixels or reconstructions; may be given several times. Default: probe.on of the spec.' },
      { name: 'epochs', value: 'N', description: 'Epochs of the classifier. Default: probe.epochs of the spec.' },
      { name: 'neighbors', value: 'K', description: 'k of the k-nearest-neighbour probe; 0 leaves it out.' },
      { name: 'linear', description: 'A linear classifier in place of the layers of the spec.' },
      { name: 'confusion', description: 'Print confusion matrices and tables by class.' },
      o.checkpoint, o.data, o.runs, o.threads, o.json,
    ],
    details: 'Trains the classifier of the spec\'s "probe" (a linear one where it says nothing) on each and judges it on the validation samples, which need labels. The encoder sees the samples without corruption. Everything is kept in probe/probe.json of the run, which grows while it works; --json prints it at the end. Ctrl-C ends it and keeps what was found.',
    load: async () => (await import('./commands/probe.ts')).probeRun,
  },
  {
    name: 'robustness', summary: 'Test a trained model with noise of several strengths.', positionals: [run],
    options: [
      { name: 'corruption', value: 'KIND', description: 'The noise: uniform, gaussian, saltAndPepper, masking, occlusion, or an object like \'{"type":"gaussian","mean":0.5}\'. Default: "robustness" of the spec.' },
      { name: 'strengths', value: 'LIST', description: 'Its amounts, standard deviations or sizes: 0.1,0.3,0.5.' },
      { name: 'against', value: 'RUN', many: true, description: 'Another run, shown beside this one; may be given several times.' },
      { name: 'samples', value: 'N', description: 'Samples in the pictures. Default: 10.' },
      o.checkpoint, o.data, o.runs, o.threads, o.json,
    ],
    details: 'Writes robustness/NAME.json into the run folder, a picture of every strength and one of all. Every run sees the same noise.',
    load: async () => (await import('./commands/robustness.ts')).robustness,
  },
  {
    name: 'reconstruct', summary: 'Write a picture of originals and reconstructions.', positionals: [run],
    options: [
      { name: 'out', value: 'FILE', description: 'The PNG file. Default: pictures/ in the run folder.' },
      { name: 'epoch', value: 'N', description: 'As it was after this epoch, from what the run keeps; reads no data.' },
      { name: 'samples', value: 'N', description: 'Number of samples. Default: views.samples of the spec.' },
      { name: 'layout', value: 'L', description: 'rows (samples in columns) or grid (near-square blocks of originals and reconstructions). Default: views.layout of the spec.' },
      o.checkpoint, o.data, o.runs, o.threads, o.json,
    ],
    load: async () => (await import('./commands/reconstruct.ts')).reconstruct,
  },
  {
    name: 'activations', summary: 'Show what each layer makes of a sample.', positionals: [run],
    options: [
      { name: 'sample', value: 'N', description: 'Which of the samples that the run keeps for its pictures, from 0. Default: 0.' },
      { name: 'out', value: 'FILE', description: 'Also the numbers: FILE.npz or FILE.safetensors with an array for each layer, channels last, or FILE.png as a picture.' },
      o.checkpoint, o.runs, o.threads, o.json,
    ],
    details: 'Smallest, largest and mean activation of every layer of encoder, latent and decoder, and the share of units that are exactly zero, with nothing random: dropout off, batch normalisation by its moving averages. Where training corrupts its input, the encoder sees the sample with noise, as in the reconstructions. Reads the run folder only. Arrays are named "original", "corrupted" where there is noise, then "encoder/dense" and so on, as in the summary with the part before, and "reconstruction".',
    load: async () => (await import('./commands/activations.ts')).activations,
  },
  {
    name: 'generate', summary: 'Decode new codes into a picture.', positionals: [run],
    options: [
      { name: 'method', value: 'M', description: 'prior, mixture (Gaussians fitted to the codes), uniform (in the range of the codes), interpolate, or grid. Default: prior where the latent has one, else mixture.' },
      { name: 'count', value: 'N', description: 'Images (16); pairs to interpolate between (5); images in each direction of a grid (20).' },
      { name: 'components', value: 'K', description: 'Gaussians of the mixture. Default: 10.' },
      { name: 'seed', value: 'S', description: 'The same seed gives the same images. Default: 0.' },
      { name: 'arithmetic', value: 'SUM', description: 'In place of these a sum of codes beside its terms: "#12 - #40 + #7" of validation samples by their numbers from 0, "#12 + mean(Sneaker) - mean(Sandal)" with means of classes; "0.5 * #12" takes half.' },
      { name: 'out', value: 'FILE', description: 'The PNG file. Default: generated/ in the run folder.' },
      o.checkpoint, o.data, o.runs, o.threads, o.json,
    ],
    details: 'The vectors stand above the images and are printed; --json has them in full.',
    load: async () => (await import('./commands/generate.ts')).generateSamples,
  },
  {
    name: 'report', summary: 'Write one HTML file that tells of runs, to hand in or to keep.', positionals: [{ ...run, many: true }],
    options: [{ name: 'out', value: 'FILE', description: 'The HTML file. Default: the id of the run, in the folder you are in.' }, o.runs, o.json],
    details: 'What was asked for, data, model, curves, reconstructions, codes, principal components, whatever judges left in the run, and how to repeat it. It needs nothing but a browser, follows its light or dark look, and prints on A4. With several runs a comparison comes first. It reads the run folder only, so a run may be live, stopped or failed.',
    load: async () => (await import('./commands/report.ts')).report,
  },
  {
    name: 'export', summary: 'Write a model as ONNX files, or as a Python script for Keras.', positionals: [run],
    options: [
      { name: 'keras', description: 'A Python script for Keras 3, model.py, with the weights beside it in weights.npz. In place of RUN an .aeconf file may stand, which has no weights yet.' },
      { name: 'out', value: 'DIR', description: 'Where to. Default: the folder you are in, with --keras NAME-keras in it.' },
      o.checkpoint, o.set, o.data, o.runs, o.json,
    ],
    details: 'encoder.onnx, decoder.onnx and autoencoder.onnx are standard models for any batch size; input and output are float32 of batch × the shape of a sample, codes are batch × numbers. The Keras script builds the same three models, with loss, optimiser, noise and penalties: "python model.py" reconstructs the samples of the reconstructions view, "python model.py --train" trains. What Keras could not do exactly is refused by the name of its key.',
    load: async () => (await import('./commands/export.ts')).exportModels,
  },
  {
    name: 'devices', summary: 'List the devices and what is known of them for a config.', positionals: [{ ...file, optional: true }],
    options: [
      { name: 'check', description: 'Let every device try out the training step of FILE: whether it computes what the CPU computes, and how fast.' },
      { name: 'forget', description: 'Forget all earlier checks, for instance to measure again.' },
      o.set, o.data, o.threads, o.json,
    ],
    details: 'Before a device other than the CPU trains a model it does one step of it, which must have the CPU\'s result; with --device auto it must also be faster, and where a step is small it is not asked at all: what is said of the CPU then tells the limit. --check asks every device, whatever the size; a faster one is then taken by its name. That is done once for every model, library and driver, and kept in the user\'s cache folder.',
    load: async () => (await import('./commands/devices.ts')).devices,
  },
  {
    name: 'engine', summary: 'Engines that are fetched on demand: install, remove, check, list.', positionals: [{ name: 'ACTION' }, { name: 'ENGINE', optional: true }], graceful: true,
    options: [
      { name: 'gpu', description: 'Of tensorflow: the one for NVIDIA GPUs with CUDA.' },
      { name: 'folder', value: 'DIR', description: 'Where engines are installed. Default: AECONF_TENSORFLOW, or the user\'s data folder.' },
      o.json,
    ],
    details: 'Engines are tensorflow (with --gpu: on CUDA 11), cuda (the CUDA 12 provider of ONNX Runtime, which runs everything else already) and directml (part of ONNX Runtime on Windows). "aeconf engine install tensorflow" tells size and requirements, fetches it with npm and keeps it when it computes right. Ctrl-C cancels and keeps nothing. Then train with --device tensorflow, tensorflow-gpu, cuda or dml. Engines in a folder of their own are found through AECONF_TENSORFLOW.',
    load: async () => (await import('./commands/engine.ts')).engine,
  },
  {
    name: 'datasets', summary: 'List the named data sets and where they are.', positionals: [], options: [o.data, o.json],
    load: async () => (await import('./commands/datasets.ts')).datasets,
  },
  {
    name: 'preview', summary: 'Look at the data of a config, or at a named set, before training.', positionals: [{ ...file, optional: true }], graceful: true,
    options: [
      { name: 'dataset', value: 'NAME', description: 'In place of FILE: glyphs, mnist, fashion-mnist or lfw.' },
      { name: 'split', value: 'S', description: 'Samples of train or validation. Default: train.' },
      { name: 'class', value: 'NAME', description: 'Only samples of this class.' },
      { name: 'draw', value: 'K', description: 'Samples drawn at random, other ones for every K from 1. Default: 0, spread evenly.' },
      { name: 'samples', value: 'N', description: 'How many samples.' },
      { name: 'no-download', description: 'Fail where a named set would have to be downloaded.' },
      { name: 'out', value: 'DIR', description: 'Where pictures and numbers go. Default: .autoencoder/previews/NAME in the workspace; with --json nothing is written without it.' },
      o.set, o.data, o.json,
    ],
    details: 'The data is opened, split, normalised and corrupted as training does it. Told are shape, counts, classes, range, distribution, columns and what training would warn about; samples.png shows the first batch as training gets it (or the samples asked for), mean.png what all images have in common and where they differ. Of samples that are read from disk some are looked at, spread evenly.',
    load: async () => (await import('./commands/preview.ts')).preview,
  },
  {
    name: 'schema', summary: 'Print the JSON Schema of .aeconf files.', positionals: [], options: [o.json],
    load: async () => (await import('./commands/schema.ts')).schema,
  },
  {
    name: 'rename', summary: 'Give a run another name; without one, its first.', positionals: [run, { name: 'NAME', optional: true }], options: [o.runs, o.json],
    load: async () => (await import('./commands/notes.ts')).rename,
  },
  {
    name: 'note', summary: 'Write a note on a run; without text, remove it.', positionals: [run, { name: 'TEXT', optional: true }], options: [o.runs, o.json],
    load: async () => (await import('./commands/notes.ts')).note,
  },
  {
    name: 'tag', summary: 'Give a run tags in place of those it has; without any, remove them.', positionals: [run, { name: 'TAG', optional: true, many: true }], options: [o.runs, o.json],
    load: async () => (await import('./commands/notes.ts')).tag,
  },
  {
    name: 'star', summary: 'Mark a run with a star.', positionals: [run],
    options: [{ name: 'off', description: 'Take the star away.' }, o.runs, o.json],
    load: async () => (await import('./commands/notes.ts')).star,
  },
  {
    name: 'delete', summary: 'Delete a run with everything in it.', positionals: [run], options: [o.runs, o.json],
    load: async () => (await import('./commands/notes.ts')).remove,
  },
];
