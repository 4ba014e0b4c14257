"""Runs exported scripts: FOLDER/<n>/model.py with its weights.npz. Each reconstructs and evaluates the samples of check.npz, then takes
the training steps of steps.npz from first.npz, every random number being given. Prints what came out as JSON.

    python test/parity/check_script.py FOLDER
"""
import importlib.util
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras.src import backend


class Given:
    """Random numbers in the order in which a pass asks for them, in place of Keras's own."""

    def __init__(self):
        self.normals, self.bits, self.keeps = [], [], []

    def take(self, arrays, prefix):
        named = {name[len(prefix):]: arrays[name] for name in arrays if name.startswith(prefix)}
        self.normals = [value for name, value in named.items() if value.dtype == np.float32]
        self.bits = [value for name, value in named.items() if name.startswith("penalty/")]
        self.keeps = [value for name, value in named.items() if value.dtype == np.uint8 and not name.startswith("penalty/")]

    def normal(self, shape, seed=None, **_):
        return tf.reshape(tf.constant(self.normals.pop(0)), shape)

    def randint(self, shape, *_, **__):
        return tf.reshape(tf.constant(self.bits.pop(0)), shape)

    def dropout(self, x, rate, noise_shape=None, seed=None):
        # Masks of images come channels first.
        order = (0, 3, 1, 2) if len(x.shape) == 4 else (0, 1)
        keep = tf.reshape(tf.cast(self.keeps.pop(0), x.dtype), [tf.shape(x)[axis] for axis in order])
        return x * (tf.transpose(keep, (0, 2, 3, 1)) if len(x.shape) == 4 else keep) / (1 - rate)


def load(folder):
    spec = importlib.util.spec_from_file_location(f"script_{folder.name}", folder / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def arrays(file):
    with np.load(file) as archive:
        return {name: archive[name] for name in archive.files}


def compiled(module, autoencoder, steps):
    module.compile_model(*(autoencoder, steps)[:module.compile_model.__code__.co_argcount])
    autoencoder.run_eagerly = True


def check(folder):
    module = load(folder)
    given, real = Given(), (keras.random.normal, keras.random.randint, backend.random.dropout)
    encoder, decoder, autoencoder = module.build_autoencoder()
    samples, steps = arrays(folder / "check.npz"), arrays(folder / "steps.npz")
    shape = lambda x: x.reshape(-1, *module.INPUT_SHAPE)
    as_output = lambda x: x.reshape(-1, *decoder.output_shape[1:])
    x, y = shape(samples["input"]), as_output(samples["target"])
    count = len(steps["rates"])
    module.load_weights(encoder, decoder)
    output = module.reconstruct(encoder, decoder, x).reshape(len(x), -1)
    try:
        keras.random.normal, keras.random.randint, backend.random.dropout = given.normal, given.randint, given.dropout
        compiled(module, autoencoder, count)
        given.take(samples, "random/")
        found = autoencoder.evaluate(x, y, batch_size=len(x), verbose=0, return_dict=True)
        if hasattr(module, "MeanMetrics"):
            module.MeanMetrics(encoder, decoder, x, y).on_epoch_end(0, found)

        module.load_weights(encoder, decoder, folder / "first.npz")
        compiled(module, autoencoder, count)
        annealing = None
        if hasattr(module, "Annealing"):
            annealing = module.Annealing(autoencoder.get_layer("latent"), int(steps["anneal"]), count)
            annealing.set_model(autoencoder)
        losses, rates = [], []
        for step in range(count):
            if annealing is not None:
                annealing.on_train_batch_begin(step)
            rates.append(float(autoencoder.optimizer.learning_rate))
            given.take(steps, f"{step}/random/")
            losses.append(float(autoencoder.train_on_batch(shape(steps[f"{step}/input"]), as_output(steps[f"{step}/target"]), return_dict=True)["loss"]))
            # train_on_batch tells the mean over all batches since metrics were reset.
            autoencoder.reset_metrics()
    finally:
        keras.random.normal, keras.random.randint, backend.random.dropout = real
    return {
        "reconstruction": float(np.abs(output - samples["reconstruction"]).max() / np.abs(samples["reconstruction"]).max()),
        "evaluated": {name.removeprefix("val_"): float(value) for name, value in found.items()}, "losses": losses, "rates": rates,
    }


results = {}
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        results[folder.name] = check(folder)
    except Exception as error:
        raise RuntimeError(f"{folder.name} failed") from error
print(json.dumps(results))
