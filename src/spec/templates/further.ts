// Experiments that build on others, and those on data of one's own.
import type { Template } from '../templates.ts';

export const further: readonly Template[] = [
  {
    id: 'transfer',
    label: 'Transfer from a run',
    detail: 'The encoder begins with what another run has learned.',
    text: `// Transfer: the encoder begins with the weights of another run and learns digits. Train the config named in "from" first, here that of the
// template "Undercomplete"; the name or id of a run would do as well. Its encoder must have the same layers.
{
  "data": "glyphs",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 128, "activation": "relu" },
  ],
  "latent": { "type": "plain", "units": 16 },
  "decoder": "mirror",
  // "freeze": ["encoder"] leaves it as it was.
  "init": { "from": "undercomplete-autoencoder.aeconf", "layers": ["encoder"] },
  "training": { "epochs": 20, "batchSize": 64 },
}
`,
  },
  {
    id: 'sweep',
    label: 'Sweep',
    detail: 'The same model with several sizes of its code, one after another.',
    text: `// A sweep: one training for each value. Its page shows the error against the size of the code and marks the smallest that is good enough.
// Any path of this file may stand in "values"; several make a grid.
{
  "data": "glyphs",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 128, "activation": "relu" },
  ],
  "latent": { "type": "plain", "units": 8 },
  "decoder": "mirror",
  "training": { "epochs": 15, "batchSize": 64 },
  "sweep": { "values": { "latent.units": [2, 4, 8, 16, 32] } },
}
`,
  },
];

export const ownData: readonly Template[] = [
  {
    id: 'folder-of-images',
    label: 'My own images',
    detail: 'A folder (or .zip, .tgz) of PNG, JPEG, PGM, PPM or BMP files; sub-folders are labels.',
    text: `// Images from a folder. "path" starts at this file; all images are brought to one size.
{
  "data": { "type": "images", "path": "images", "size": 64, "color": "rgb" },
  "encoder": [
    { "type": "conv2d", "filters": 16, "strides": 2, "padding": "same", "activation": "relu" },
    { "type": "conv2d", "filters": 32, "strides": 2, "padding": "same", "activation": "relu" },
    { "type": "conv2d", "filters": 64, "strides": 2, "padding": "same", "activation": "relu" },
    { "type": "flatten" },
  ],
  "latent": { "type": "plain", "units": 64 },
  "decoder": "mirror",
  "training": { "epochs": 40, "batchSize": 32 },
}
`,
  },
  {
    id: 'table',
    label: 'My own table',
    detail: 'A CSV file with one sample per line.',
    text: `// Numbers from a table, whatever their units: "normalize" gives every column mean 0 and variance 1 (over the training samples), so
// that none drowns the others. A first line of names is kept for the views. Leave "labelColumn" out where there are no labels.
{
  "data": { "type": "csv", "path": "table.csv", "labelColumn": "last", "normalize": "standard" },
  "encoder": [
    { "type": "dense", "units": 32, "activation": "elu" },
  ],
  "latent": { "type": "plain", "units": 2 },
  // Such values lie on both sides of 0, so the output has no activation.
  "decoder": { "type": "mirror", "outputActivation": "linear" },
  "training": { "epochs": 50, "batchSize": 32 },
}
`,
  },
];
