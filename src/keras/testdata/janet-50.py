"""janet-50: an autoencoder in Keras 3, written by Autoencoder Studio.

The weights in weights.npz are those of the run 1 after epoch 3.
    python model.py            reconstructs a few samples
    python model.py --train    trains

Layers, loss, optimiser and noise are those of the configuration; only random numbers (first weights, order, noise, draws) are
Keras's and NumPy's own. Checked with Keras 3.15 on TensorFlow.
"""
import argparse
import pathlib

import keras
import numpy as np
from keras import layers

INPUT_SHAPE = (28, 28, 1)
EPOCHS = 35
BATCH_SIZE = 1000
SEED = 0
WEIGHTS = pathlib.Path(__file__).with_name("weights.npz")


def build_encoder():
    x = inputs = keras.Input(INPUT_SHAPE)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(144, activation="relu", name="dense")(x)
    x = layers.Dense(50, activation="sigmoid", name="latent")(x)
    return keras.Model(inputs, x, name="encoder")


def build_decoder():
    x = inputs = keras.Input((50,))
    x = layers.Dense(144, activation="relu", name="dense")(x)
    x = layers.Dense(784, activation=layers.LeakyReLU(negative_slope=0.01), name="dense_1")(x)
    return keras.Model(inputs, x, name="decoder")


def build_autoencoder():
    """Encoder, decoder, and both as they are trained: three models that share their weights."""
    encoder, decoder = build_encoder(), build_decoder()
    inputs = keras.Input(INPUT_SHAPE)
    autoencoder = keras.Model(inputs, decoder(encoder(inputs)), name="autoencoder")
    return encoder, decoder, autoencoder


def compile_model(autoencoder):
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.001),
        loss="mse",
    )


def load_weights(encoder, decoder, file=WEIGHTS):
    """The trained weights, in the file by the names of model, layer and variable."""
    with np.load(file) as weights:
        for model in (encoder, decoder):
            for layer in model.layers:
                for variable in layer.weights:
                    variable.assign(weights[f"{model.name}/{layer.name}/{variable.name}"])


def reconstruct(encoder, decoder, x):
    """What the decoder makes of the codes."""
    code = encoder.predict(x, verbose=0)
    return decoder.predict(code, verbose=0)


def load_data():
    """Training and validation samples, Keras's own fashion-mnist."""
    (x_train, _), (x_test, _) = keras.datasets.fashion_mnist.load_data()
    return prepared(x_train), prepared(x_test)


def prepared(x):
    """On the scale of the model, in the shape of its input."""
    x = (x / (255.0 if x.dtype == np.uint8 else 1.0)).astype("float32").reshape(-1, *INPUT_SHAPE)
    return x


def train(encoder, decoder, autoencoder, x_train, x_test):
    validation = (x_test, x_test.reshape(len(x_test), -1))
    compile_model(autoencoder)
    return autoencoder.fit(
        x_train, x_train.reshape(len(x_train), -1), epochs=EPOCHS, batch_size=BATCH_SIZE,
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
