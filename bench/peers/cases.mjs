// What is measured. `limit` keeps an epoch of the slow models short, but long beside what we write at its end while the next one begins.
export const cases = [
  ...[32, 128, 256, 1000].map(batchSize => ({ name: `janet-50-${batchSize}`, title: `JANet-50, batch ${batchSize}`, sample: 'janet-50', batchSize })),
  { name: 'conv-selu-6-512', title: 'conv-selu-6 (system B), batch 512', sample: 'systems/conv-selu-6', batchSize: 512, limit: 30_720, convolves: true },
  { name: 'dae-batchnorm-256', title: 'dae-batchnorm (system C), batch 256', sample: 'systems/dae-batchnorm', batchSize: 256, limit: 30_720 },
  { name: 'conv-denoise-16-128', title: 'conv-denoise-16, batch 128', sample: 'systems/conv-denoise-16', batchSize: 128, limit: 19_200, convolves: true },
  { name: 'variational-128', title: 'Variational (types/variational), batch 128', sample: 'types/variational', batchSize: 128 },
];

export const titles = { 'ours': 'Autoencoder Studio', 'ours on TensorFlow': 'the same on TensorFlow', 'keras': 'Keras', 'torch': 'PyTorch', 'tfjs': 'tfjs-node, tf.layers' };
