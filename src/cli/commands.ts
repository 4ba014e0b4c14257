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
      o.set, o.data, o.runs, o.threads, o.json,
    ],
    details: 'Ctrl-C stops after the step with a checkpoint, from which "aeconf resume last" goes on exactly; a second Ctrl-C ends at once. With --json every line is an event: first {"event":"run","id","folder"}, then status, scalars, picture, latent, checkpoint and alert, last {"event":"end"}; a failure is {"event":"error","reason","message"}.',
    load: async () => (await import('./commands/train.ts')).train,
  },
  {
    name: 'resume', summary: 'Go on with a stopped or interrupted run.', positionals: [run], graceful: true,
    options: [
      { ...device, description: 'Another device than before.' },
      { name: 'epochs', value: 'N', description: 'Train up to this many epochs in all.' },
      o.data, o.runs, o.threads, o.json,
    ],
    details: 'Training continues exactly as if it had never stopped: the same losses, to the last bit on the same device.',
    load: async () => (await import('./commands/train.ts')).resume,
  },
  control('stop', 'Stop a run after its step, with a checkpoint.'),
  control('pause', 'Let a run wait.'),
  control('continue', 'Let a paused run go on.'),
  {
    name: 'runs', summary: 'List the runs.', positionals: [], options: [o.runs, o.json],
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  {
    name: 'evaluate', summary: 'Measure a trained model on the validation samples.', positionals: [run],
    options: [o.checkpoint, o.data, o.runs, o.threads, o.json],
    load: async () => (await import('./commands/evaluate.ts')).evaluate,
  },
  {
    name: 'reconstruct', summary: 'Write a picture of originals and reconstructions.', positionals: [run],
    options: [
      { name: 'out', value: 'FILE', description: 'The PNG file. Default: pictures/ in the run folder.' },
      { name: 'epoch', value: 'N', description: 'As it was after this epoch, from what the run keeps; reads no data.' },
      { name: 'samples', value: 'N', description: 'Number of samples. Default: views.samples of the spec.' },
      o.checkpoint, o.data, o.runs, o.threads, o.json,
    ],
    load: async () => (await import('./commands/reconstruct.ts')).reconstruct,
  },
  {
    name: 'export', summary: 'Write encoder, decoder and autoencoder as ONNX models.', positionals: [run],
    options: [{ name: 'out', value: 'DIR', description: 'Where to. Default: the folder you are in.' }, o.checkpoint, o.runs, o.json],
    details: 'Standard models for any batch size; input and output are float32 of batch × the shape of a sample, codes are batch × numbers.',
    load: async () => (await import('./commands/export.ts')).exportModels,
  },
  {
    name: 'devices', summary: 'List the devices of this machine.', positionals: [], options: [o.json],
    load: async () => (await import('./commands/devices.ts')).devices,
  },
  {
    name: 'datasets', summary: 'List the named data sets and where they are.', positionals: [], options: [o.data, o.json],
    load: async () => (await import('./commands/datasets.ts')).datasets,
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
    name: 'star', summary: 'Mark a run with a star.', positionals: [run],
    options: [{ name: 'off', description: 'Take the star away.' }, o.runs, o.json],
    load: async () => (await import('./commands/notes.ts')).star,
  },
  {
    name: 'delete', summary: 'Delete a run with everything in it.', positionals: [run], options: [o.runs, o.json],
    load: async () => (await import('./commands/notes.ts')).remove,
  },
];
