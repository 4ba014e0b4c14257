// Autoencoders that differ in their code: a distribution, a codebook, a cloud of a given shape, directions.
import type { Template } from '../templates.ts';

export const latents: readonly Template[] = [
  {
    id: 'variational-autoencoder',
    label: 'Variational',
    detail: 'A cloud for every picture; new pictures can be drawn from the prior.',
    text: `// A variational autoencoder: all clouds together fill N(0, 1), so that any point drawn from there decodes to something like a digit. The loss
// is summed over pixels, in nats; "reconstruction" and "kl" have curves of their own.
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 400, "activation": "relu" },
    { "type": "dense", "units": 200, "activation": "relu" },
  ],
  "latent": { "type": "gaussian", "units": 2 },
  "decoder": "mirror",
  "training": { "epochs": 30, "batchSize": 128, "loss": "binaryCrossentropy" },
}
`,
  },
  {
    id: 'vector-quantised-autoencoder',
    label: 'Vector-quantised',
    detail: 'Every place of the code is an entry of a codebook.',
    text: `// A vector-quantised autoencoder: each of 7×7 places of the code is one of 64 entries of a codebook. The curve "perplexity" tells how many
// of them are in use.
{
  "data": "fashion-mnist",
  "encoder": [
    { "type": "conv2d", "filters": 32, "strides": 2, "padding": "same", "activation": "relu" },
    { "type": "conv2d", "filters": 64, "strides": 2, "padding": "same", "activation": "relu" },
    { "type": "conv2d", "filters": 16, "kernelSize": 1 },
  ],
  "latent": { "type": "quantized", "codes": 64 },
  "decoder": [
    { "type": "conv2dTranspose", "filters": 64, "strides": 2, "padding": "same", "activation": "relu" },
    { "type": "conv2dTranspose", "filters": 32, "strides": 2, "padding": "same", "activation": "relu" },
    { "type": "conv2d", "filters": 1, "padding": "same", "activation": "sigmoid" },
  ],
  "training": { "epochs": 10, "batchSize": 128 },
}
`,
  },
  {
    id: 'wasserstein-autoencoder',
    label: 'Wasserstein',
    detail: 'Codes without noise, drawn together to the shape of a normal distribution.',
    text: `// A Wasserstein autoencoder: all codes together are drawn to the shape of N(0, 1) by the maximum mean discrepancy; every picture stays a point.
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 400, "activation": "relu" },
    { "type": "dense", "units": 200, "activation": "relu" },
  ],
  "latent": { "type": "wasserstein", "units": 8, "weight": 0.1 },
  "decoder": "mirror",
  "training": { "epochs": 20, "batchSize": 256 },
}
`,
  },
  {
    id: 'spherical-autoencoder',
    label: 'Spherical',
    detail: 'Codes are directions: points on a sphere.',
    text: `// A spherical autoencoder: every code is divided by its length. Between two points the latent page goes straight or along the sphere.
{
  "data": "mnist",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 256, "activation": "relu" },
  ],
  "latent": { "type": "spherical", "units": 16 },
  "decoder": "mirror",
  "training": { "epochs": 20, "batchSize": 128 },
}
`,
  },
];
