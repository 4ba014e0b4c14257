"""Writes golden/objectives.json: what Keras computes for the objectives of objectives.json, and for every metric.

    .venv/bin/python test/parity/make_objectives.py      (the environment of make_golden.py)

Penalties and latents are written here in TensorFlow after their papers; layers, regularisers, optimiser, losses and metrics are
Keras's own. Every model is 7 -> 5 (tanh) -> latent -> 5 (tanh) -> 7 (sigmoid), trained for ten steps of Adam.
"""
import base64
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers, regularizers

here = pathlib.Path(__file__).parent
settings = json.loads((here / "objectives.json").read_text())
FEATURES, HIDDEN, RATE = 7, 5, 0.01


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()


def discrepancy(a, b):
    """Unbiased MMD with inverse multiquadratic kernels, pair by pair."""
    n, d = a.shape
    off = 1.0 - tf.eye(n)

    def kernel(x, y):
        distance = tf.reduce_sum((x[:, None] - y[None]) ** 2, -1)
        return sum(2 * d * s / (2 * d * s + distance) for s in [0.1, 0.2, 0.5, 1, 2, 5, 10])

    within = tf.reduce_sum((kernel(a, a) + kernel(b, b)) * off) / (n * (n - 1))
    return within - 2 * tf.reduce_mean(kernel(a, b))


class Model:
    def __init__(self, case):
        self.latent = case.get("latent", {"type": "plain", "units": 3})
        self.penalties = case.get("penalties", [])
        self.loss = case.get("loss", "mse")
        decay = next((p for p in self.penalties if p["type"] == "weightDecay"), None)
        regular = lambda: regularizers.L1L2(decay["l1"], decay["l2"]) if decay else None
        dense = lambda units, act: layers.Dense(units, activation=act, kernel_regularizer=regular())
        units = self.latent["units"]
        self.encoder = dense(HIDDEN, "tanh")
        self.code = [dense(units, self.latent.get("activation"))]
        if self.latent["type"] == "gaussian":
            self.code.append(dense(units, None))
        self.decoder = [dense(HIDDEN, "tanh"), dense(FEATURES, "sigmoid")]
        self.layers = [self.encoder, *self.code, *self.decoder]
        x = tf.zeros([1, FEATURES])
        z = self.code[0](self.encoder(x))
        for other in self.code[1:]:
            other(self.encoder(x))
        self.decode(z)
        self.variables = [v for l in self.layers for v in l.trainable_variables]

    def encode(self, x):
        code = self.code[0](self.encoder(x))
        return code / tf.norm(code, axis=1, keepdims=True) if self.latent["type"] == "spherical" else code

    def decode(self, z):
        for l in self.decoder:
            z = l(z)
        return z

    def per_sample(self, x, output):
        function = keras.losses.mean_squared_error if self.loss == "mse" else keras.losses.binary_crossentropy
        return function(x, output)

    def objective(self, x, noise):
        code = self.encode(x)
        kind = self.latent["type"]
        if kind == "gaussian":
            beta, k = self.latent.get("beta", 1), self.latent.get("importanceSamples", 1)
            log_variance = self.code[1](self.encoder(x))
            noise = tf.reshape(noise, [len(x), k, -1])
            z = code[:, None] + tf.exp(0.5 * log_variance)[:, None] * noise
            flat = tf.reshape(z, [-1, z.shape[-1]])
            error = FEATURES * tf.reshape(self.per_sample(tf.repeat(x, k, 0), self.decode(flat)), [len(x), k])
            if k > 1:
                normal = lambda v, m, s: -0.5 * tf.reduce_sum(np.log(2 * np.pi) + s + (v - m) ** 2 / tf.exp(s), -1)
                weights = -error + normal(z, 0.0, tf.zeros_like(z)) - normal(z, code[:, None], log_variance[:, None])
                return -tf.reduce_mean(tf.reduce_logsumexp(weights, 1) - np.log(k))
            kl = -0.5 * tf.reduce_sum(1 + log_variance - code**2 - tf.exp(log_variance), 1)
            return tf.reduce_mean(error[:, 0] + beta * kl)
        loss = tf.reduce_mean(self.per_sample(x, self.decode(code)))
        if kind == "wasserstein":
            loss += self.latent["weight"] * discrepancy(code, noise)
        for penalty in self.penalties:
            weight = penalty.get("weight")
            if penalty["type"] == "activityL1":
                loss += regularizers.L1(weight)(code) / len(x)
            if penalty["type"] == "klSparsity":
                rho, rate = penalty["target"], tf.reduce_mean(code, 0)
                loss += weight * tf.reduce_sum(rho * tf.math.log(rho / rate) + (1 - rho) * tf.math.log((1 - rho) / (1 - rate)))
            if penalty["type"] == "contractive":
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    again = self.encode(x)
                loss += weight * tf.reduce_mean(tf.reduce_sum(tape.batch_jacobian(again, x) ** 2, [1, 2]))
        return loss + sum(tf.add_n(l.losses) for l in self.layers if l.losses)


results = {}
for number, case in enumerate(settings["cases"]):
    rng = np.random.default_rng(number)
    model = Model(case)
    for v in model.variables:
        v.assign(rng.normal(0, 0.5, v.shape))
    start = [encode(v.numpy()) for v in model.variables]
    batches = rng.uniform(0, 1, (settings["steps"], settings["batch"], FEATURES)).astype("float32")
    draws = model.latent.get("importanceSamples", 1) * model.latent["units"]
    noise = rng.normal(size=(settings["steps"], settings["batch"], draws)).astype("float32")
    optimizer = keras.optimizers.Adam(RATE)
    losses = []
    for x, e in zip(batches, noise):
        with tf.GradientTape() as tape:
            loss = model.objective(tf.constant(x), tf.constant(e))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.variables), model.variables))
        losses.append(float(loss))
    results[case["name"]] = {"start": start, "batches": encode(batches), "noise": encode(noise), "losses": losses, "end": [encode(v.numpy()) for v in model.variables]}
    print(case["name"], losses[0], losses[-1])

rng = np.random.default_rng(99)
shape = (12, 13, 2)
target = rng.uniform(0, 1, (4, *shape)).astype("float32")
target[0] = np.round(target[0])
output = np.clip(target + rng.normal(0, 0.2, target.shape), 0.01, 0.99).astype("float32")
flat = lambda a: a.reshape(len(a), -1)
per_sample = {
    "mse": keras.losses.mean_squared_error(flat(target), flat(output)),
    "mae": keras.losses.mean_absolute_error(flat(target), flat(output)),
    "binaryCrossentropy": keras.losses.binary_crossentropy(flat(target), flat(output)),
    "accuracy": keras.metrics.categorical_accuracy(flat(target), flat(output)),
    "binaryAccuracy": np.array(keras.metrics.binary_accuracy(flat(target), flat(output))).reshape(len(target), -1).mean(1),
    "psnr": tf.image.psnr(target, output, 1.0),
    "ssim": tf.image.ssim(target, output, 1.0),
}
results["metrics"] = {"shape": shape, "target": encode(target), "output": encode(output), "values": {k: encode(np.array(v)) for k, v in per_sample.items()}}
(here / "golden" / "objectives.json").write_text(json.dumps({"keras": keras.__version__, **results}, indent=1) + "\n")
