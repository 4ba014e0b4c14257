"""beyond/everything: an autoencoder in Keras 3, written by Autoencoder Studio.

The weights in weights.npz are those of the run 1 after epoch 3.
    python model.py            reconstructs a few samples
    python model.py --train    trains

Layers, loss, optimiser and noise are those of the configuration; only random numbers (first weights, order, noise, draws) are
Keras's and NumPy's own. Checked with Keras 3.15 on TensorFlow.
"""
import argparse
import math
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"  # the contractive penalty differentiates the encoder
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

INPUT_SHAPE = (28, 28, 1)
FEATURES = 784
CODE_SIZE = 16
EPOCHS = 10
BATCH_SIZE = 128
SEED = 0
WEIGHTS = pathlib.Path(__file__).with_name("weights.npz")


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


class Gaussian(layers.Layer):
    """Draws a code from N(mean, variance) for each sample and adds the divergence from N(0, 1) to the loss."""

    def __init__(self, beta, free_bits, **options):
        super().__init__(**options)
        self.beta, self.free_bits = beta, free_bits
        self.random = keras.random.SeedGenerator(SEED)
        # Raised from 0 to 1 by Annealing.
        self.share = self.add_weight(name="share", shape=(), initializer="ones", trainable=False)

    def call(self, inputs):
        mean, log_variance = inputs
        divergence = ops.mean(0.5 * (mean**2 + ops.exp(log_variance) - log_variance - 1), axis=0)
        # So many nats of each dimension cost nothing.
        divergence = ops.maximum(divergence, self.free_bits)
        self.add_loss(self.beta * self.share * ops.sum(divergence))
        noise = keras.random.normal(ops.shape(mean), seed=self.random)
        return mean + ops.exp(0.5 * log_variance) * noise


def reconstruction_loss(target, output):
    """Summed over the numbers of a sample, as in the evidence lower bound."""
    return FEATURES * keras.losses.binary_crossentropy(target, output)


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


def estimated_contraction(encoder, x, training, projections):
    """The squared norm of the Jacobian J of the code, mean over the batch, by random signs v: E|vJ|² = |J|² (Hutchinson, 1989)."""
    x = tf.convert_to_tensor(x)
    # Found outside of the tape, so that they are constants in the Jacobian.
    _, statistics = walk(encoder, x, training)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        code = tf.reshape(walk(encoder, x, training, statistics)[0], (tf.shape(x)[0], CODE_SIZE))
        bits = keras.random.randint((tf.shape(x)[0], projections, CODE_SIZE), 0, 2)
        signs = 2 * tf.cast(bits, code.dtype) - 1
        sums = [tf.reduce_sum(code * signs[:, i]) for i in range(projections)]
    squares = sum(tf.reduce_sum(tape.gradient(total, x) ** 2) for total in sums)
    return squares / (projections * tf.cast(tf.shape(x)[0], x.dtype))


class Autoencoder(keras.Model):
    """Adds the contractive penalty to the loss."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        loss = loss + 0.001 * estimated_contraction(self.get_layer("encoder"), x, training, 1)
        return loss


def build_encoder():
    """Mean and logarithm of the variance of each code's distribution."""
    x = inputs = keras.Input(INPUT_SHAPE)
    x = layers.Conv2D(
        16, 3, strides=2, padding="same", kernel_regularizer=keras.regularizers.L2(0.00001), name="conv2d",
    )(x)
    x = layers.BatchNormalization(name="batch_normalization")(x)
    x = layers.Activation("relu", name="activation")(x)
    x = layers.Conv2D(
        32, 3, strides=2, padding="same", activation="relu", kernel_regularizer=keras.regularizers.L2(0.00001), name="conv2d_1",
    )(x)
    x = layers.Flatten(name="flatten")(x)
    x = TopK(200, name="top_k")(x)
    mean = layers.Dense(16, kernel_regularizer=keras.regularizers.L2(0.00001), name="latent_mean")(x)
    log_variance = layers.Dense(16, kernel_regularizer=keras.regularizers.L2(0.00001), name="latent_log_variance")(x)
    return keras.Model(inputs, [mean, log_variance], name="encoder")


def build_decoder():
    x = inputs = keras.Input((16,))
    x = layers.Dense(1568, activation="relu", kernel_regularizer=keras.regularizers.L2(0.00001), name="dense")(x)
    x = layers.Reshape((7, 7, 32), name="reshape")(x)
    x = layers.Conv2DTranspose(
        16, 3, strides=2, padding="same", kernel_regularizer=keras.regularizers.L2(0.00001), name="conv2d_transpose",
    )(x)
    x = layers.BatchNormalization(name="batch_normalization")(x)
    x = layers.Activation("relu", name="activation")(x)
    x = layers.Conv2DTranspose(
        1, 3, strides=2, padding="same", activation="sigmoid", kernel_regularizer=keras.regularizers.L2(0.00001), name="conv2d_transpose_1",
    )(x)
    return keras.Model(inputs, x, name="decoder")


def build_autoencoder():
    """Encoder, decoder, and both as they are trained: three models that share their weights."""
    encoder, decoder = build_encoder(), build_decoder()
    inputs = keras.Input(INPUT_SHAPE)
    code = Gaussian(beta=1.0, free_bits=0.05, name="latent")(encoder(inputs))
    autoencoder = Autoencoder(inputs, decoder(code), name="autoencoder")
    return encoder, decoder, autoencoder


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


def compile_model(autoencoder):
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.001),
        loss=reconstruction_loss,
    )


def load_weights(encoder, decoder, file=WEIGHTS):
    """The trained weights, in the file by the names of model, layer and variable."""
    with np.load(file) as weights:
        for model in (encoder, decoder):
            for layer in model.layers:
                for variable in layer.weights:
                    variable.assign(weights[f"{model.name}/{layer.name}/{variable.name}"])


def reconstruct(encoder, decoder, x):
    """What the decoder makes of the mean codes."""
    code, _ = encoder.predict(x, verbose=0)
    return decoder.predict(code, verbose=0)


def load_data():
    """Training and validation samples, Keras's own fashion-mnist."""
    (x_train, _), (x_test, _) = keras.datasets.fashion_mnist.load_data()
    return prepared(x_train), prepared(x_test)


def prepared(x):
    """On the scale of the model, in the shape of its input."""
    x = (x / (255.0 if x.dtype == np.uint8 else 1.0)).astype("float32").reshape(-1, *INPUT_SHAPE)
    return x


def corrupt(x, random):
    """What the encoder sees in place of clean samples."""
    x = x + random.normal(0.0, 0.2, x.shape)
    x = np.clip(x, 0, 1)
    x = x.copy()
    for sample in x:
        top, left = random.integers(sample.shape[0] - 5), random.integers(sample.shape[1] - 5)
        sample[top:top + 6, left:left + 6] = 0.0
    x = np.clip(x, 0, 1)
    return x.astype("float32")


class Batches(keras.utils.PyDataset):
    """Batches of inputs and targets; noise is drawn anew for every batch."""

    def __init__(self, samples, shuffle):
        super().__init__()
        self.samples, self.shuffle = samples, shuffle
        self.random = np.random.default_rng(SEED)
        self.order = np.arange(len(samples))
        self.on_epoch_end()

    def __len__(self):
        return math.ceil(len(self.samples) / BATCH_SIZE)

    def __getitem__(self, index):
        clean = self.samples[self.order[index * BATCH_SIZE:(index + 1) * BATCH_SIZE]]
        return corrupt(clean, self.random), clean

    def on_epoch_end(self):
        if self.shuffle:
            self.random.shuffle(self.order)


class Annealing(keras.callbacks.Callback):
    """Raises the weight of the divergence from zero over the first epochs; it counts in full where the model is evaluated."""

    def __init__(self, layer, epochs, steps_per_epoch):
        super().__init__()
        self.layer, self.steps = layer, epochs * steps_per_epoch

    def on_train_batch_begin(self, batch, logs=None):
        self.layer.share.assign(min(1.0, int(self.model.optimizer.iterations) / self.steps))

    def on_test_begin(self, logs=None):
        self.layer.share.assign(1.0)


class MeanMetrics(keras.callbacks.Callback):
    """Measures the reconstructions from the mean codes, not from draws."""

    METRICS = {"mse": keras.metrics.mean_squared_error, "ssim": ssim}

    def __init__(self, encoder, decoder, x, y):
        super().__init__()
        self.networks, self.x, self.y = (encoder, decoder), x, y

    def on_epoch_end(self, epoch, logs=None):
        output = reconstruct(*self.networks, self.x)
        for name, metric in self.METRICS.items():
            logs[f"val_{name}"] = float(ops.mean(metric(self.y, ops.convert_to_tensor(output))))


def train(encoder, decoder, autoencoder, x_train, x_test):
    steps_per_epoch = math.ceil(len(x_train) / BATCH_SIZE)
    random = np.random.default_rng(SEED)
    validation = (corrupt(x_test, random), x_test)
    compile_model(autoencoder)
    return autoencoder.fit(
        Batches(x_train, shuffle=True), epochs=EPOCHS,
        validation_data=validation if len(x_test) > 0 else None, validation_batch_size=BATCH_SIZE,
        callbacks=[
            Annealing(autoencoder.get_layer("latent"), 3, steps_per_epoch),
            MeanMetrics(encoder, decoder, *validation),
        ],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", action="store_true", help="train before reconstructing")
    options = parser.parse_args()
    keras.utils.set_random_seed(SEED)
    encoder, decoder, autoencoder = build_autoencoder()
    autoencoder.summary(expand_nested=True)
    if options.train:
        x_train, x_test = load_data()
        train(encoder, decoder, autoencoder, x_train, x_test)
    else:
        load_weights(encoder, decoder)
    with np.load(WEIGHTS) as archive:
        clean, seen = archive["samples"], archive["inputs"]
    output = reconstruct(encoder, decoder, seen).reshape(clean.shape)
    for number, error in enumerate(((output - clean) ** 2).reshape(len(clean), -1).mean(axis=1)):
        print(f"sample {number}: mean squared error {error:.6f}")
