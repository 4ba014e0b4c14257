// Where samples come from.
import { Type } from '@sinclair/typebox';
import { choice, optional, pair, variant } from './words.ts';

const dataOptions = {
  limit: optional(Type.Integer({ minimum: 1, description: 'Use at most this many training samples (the first ones). Left out, all.', examples: [5000] })),
  binarize: optional(Type.Union([
    Type.Literal('sample', { description: 'A pixel is 1 with the probability of its value, drawn anew for every batch (once for the validation samples).' }),
    Type.Literal('threshold', { description: 'A pixel is 1 from one half on.' }),
  ], { description: 'Makes pixels 0 or 1, as the literature of generative models does. Left out, they stay as they are.', examples: ['sample'] })),
  validation: Type.Union([
    Type.Literal('test', { description: 'The data set\'s own test part.' }),
    Type.Number({ minimum: 0, exclusiveMaximum: 1, description: 'That share of the training samples, chosen by the seed.' }),
  ], { default: 'test', description: 'What the model is judged on: "test", or a share of the training samples (0 for none). Sets without a test part use a share of 0.1 in place of "test".', examples: [0.1] }),
};
const divideBy = {
  divideBy: optional(Type.Number({ exclusiveMinimum: 0, description: 'Values are divided by this. Left out: 255 for bytes, 1 for everything else.', examples: [16] })),
};
const normalize = {
  normalize: optional(Type.Union([
    Type.Literal('standard', { description: 'Mean 0 and variance 1 in every column. Such values lie anywhere, so end the decoder in "linear".' }),
    Type.Literal('minMax', { description: 'Every column to [0, 1].' }),
  ], { description: 'Brings the columns of vectors to one range. The loss weighs all columns alike, so one of thousands would drown one of tenths. Mean, variance and range are those of the training samples; they are kept in the run\'s columns.json. Losses are then of the normalised numbers. Left out, values stay in their units.', examples: ['standard'] })),
};
const shape = {
  shape: optional(Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 3, description: 'Shape of one sample: [height, width, channels] or [features]. Left out, it is read from the file.', examples: [[8, 8, 1]] })),
};
const memory = {
  memory: optional(Type.Number({ minimum: 0, description: 'Gigabytes (10⁹ bytes) of memory that samples may take. Files that need more are read from disk as they are needed, and shuffled in blocks of 1 MB within windows of 128 MB. Left out: half of the free memory, at least 0.5. 0 always reads from disk.', examples: [4] })),
};
const path = (what: string, example: string) => Type.String({ minLength: 1, description: `${what} Relative paths start at this file.`, examples: [example] });
const images = {
  size: optional(pair({ description: 'Height and width all images are brought to. Left out, all images must have one size.', examples: [[64, 64]] })),
  color: Type.Union([Type.Literal('grey'), Type.Literal('rgb')], { default: 'grey', description: '"grey" (one channel) or "rgb" (three).', examples: ['rgb'] }),
  fit: Type.Union([
    Type.Literal('crop', { description: 'Fill the size, cut off what stands out, keeping the middle.' }),
    Type.Literal('stretch', { description: 'Change the proportions.' }),
  ], { default: 'crop', description: 'How an image of other proportions is brought to `size`.', examples: ['stretch'] }),
};

export const Data = choice([
  variant('glyphs', 'Digits drawn by the program from strokes with random slant, thickness, position and size: 28×28×1, labelled. Needs no file and no network.', {
    train: Type.Integer({ default: 4000, minimum: 10, description: 'Number of training images.', examples: [10000] }),
    test: Type.Integer({ default: 1000, minimum: 10, description: 'Number of test images.', examples: [2000] }),
    seed: Type.Integer({ default: 0, minimum: 0, description: 'The same seed draws the same digits.', examples: [3] }),
    ...dataOptions,
  }),
  variant('mnist', 'Handwritten digits: 60,000 + 10,000 images, 28×28×1 (LeCun et al., 1998).', { ...dataOptions }),
  variant('fashion-mnist', 'Clothes: 60,000 + 10,000 images, 28×28×1 (Xiao et al., 2017).', { ...dataOptions }),
  variant('lfw', 'Labeled Faces in the Wild: photographs of faces by person (Huang et al., 2007).', { ...images, ...memory, ...dataOptions }),
  variant('idx', 'Files in the format of MNIST (.idx, .gz).', {
    images: path('Training images.', 'train-images-idx3-ubyte.gz'),
    labels: optional(path('Training labels; left out, samples have none.', 'train-labels-idx1-ubyte.gz')),
    testImages: optional(path('Test images; left out, there is no test part.', 't10k-images-idx3-ubyte.gz')),
    testLabels: optional(path('Test labels; left out, test samples have none.', 't10k-labels-idx1-ubyte.gz')),
    ...divideBy, ...shape, ...memory, ...dataOptions,
  }),
  variant('npy', 'NumPy arrays, one per file; the first axis counts the samples.', {
    images: path('Training samples.', 'x_train.npy'),
    labels: optional(path('Training labels; left out, samples have none.', 'y_train.npy')),
    testImages: optional(path('Test samples; left out, there is no test part.', 'x_test.npy')),
    testLabels: optional(path('Test labels; left out, test samples have none.', 'y_test.npy')),
    ...divideBy, ...normalize, ...shape, ...memory, ...dataOptions,
  }),
  variant('npz', 'A NumPy archive with several arrays, named as in Keras\'s mnist.npz unless said otherwise.', {
    path: path('The archive.', 'mnist.npz'),
    images: Type.String({ default: 'x_train', description: 'Member with the training samples.', examples: ['train_images'] }),
    labels: Type.String({ default: 'y_train', description: 'Member with the training labels; may be absent.', examples: ['train_labels'] }),
    testImages: Type.String({ default: 'x_test', description: 'Member with the test samples; may be absent.', examples: ['test_images'] }),
    testLabels: Type.String({ default: 'y_test', description: 'Member with the test labels; may be absent.', examples: ['test_labels'] }),
    ...divideBy, ...normalize, ...shape, ...memory, ...dataOptions,
  }),
  variant('csv', 'A table of numbers, one sample per line (.csv, .csv.gz). A first line in which hardly any cell is a number is taken as the names of the columns.', {
    path: path('The table.', 'digits.csv.gz'),
    labelColumn: optional(Type.Union([
      Type.Literal('first'), Type.Literal('last'), Type.Integer({ minimum: 0 }), Type.String({ minLength: 1 }),
    ], { description: 'The column that holds the label: "first", "last", its number from 0, or its name in the header. Left out, there are no labels.', examples: ['last'] })),
    separator: Type.String({ default: ',', minLength: 1, maxLength: 1, description: 'The character between columns.', examples: [';'] }),
    decimal: optional(Type.Union([Type.Literal('.'), Type.Literal(',')], { description: 'What stands before the decimals of a number. Left out, a point.', examples: [','] })),
    ...divideBy, ...normalize, ...shape, ...dataOptions,
  }),
  variant('images', 'A folder of images (PNG, JPEG, PGM, PPM, BMP), or a .zip, .tgz or .tar.gz of one. Sub-folders are labels.', {
    path: path('The folder or archive.', 'faces'),
    ...images, ...memory, ...dataOptions,
  }),
], { shorthand: 'type', description: 'Where the samples come from.', examples: ['glyphs', 'fashion-mnist', { type: 'images', path: 'faces', size: 64, color: 'rgb' }] });
