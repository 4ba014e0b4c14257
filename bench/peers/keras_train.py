"""Trains a case of the benchmark in Keras, as its users do: numpy arrays in memory, model.fit.

    python keras_train.py FOLDER THREADS [jit]
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import tensorflow as tf
from keras_layers import activation, build, dense, load, optimizer
from talk import Case, clock, say, serve

case = Case(sys.argv[1])
threads, jit = int(sys.argv[2]), "jit" in sys.argv[3:]
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)


class Corruption(keras.layers.Layer):
    """Gaussian noise, drawn anew for every batch, and cut to [0, 1] where the spec says so."""

    def __init__(self, spec):
        super().__init__()
        self.spec = spec

    def call(self, x):
        x = x + tf.random.normal(tf.shape(x), self.spec["mean"], self.spec["stddev"])
        return tf.clip_by_value(x, 0.0, 1.0) if self.spec["clip"] else x


class Gaussian(keras.layers.Layer):
    """A gaussian latent: mean and variance, a draw, and the Kullback-Leibler divergence as a loss."""

    def __init__(self, spec, weights):
        super().__init__()
        self.spec = spec
        self.pair = [dense(spec, spec["units"], None) for _ in range(2)]
        for layer, prefix in zip(self.pair, ("mean", "logVariance")):
            layer.build((None, *spec["inputShape"]))
            load(layer, spec, weights, prefix)

    def call(self, x):
        mean, log_variance = (layer(x) for layer in self.pair)
        kl = -0.5 * tf.reduce_mean(tf.reduce_sum(1 + log_variance - mean**2 - tf.exp(log_variance), 1))
        self.add_loss(self.spec["beta"] * kl)
        return mean + tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))


def network(description, weights):
    x = inputs = keras.Input(description["inputShape"])
    for spec in description["corruption"]:
        if spec["type"] != "gaussian":
            raise ValueError(f"The benchmark knows no {spec['type']} in Keras.")
        x = Corruption(spec)(x)
    for spec in description["layers"]:
        if spec["type"] == "gaussian":
            x = Gaussian(spec, weights)(x)
            continue
        main, chain = build(spec)
        for layer in chain:
            x = layer(x)
        load(main, spec, weights)
    return keras.Model(inputs, x)


def loss(description, features):
    mean = {"mse": "mse", "mae": "mae", "binaryCrossentropy": "binary_crossentropy"}[description["loss"]]
    if description["reduction"] == "mean":
        return mean
    function = keras.losses.get(mean)
    return lambda target, output: features * function(target, output)


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.began = clock()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds = clock() - self.began


model = network(case.description, case.weights)
flat = len(model.output_shape) == 2
x, validation = case.pictures("train")[case.order], case.pictures("validation")
target = lambda pictures: pictures.reshape(len(pictures), -1) if flat else pictures
model.compile(optimizer=optimizer(case.description["optimizer"]), loss=loss(case.description, x[0].size), jit_compile=jit)
fit = dict(batch_size=case.batch_size, shuffle=False, verbose=0)
history = model.fit(x, target(x), epochs=1, validation_data=(validation, target(validation)), **fit).history
say(loss=history["loss"][0], validationLoss=history["val_loss"][0], keras=keras.__version__, tensorflow=tf.__version__)


share = len(x)


def train(seconds):
    """One epoch over as many of the samples as that takes, by the speed of the last one; then what is missing."""
    global share
    samples, spent, watch = 0, 0.0, Clock()
    while spent < seconds:
        part = x[:share]
        model.fit(part, target(part), epochs=1, callbacks=[watch], **fit)
        samples, spent = samples + len(part), spent + watch.seconds
        batches = int(1.05 * len(part) / watch.seconds * seconds / case.batch_size) + 1
        share = min(len(x), batches * case.batch_size)
    return samples, spent


serve(train)
