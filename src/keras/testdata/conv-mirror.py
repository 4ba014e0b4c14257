"""conv-mirror: an autoencoder in Keras 3, written by Autoencoder Studio.

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
EPOCHS = 15
BATCH_SIZE = 64
SEED = 0
WEIGHTS = pathlib.Path(__file__).with_name("weights.npz")


def build_encoder():
    x = inputs = keras.Input(INPUT_SHAPE)
    x = layers.Conv2D(8, 3, padding="same", name="conv2d")(x)
    x = layers.BatchNormalization(momentum=0.9, name="batch_normalization")(x)
    x = layers.Activation("relu", name="activation")(x)
    x = layers.MaxPooling2D(2, name="max_pooling2d")(x)
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu", name="conv2d_1")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(8, name="latent")(x)
    return keras.Model(inputs, x, name="encoder")


def build_decoder():
    x = inputs = keras.Input((8,))
    x = layers.Dense(784, activation="relu", name="dense")(x)
    x = layers.Reshape((7, 7, 16), name="reshape")(x)
    x = layers.Conv2DTranspose(8, 3, strides=2, padding="same", name="conv2d_transpose")(x)
    x = layers.UpSampling2D(2, name="up_sampling2d")(x)
    x = layers.BatchNormalization(momentum=0.9, name="batch_normalization")(x)
    x = layers.Activation("relu", name="activation")(x)
    x = layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid", name="conv2d_transpose_1")(x)
    return keras.Model(inputs, x, name="decoder")


def build_autoencoder():
    """Encoder, decoder, and both as they are trained: three models that share their weights."""
    encoder, decoder = build_encoder(), build_decoder()
    inputs = keras.Input(INPUT_SHAPE)
    autoencoder = keras.Model(inputs, decoder(encoder(inputs)), name="autoencoder")
    return encoder, decoder, autoencoder


def compile_model(autoencoder):
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.002),
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


def load_data(file):
    """Training and validation samples, arrays "x_train" and "x_test" of an .npz file: bytes, or numbers on the scale of the model."""
    with np.load(file) as archive:
        x_train, x_test = archive["x_train"], archive["x_test"]
    return prepared(x_train), prepared(x_test)


def prepared(x):
    """On the scale of the model, in the shape of its input."""
    x = (x / (255.0 if x.dtype == np.uint8 else 1.0)).astype("float32").reshape(-1, *INPUT_SHAPE)
    return x


def train(encoder, decoder, autoencoder, x_train, x_test):
    validation = (x_test, x_test)
    compile_model(autoencoder)
    return autoencoder.fit(
        x_train, x_train, epochs=EPOCHS, batch_size=BATCH_SIZE,
        validation_data=validation if len(x_test) > 0 else None, validation_batch_size=BATCH_SIZE,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", action="store_true", help="train before reconstructing")
    parser.add_argument("--data", metavar="FILE", help="an .npz file with x_train and x_test; Keras has no reader for this data set")
    options = parser.parse_args()
    if options.train and options.data is None:
        parser.error("--data FILE is needed: an .npz file with x_train and x_test")
    keras.utils.set_random_seed(SEED)
    encoder, decoder, autoencoder = build_autoencoder()
    autoencoder.summary(expand_nested=True)
    if options.train:
        x_train, x_test = load_data(options.data)
        train(encoder, decoder, autoencoder, x_train, x_test)
    else:
        load_weights(encoder, decoder)
    with np.load(WEIGHTS) as archive:
        clean, seen = archive["samples"], archive["samples"]
    output = reconstruct(encoder, decoder, seen).reshape(clean.shape)
    for number, error in enumerate(((output - clean) ** 2).reshape(len(clean), -1).mean(axis=1)):
        print(f"sample {number}: mean squared error {error:.6f}")
