// What Keras has no built-in for, as Python classes and functions that a script defines when it needs them. The mathematics and its
// sources stand in src/graph/latents.ts, penalties.ts and metrics.ts; test/parity/script.test.ts holds both to the same numbers.
const lines = (source: string): string[] => source.replace(/^\n/, '').trimEnd().split('\n');

export const topK = lines(`
class TopK(layers.Layer):
    """Keeps the k largest activations of each sample and sets the others to zero (Makhzani and Frey, 2014)."""

    def __init__(self, k, **options):
        super().__init__(**options)
        self.k = k

    def call(self, x):
        flat = ops.reshape(x, (-1, math.prod(x.shape[1:])))
        least = ops.top_k(flat, self.k)[0][:, -1:]
        return ops.reshape(ops.where(flat < least, 0.0, flat), ops.shape(x))

    def compute_output_shape(self, input_shape):
        return input_shape
`);

/** Keras's activity_regularizer divides by the batch size in some versions and not in others. */
export const activityL1 = lines(`
class ActivityL1(layers.Layer):
    """Adds the sum of absolute activations, mean over the batch, to the loss."""

    def __init__(self, factor, **options):
        super().__init__(**options)
        self.factor = factor

    def call(self, x):
        self.add_loss(self.factor * ops.sum(ops.abs(x)) / ops.cast(ops.shape(x)[0], x.dtype))
        return x
`);

export const klSparsity = lines(`
class KLSparsity(layers.Layer):
    """Adds the divergence of each unit's mean activation over the batch from a target, summed over units, to the loss."""

    def __init__(self, factor, target, **options):
        super().__init__(**options)
        self.factor, self.target = factor, target

    def call(self, x):
        rate = ops.clip(ops.mean(x, axis=list(range(len(x.shape) - 1))), 1e-7, 1 - 1e-7)
        on = self.target * ops.log(self.target / rate)
        off = (1 - self.target) * ops.log((1 - self.target) / (1 - rate))
        self.add_loss(self.factor * ops.sum(on + off))
        return x
`);

export interface GaussianTraits {
  readonly freeBits: boolean;
  readonly annealed: boolean;
  readonly importance: boolean;
}

/** The divergence, or with importance weights the ratio of prior and posterior, which takes its place. */
export function gaussian({ freeBits, annealed, importance }: GaussianTraits): string[] {
  const factor = annealed ? 'self.beta * self.share' : 'self.beta';
  const options = ['beta', ...(freeBits ? ['free_bits'] : []), ...(importance ? ['samples'] : [])];
  const kept = options.map(name => `self.${name}`).join(', ');
  const about = importance
    ? 'Draws several codes from N(mean, variance) for each sample; gives them with the logarithm of prior over posterior.'
    : 'Draws a code from N(mean, variance) for each sample and adds the divergence from N(0, 1) to the loss.';
  return [
    'class Gaussian(layers.Layer):', `    """${about}"""`, '',
    `    def __init__(self, ${options.join(', ')}, **options):`,
    '        super().__init__(**options)',
    `        ${kept} = ${options.join(', ')}`,
    '        self.random = keras.random.SeedGenerator(SEED)',
    ...(annealed ? ['        # Raised from 0 to 1 by Annealing.', '        self.share = self.add_weight(name="share", shape=(), initializer="ones", trainable=False)'] : []),
    '',
    '    def call(self, inputs):',
    '        mean, log_variance = inputs',
    ...(importance ? [
      '        noise = keras.random.normal((ops.shape(mean)[0], self.samples, mean.shape[1]), seed=self.random)',
      '        mean, log_variance = ops.expand_dims(mean, 1), ops.expand_dims(log_variance, 1)',
      '        z = mean + ops.exp(0.5 * log_variance) * noise',
      '        # log N(z; 0, 1) - log N(z; mean, variance), where (z - mean) / deviation is the noise.',
      '        log_ratio = 0.5 * ops.sum(noise**2 + log_variance - z**2, axis=-1)',
      `        return ops.reshape(z, (-1, mean.shape[-1])), ${factor} * log_ratio`,
    ] : [
      '        divergence = ops.mean(0.5 * (mean**2 + ops.exp(log_variance) - log_variance - 1), axis=0)',
      ...(freeBits ? ['        # So many nats of each dimension cost nothing.', '        divergence = ops.maximum(divergence, self.free_bits)'] : []),
      `        self.add_loss(${factor} * ops.sum(divergence))`,
      '        noise = keras.random.normal(ops.shape(mean), seed=self.random)',
      '        return mean + ops.exp(0.5 * log_variance) * noise',
    ]),
  ];
}

export const vectorQuantizer = lines(`
class VectorQuantizer(layers.Layer):
    """Replaces every piece of its input by the nearest entry of a codebook, which moves along (van den Oord et al., 2017)."""

    def __init__(self, codes, dimension, commitment, decay, revival, **options):
        super().__init__(**options)
        self.codes, self.dimension = codes, dimension
        self.commitment, self.decay, self.revival = commitment, decay, revival
        start = keras.initializers.RandomUniform(-1 / codes, 1 / codes)
        self.codebook = self.add_weight(name="codebook", shape=(codes, dimension), initializer=start, trainable=False)
        self.uses = self.add_weight(name="uses", shape=(codes,), initializer="zeros", trainable=False)

    def call(self, x, training=False):
        pieces = ops.reshape(x, (-1, self.dimension))
        fixed = ops.stop_gradient(pieces)
        book = ops.convert_to_tensor(self.codebook)
        distances = ops.sum(fixed**2, axis=1, keepdims=True) - 2 * ops.matmul(fixed, ops.transpose(book)) + ops.sum(book**2, axis=1)
        # Entries that are equally near share a piece.
        hits = ops.cast(distances <= ops.min(distances, axis=1, keepdims=True), x.dtype)
        assignment = hits / ops.sum(hits, axis=1, keepdims=True)
        entries = ops.matmul(assignment, book)
        self.add_loss(self.commitment * ops.mean((pieces - ops.stop_gradient(entries)) ** 2))
        if training:
            self.follow(fixed, assignment, book)
        # The gradient of the entry goes straight to the piece it stands for.
        return x + ops.stop_gradient(ops.reshape(entries, ops.shape(x)) - x)

    def follow(self, pieces, assignment, book):
        """Entries follow the mean of their pieces; one that is hardly used starts anew at a piece of this batch."""
        counts = ops.sum(assignment, axis=0)
        uses = self.decay * self.uses + (1 - self.decay) * counts
        drift = ops.matmul(ops.transpose(assignment), pieces) - ops.expand_dims(counts, 1) * book
        moved = book + (1 - self.decay) * drift / ops.maximum(ops.expand_dims(uses, 1), 1e-12)
        average = ops.mean(uses)
        dead = uses < self.revival * average
        count = ops.shape(pieces)[0]
        spread = ops.take(pieces, ops.arange(self.codes) * ops.maximum(count // self.codes, 1) % count, axis=0)
        self.codebook.assign(ops.where(ops.expand_dims(dead, 1), spread, moved))
        self.uses.assign(ops.where(dead, average, uses))
`);

export const discrepancy = lines(`
class MaximumMeanDiscrepancy(layers.Layer):
    """Adds the distance of the codes' distribution from N(0, 1) to the loss (Tolstikhin et al., 2018)."""

    SCALES = (0.1, 0.2, 0.5, 1, 2, 5, 10)

    def __init__(self, factor, **options):
        super().__init__(**options)
        self.factor = factor
        self.random = keras.random.SeedGenerator(SEED)

    def kernels(self, x, y):
        """Sum over all pairs of rows of inverse multiquadratic kernels."""
        distances = ops.sum(x**2, axis=1, keepdims=True) - 2 * ops.matmul(x, ops.transpose(y)) + ops.sum(y**2, axis=1)
        reaches = [2 * x.shape[1] * scale for scale in self.SCALES]
        return ops.sum(sum(reach / (reach + ops.maximum(distances, 0.0)) for reach in reaches))

    def call(self, codes):
        prior = keras.random.normal(ops.shape(codes), seed=self.random)
        count = ops.cast(ops.shape(codes)[0], codes.dtype)
        # A point's kernel with itself is one at every scale.
        within = self.kernels(codes, codes) + self.kernels(prior, prior) - 2 * count * len(self.SCALES)
        between = self.kernels(codes, prior)
        self.add_loss(self.factor * (within / ops.maximum(count * (count - 1), 1.0) - 2 * between / count**2))
        return codes
`);

export const annealing = lines(`
class Annealing(keras.callbacks.Callback):
    """Raises the weight of the divergence from zero over the first epochs; it counts in full where the model is evaluated."""

    def __init__(self, layer, epochs, steps_per_epoch):
        super().__init__()
        self.layer, self.steps = layer, epochs * steps_per_epoch

    def on_train_batch_begin(self, batch, logs=None):
        self.layer.share.assign(min(1.0, int(self.model.optimizer.iterations) / self.steps))

    def on_test_begin(self, logs=None):
        self.layer.share.assign(1.0)
`);

export const warmup = lines(`
class Warmup(keras.optimizers.schedules.LearningRateSchedule):
    """Rises linearly from zero over the first steps, then follows another schedule from its beginning."""

    def __init__(self, rate, steps, then):
        self.rate, self.steps, self.then = rate, steps, then

    def __call__(self, step):
        step = ops.cast(step, "float32")
        later = self.then(step - self.steps) if callable(self.then) else self.then
        return ops.where(step < self.steps, self.rate * step / max(self.steps, 1), later)

    def get_config(self):
        return {"rate": self.rate, "steps": self.steps, "then": self.then}
`);

export const psnr = lines(`
def psnr(target, output):
    """Peak signal-to-noise ratio of each sample in decibels, 100 at most."""
    errors = ops.mean(ops.reshape((output - target) ** 2, (-1, FEATURES)), axis=1)
    return -10 / math.log(10) * ops.log(ops.maximum(errors, 1e-10))
`);

export const accuracy = lines(`
def accuracy(target, output):
    """How often the largest output is where the largest target is."""
    return keras.metrics.categorical_accuracy(ops.reshape(target, (-1, FEATURES)), ops.reshape(output, (-1, FEATURES)))
`);

export const ssim = lines(`
def ssim(target, output):
    """Structural similarity of each sample (Wang et al., 2004)."""
    window = np.outer(*(gaussian_window(extent) for extent in INPUT_SHAPE[:2])).astype("float32")
    kernel = np.repeat(window[:, :, None, None], INPUT_SHAPE[2], axis=2)
    blurred = lambda images: ops.depthwise_conv(images, kernel)
    x, y = (ops.reshape(images, (-1, *INPUT_SHAPE)) for images in (target, output))
    mean_x, mean_y = blurred(x), blurred(y)
    covariance = blurred(x * y) - mean_x * mean_y
    squares = mean_x**2 + mean_y**2
    variances = blurred(x**2 + y**2) - squares
    similarity = (2 * mean_x * mean_y + 1e-4) * (2 * covariance + 9e-4) / ((squares + 1e-4) * (variances + 9e-4))
    return ops.mean(similarity, axis=(1, 2, 3))


def gaussian_window(extent):
    """11 weights with a deviation of 1.5 that sum to one, or as many as fit."""
    size = min(11, extent - (1 - extent % 2))
    weights = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * 1.5**2))
    return weights / weights.sum()
`);

interface Contraction {
  readonly exact: boolean;
  /** Whether the encoder normalises batches: what it normalises them by counts as constant in the Jacobian, but not in its gradient. */
  readonly normalized: boolean;
  /** Whether the encoder gives mean and variance. */
  readonly gaussian: boolean;
}

/** Walks through the encoder, which is a chain up to the code. */
export const walk = lines(`
def walk(encoder, x, training, statistics=None):
    """The code, and what batches were normalised by on the way, unless that is given."""
    found = []
    for layer in encoder.layers[1:]:
        if layer.name == "latent_log_variance":
            continue
        if isinstance(layer, layers.BatchNormalization) and layer.trainable and training:
            found.append(statistics[len(found)] if statistics else tf.nn.moments(x, list(range(len(x.shape) - 1))))
            x = tf.nn.batch_normalization(x, *found[-1], layer.beta, layer.gamma, layer.epsilon)
        else:
            x = layer(x, training=training)
    return x, found
`);

/** The squared norm of the Jacobian of the code, as a function. */
export function contraction({ exact, normalized, gaussian: pair }: Contraction): string[] {
  const code = normalized ? 'walk(encoder, x, training, statistics)[0]' : `encoder(x, training=training)${pair ? '[0]' : ''}`;
  return [
    exact ? 'def contraction(encoder, x, training):' : 'def estimated_contraction(encoder, x, training, projections):',
    exact
      ? '    """The squared norm of the Jacobian of the code by the input, mean over the batch (Rifai et al., 2011)."""'
      : '    """The squared norm of the Jacobian J of the code, mean over the batch, by random signs v: E|vJ|² = |J|² (Hutchinson, 1989)."""',
    '    x = tf.convert_to_tensor(x)',
    ...(normalized ? ['    # Found outside of the tape, so that they are constants in the Jacobian.', '    _, statistics = walk(encoder, x, training)'] : []),
    '    with tf.GradientTape(persistent=True) as tape:',
    '        tape.watch(x)',
    `        code = tf.reshape(${code}, (tf.shape(x)[0], CODE_SIZE))`,
    ...(exact ? ['        sums = [tf.reduce_sum(code[:, unit]) for unit in range(CODE_SIZE)]'] : [
      '        bits = keras.random.randint((tf.shape(x)[0], projections, CODE_SIZE), 0, 2)',
      '        signs = 2 * tf.cast(bits, code.dtype) - 1',
      '        sums = [tf.reduce_sum(code * signs[:, i]) for i in range(projections)]',
    ]),
    '    squares = sum(tf.reduce_sum(tape.gradient(total, x) ** 2) for total in sums)',
    `    return squares / ${exact ? 'tf.cast(tf.shape(x)[0], x.dtype)' : '(projections * tf.cast(tf.shape(x)[0], x.dtype))'}`,
  ];
}
