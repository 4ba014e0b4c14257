"""systems/iwae-50: an autoencoder in Keras 3, written by Autoencoder Studio.

The weights in weights.npz are those of the run 1 after epoch 3.
    python model.py            reconstructs a few samples
    python model.py --train    trains

Layers, loss, optimiser and noise are those of the configuration; only random numbers (first weights, order, noise, draws) are
Keras's and NumPy's own. Checked with Keras 3.15 on TensorFlow.
"""
import argparse
import math
import pathlib

import keras
import numpy as np
from keras import layers, ops

INPUT_SHAPE = (28, 28, 1)
FEATURES = 784
EPOCHS = 300
BATCH_SIZE = 100
SEED = 0
WEIGHTS = pathlib.Path(__file__).with_name("weights.npz")


class Gaussian(layers.Layer):
    """Draws several codes from N(mean, variance) for each sample; gives them with the logarithm of prior over posterior."""

    def __init__(self, beta, samples, **options):
        super().__init__(**options)
        self.beta, self.samples = beta, samples
        self.random = keras.random.SeedGenerator(SEED)

    def call(self, inputs):
        mean, log_variance = inputs
        noise = keras.random.normal((ops.shape(mean)[0], self.samples, mean.shape[1]), seed=self.random)
        mean, log_variance = ops.expand_dims(mean, 1), ops.expand_dims(log_variance, 1)
        z = mean + ops.exp(0.5 * log_variance) * noise
        # log N(z; 0, 1) - log N(z; mean, variance), where (z - mean) / deviation is the noise.
        log_ratio = 0.5 * ops.sum(noise**2 + log_variance - z**2, axis=-1)
        return ops.reshape(z, (-1, mean.shape[-1])), self.beta * log_ratio


class Autoencoder(keras.Model):
    """Minimises the negative importance-weighted bound (Burda et al., 2016)."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        output, log_ratio = y_pred
        losses = keras.losses.binary_crossentropy(ops.repeat(y, 10, axis=0), output)
        losses = FEATURES * ops.mean(ops.reshape(losses, (-1, 10, math.prod(losses.shape[1:]))), axis=-1)
        loss = -ops.mean(ops.logsumexp(log_ratio - losses, axis=1) - math.log(10))
        loss = loss + sum(self.losses)
        return loss


def build_encoder():
    """Mean and logarithm of the variance of each code's distribution."""
    x = inputs = keras.Input(INPUT_SHAPE)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(200, activation="tanh", name="dense")(x)
    x = layers.Dense(200, activation="tanh", name="dense_1")(x)
    mean = layers.Dense(50, name="latent_mean")(x)
    log_variance = layers.Dense(50, name="latent_log_variance")(x)
    return keras.Model(inputs, [mean, log_variance], name="encoder")


def build_decoder():
    x = inputs = keras.Input((50,))
    x = layers.Dense(200, activation="tanh", name="dense")(x)
    x = layers.Dense(200, activation="tanh", name="dense_1")(x)
    x = layers.Dense(784, activation="sigmoid", name="dense_2")(x)
    return keras.Model(inputs, x, name="decoder")


def build_autoencoder():
    """Encoder, decoder, and both as they are trained: three models that share their weights."""
    encoder, decoder = build_encoder(), build_decoder()
    inputs = keras.Input(INPUT_SHAPE)
    codes, log_ratio = Gaussian(beta=1.0, samples=10, name="latent")(encoder(inputs))
    autoencoder = Autoencoder(inputs, [decoder(codes), log_ratio], name="autoencoder")
    return encoder, decoder, autoencoder


def compile_model(autoencoder, steps_per_epoch):
    learning_rate = keras.optimizers.schedules.CosineDecay(0.002, decay_steps=EPOCHS * steps_per_epoch, alpha=0.025)
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
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
    """Training and validation samples, Keras's own mnist."""
    (x_train, _), (x_test, _) = keras.datasets.mnist.load_data()
    return prepared(x_train), prepared(x_test)


def prepared(x):
    """On the scale of the model, in the shape of its input."""
    x = (x / (255.0 if x.dtype == np.uint8 else 1.0)).astype("float32").reshape(-1, *INPUT_SHAPE)
    return x


class Batches(keras.utils.PyDataset):
    """Batches of inputs and targets; pixels are drawn anew for every batch."""

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
        clean = (self.random.random(clean.shape) < clean).astype("float32")
        return clean, clean.reshape(len(clean), -1)

    def on_epoch_end(self):
        if self.shuffle:
            self.random.shuffle(self.order)


def train(encoder, decoder, autoencoder, x_train, x_test):
    steps_per_epoch = math.ceil(len(x_train) / BATCH_SIZE)
    random = np.random.default_rng(SEED)
    x_test = (random.random(x_test.shape) < x_test).astype("float32")  # drawn once
    validation = (x_test, x_test.reshape(len(x_test), -1))
    compile_model(autoencoder, steps_per_epoch)
    return autoencoder.fit(
        Batches(x_train, shuffle=True), epochs=EPOCHS,
        validation_data=validation if len(x_test) > 0 else None, validation_batch_size=BATCH_SIZE,
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
        clean, seen = archive["samples"], archive["samples"]
    output = reconstruct(encoder, decoder, seen).reshape(clean.shape)
    for number, error in enumerate(((output - clean) ** 2).reshape(len(clean), -1).mean(axis=1)):
        print(f"sample {number}: mean squared error {error:.6f}")
