// What "New Config…" offers: short files to begin with, each a working experiment with the reason for its choices beside them.

export interface Template {
  /** Also the suggested file name, without its ending. */
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly text: string;
}

export const templates: readonly Template[] = [
  {
    id: 'dense-autoencoder',
    label: 'Dense autoencoder',
    detail: 'Two dense layers and a code of two numbers, on drawn digits. Needs no data.',
    text: `// A dense autoencoder. Change "units" of the latent and train again to see what the bottleneck is worth.
{
  "data": "glyphs",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 128, "activation": "relu" },
  ],
  "latent": { "type": "plain", "units": 2 },
  "decoder": "mirror",
  "training": { "epochs": 20, "batchSize": 64 },
}
`,
  },
  {
    id: 'convolutional-autoencoder',
    label: 'Convolutional autoencoder',
    detail: 'Convolutions with strides and their mirror, for images of 28×28.',
    text: `// A convolutional autoencoder. Each stride of 2 halves height and width; the mirrored decoder doubles them again.
{
  "data": "mnist",
  "encoder": [
    { "type": "conv2d", "filters": 32, "strides": 2, "padding": "same", "activation": "relu" },
    { "type": "conv2d", "filters": 64, "strides": 2, "padding": "same", "activation": "relu" },
    { "type": "flatten" },
  ],
  "latent": { "type": "plain", "units": 16 },
  "decoder": "mirror",
  "training": { "epochs": 20, "batchSize": 128 },
}
`,
  },
  {
    id: 'denoising-autoencoder',
    label: 'Denoising autoencoder',
    detail: 'Noise on the input, the clean image as target.',
    text: `// A denoising autoencoder: the corruption is drawn anew for every batch, the target stays clean.
{
  "data": "fashion-mnist",
  "corruption": [
    { "type": "saltAndPepper", "amount": 0.1 },
  ],
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 256, "activation": "relu" },
  ],
  "latent": { "type": "plain", "units": 50, "activation": "relu" },
  "decoder": "mirror",
  "training": { "epochs": 20, "batchSize": 256 },
}
`,
  },
  {
    id: 'deep-autoencoder',
    label: 'Deep autoencoder',
    detail: 'Several dense stages with batch normalisation, and binary cross-entropy.',
    text: `// A deep autoencoder. Batch normalisation keeps the signal of many layers in range.
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 512 },
    { "type": "batchNormalization" },
    { "type": "activation", "activation": "relu" },
    { "type": "dense", "units": 128 },
    { "type": "batchNormalization" },
    { "type": "activation", "activation": "relu" },
  ],
  "latent": { "type": "plain", "units": 32 },
  "decoder": "mirror",
  "training": { "epochs": 30, "batchSize": 256, "loss": "binaryCrossentropy" },
}
`,
  },
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
