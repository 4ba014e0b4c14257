// The kinds of autoencoders that differ in what keeps them from copying: noise, few units at work, a calm code, depth.
import type { Template } from '../templates.ts';

export const kinds: readonly Template[] = [
  {
    id: 'undercomplete-autoencoder',
    label: 'Undercomplete',
    detail: 'A code much smaller than the input, against principal components.',
    text: `// An undercomplete autoencoder: the bottleneck alone keeps it from copying. The loss page shows what principal components reach with as
// many numbers; the gap is what the bent layers are worth.
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 128, "activation": "relu" },
  ],
  "latent": { "type": "plain", "units": 16 },
  "decoder": "mirror",
  "training": { "epochs": 20, "batchSize": 128 },
}
`,
  },
  {
    id: 'convolutional-autoencoder',
    label: 'Convolutional',
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
    label: 'Denoising',
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
    label: 'Deep',
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
    id: 'pretrained-autoencoder',
    label: 'Deep, pretrained layer by layer',
    detail: 'Every layer first alone, as a restricted Boltzmann machine; then the whole.',
    text: `// A deep autoencoder after Hinton and Salakhutdinov: every layer is first trained alone, on what the one below gives. "layerwise" in place
// of the object trains each layer with its mirror image as a small autoencoder instead.
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 500, "activation": "sigmoid" },
    { "type": "dense", "units": 250, "activation": "sigmoid" },
    { "type": "dense", "units": 100, "activation": "sigmoid" },
  ],
  // Linear units are Gaussian ones to a Boltzmann machine.
  "latent": { "type": "plain", "units": 30 },
  "decoder": "mirror",
  "pretraining": { "type": "rbm", "epochs": 5 },
  "training": { "epochs": 20, "batchSize": 128, "loss": "binaryCrossentropy", "metrics": ["mse"] },
}
`,
  },
  {
    id: 'sparse-autoencoder',
    label: 'Sparse, by rate',
    detail: 'More units than inputs, each held to a rate of activity (Kullback-Leibler divergence).',
    text: `// A sparse autoencoder: more units than pixels, but only a few at work for any one picture. The curve "activationRate" settles at "target".
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "name": "features", "units": 1024, "activation": "sigmoid" },
  ],
  "decoder": [{ "type": "dense", "units": 784, "activation": "sigmoid" }],
  "penalties": [{ "type": "klSparsity", "layer": "features", "target": 0.05, "weight": 0.001 }],
  "training": { "epochs": 20, "batchSize": 256 },
}
`,
  },
  {
    id: 'sparse-autoencoder-l1',
    label: 'Sparse, by L1',
    detail: 'Every activation is charged for its size.',
    text: `// A sparse autoencoder: what an activation is not worth is switched off, for which a rectifier can give exactly zero. Ten times the weight
// leaves a handful of units at work.
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "name": "features", "units": 1024, "activation": "relu" },
  ],
  "decoder": [{ "type": "dense", "units": 784, "activation": "sigmoid" }],
  "penalties": [{ "type": "activityL1", "layer": "features", "weight": 0.0001 }],
  "training": { "epochs": 20, "batchSize": 256 },
}
`,
  },
  {
    id: 'sparse-autoencoder-top-k',
    label: 'Sparse, by the strongest',
    detail: 'Only the k strongest units speak; no penalty to weigh.',
    text: `// A k-sparse autoencoder: of 1,024 units the 50 strongest are kept, all others set to zero.
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 1024 },
    { "type": "topK", "k": 50 },
  ],
  "decoder": [{ "type": "dense", "units": 784, "activation": "sigmoid" }],
  "training": { "epochs": 20, "batchSize": 256 },
}
`,
  },
  {
    id: 'contractive-autoencoder',
    label: 'Contractive',
    detail: 'A penalty on the slope of the encoder: small changes of a picture hardly move its code.',
    text: `// A contractive autoencoder: the penalty is the squared size of the encoder's slope at the input. It has a curve of its own, "contractive".
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 128, "activation": "tanh" },
  ],
  // Up to 64 numbers the slope is computed exactly.
  "latent": { "type": "plain", "units": 24, "activation": "sigmoid" },
  "decoder": "mirror",
  "penalties": [{ "type": "contractive", "weight": 0.001 }],
  "training": { "epochs": 20, "batchSize": 256 },
}
`,
  },
];
