"""The whole objective of a spec in Keras and TensorFlow: layers, losses and optimisers are Keras's own; latents and penalties are
written here after their papers (src/graph/latents.ts and src/graph/penalties.ts name them), every random number being given.
"""
import keras
import numpy as np
import tensorflow as tf
from keras_layers import build, dense, load

SCALES = [0.1, 0.2, 0.5, 1, 2, 5, 10]


def discrepancy(a, b):
    """Unbiased maximum mean discrepancy with inverse multiquadratic kernels, pair by pair."""
    n, d = a.shape
    off = 1.0 - tf.eye(n, dtype=a.dtype)

    def kernel(x, y):
        distance = tf.reduce_sum((x[:, None] - y[None]) ** 2, -1)
        return sum(2 * d * s / (2 * d * s + distance) for s in SCALES)

    within = tf.reduce_sum((kernel(a, a) + kernel(b, b)) * off) / (n * (n - 1))
    return within - 2 * tf.reduce_mean(kernel(a, b))


def normal_density(z, mean, log_variance):
    return -0.5 * tf.reduce_sum(np.log(2 * np.pi) + log_variance + (z - mean) ** 2 / tf.exp(log_variance), -1)


class Found:
    """What one pass met on its way: outputs by layer, what batches were normalised by, and what the latent adds."""

    def __init__(self, random, statistics=None):
        self.random, self.given = random, statistics
        self.outputs, self.statistics = {}, {}
        self.term, self.ratio, self.code = 0.0, None, None


class Objective:
    def __init__(self, description, weights):
        self.description = description
        self.weights = {name: tf.Variable(value, trainable=False) for name, value in weights.items() if name.endswith(("/codebook", "/uses"))}
        self.stages = [self.stage(spec, weights) for spec in description["layers"]]
        self.dtype = keras.config.floatx()

    def stage(self, spec, weights):
        """(spec, what applies it, the layers that have weights)"""
        kind, shape = spec["type"], (None, *spec["inputShape"])
        if kind == "quantized":
            return spec, [], []
        if kind == "gaussian":
            pair = [dense(spec, spec["units"], None) for _ in range(2)]
            for layer, prefix in zip(pair, ("mean", "logVariance")):
                layer.build(shape)
                load(layer, spec, weights, prefix)
            return spec, [], pair
        main, chain = build(spec)
        for layer in chain:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        return spec, chain, [load(main, spec, weights)] if spec["parameters"] else []

    @property
    def trainable(self):
        return [v for _, _, layers in self.stages for layer in layers for v in layer.trainable_variables]

    def apply(self, stage, x, found, anneal):
        spec, chain, own = stage
        kind = spec["type"]
        if kind == "gaussian":
            return self.gaussian(spec, own, x, found, anneal)
        if kind == "quantized":
            return self.quantized(spec, x, found)
        if kind == "dropout":
            keep = tf.cast(found.random[f"{spec['key']}/random"], x.dtype)
            return x * tf.reshape(keep, tf.shape(x)) / (1 - spec["rate"])
        if kind == "batchNormalization":
            return self.normalize(spec, own[0], x, found)
        for layer in chain:
            x = layer(x)
        if kind == "spherical":
            x = x / tf.norm(x, axis=1, keepdims=True)
        if kind == "wasserstein":
            found.term = spec["weight"] * discrepancy(x, found.random[f"{spec['key']}/random"])
        return x

    def normalize(self, spec, layer, x, found):
        """Keras's layer; in a pass for the Jacobian by statistics that were computed before and count as constants there."""
        axes = list(range(len(x.shape) - 1))
        found.statistics[spec["key"]] = tf.nn.moments(x, axes)
        if found.given is None or not layer.trainable:
            return layer(x, training=True)
        mean, variance = found.given[spec["key"]]
        return tf.nn.batch_normalization(x, mean, variance, layer.beta, layer.gamma, spec["epsilon"])

    def gaussian(self, spec, layers, x, found, anneal):
        mean, log_variance = (layer(x) for layer in layers)
        kl = tf.reduce_mean(-0.5 * (1 + log_variance - mean**2 - tf.exp(log_variance)), 0)
        if spec["freeBits"] > 0:
            kl = tf.maximum(kl, spec["freeBits"])
        factor = spec["beta"] * (anneal if spec["annealEpochs"] > 0 else 1)
        found.term, found.code = factor * tf.reduce_sum(kl), mean
        k = spec["importanceSamples"]
        noise = tf.reshape(found.random[f"{spec['key']}/random"], [-1, k, spec["units"]])
        z = mean[:, None] + tf.exp(0.5 * log_variance)[:, None] * noise
        if k > 1:
            found.ratio = factor * (normal_density(z, 0.0, tf.zeros_like(z)) - normal_density(z, mean[:, None], log_variance[:, None]))
        return tf.reshape(z, [-1, spec["units"]])

    def quantized(self, spec, x, found):
        book, uses = (self.weights[f"{spec['key']}/{name}"] for name in ("codebook", "uses"))
        pieces = tf.reshape(x, [-1, book.shape[1]])
        fixed = tf.stop_gradient(pieces)
        distances = tf.reduce_sum((fixed[:, None] - book[None]) ** 2, -1)
        # Entries that are equally near share a piece; revived ones are copies of each other where pictures are empty.
        hits = tf.cast(distances <= tf.reduce_min(distances, 1, keepdims=True), x.dtype)
        assignment = hits / tf.reduce_sum(hits, 1, keepdims=True)
        entries = tf.matmul(assignment, book)
        found.term = spec["commitment"] * tf.reduce_mean((pieces - entries) ** 2)
        self.move(spec, fixed, assignment, book, uses)
        return x + tf.stop_gradient(tf.reshape(entries, tf.shape(x)) - x)

    def move(self, spec, pieces, assignment, book, uses):
        """Entries follow the mean of their pieces; one that is hardly used starts anew at a piece, taken evenly from the batch."""
        counts = tf.reduce_sum(assignment, 0)
        uses.assign(spec["decay"] * uses + (1 - spec["decay"]) * counts)
        drift = tf.matmul(assignment, pieces, transpose_a=True) - counts[:, None] * book
        moved = book + (1 - spec["decay"]) * drift / tf.maximum(uses, 1e-12)[:, None]
        average = tf.reduce_mean(uses)
        dead = uses < spec["revivalThreshold"] * average
        codes, count = book.shape[0], pieces.shape[0]
        spread = pieces[:: count // codes][:codes] if count >= codes else tf.tile(pieces, [-(-codes // count), 1])[:codes]
        book.assign(tf.where(dead[:, None], spread, moved))
        uses.assign(tf.where(dead, average, uses))

    def walk(self, parts, x, found, anneal=1.0):
        for stage in self.stages:
            if stage[0]["part"] in parts:
                x = found.outputs[stage[0]["key"]] = self.apply(stage, x, found, anneal)
        return x

    def encode(self, given, found, anneal=1.0):
        """What the decoder gets. The code is that, flat, unless the latent says otherwise."""
        latent = self.walk(("encoder", "latent"), tf.reshape(given, [-1, *self.description["inputShape"]]), found, anneal)
        if found.code is None:
            found.code = tf.reshape(latent, [tf.shape(latent)[0], -1])
        return latent

    def sample_losses(self, target, output):
        """batch × samples: as Keras means them, or summed over the numbers of a sample."""
        samples = output.shape[0] // target.shape[0]
        target = tf.reshape(tf.repeat(target, samples, 0), tf.shape(output))
        # Number by number, so that Keras finds the logits behind a sigmoid whatever its shape.
        numbers = {
            "mse": lambda: (output - target) ** 2,
            "mae": lambda: tf.abs(output - target),
            "binaryCrossentropy": lambda: keras.ops.binary_crossentropy(target, output),
        }[self.description["loss"]]()
        total = tf.reshape(numbers, [-1, samples, numbers.shape[1:].num_elements()])
        return tf.reduce_sum(total, -1) if self.description["reduction"] == "sum" else tf.reduce_mean(total, -1)

    def loss(self, target, given, random, anneal):
        """What is minimised. target and given: batch × features; random: by the names of the program's ports."""
        found = Found(random)
        output = self.walk(("decoder",), self.encode(given, found, anneal), found)
        losses = self.sample_losses(target, output)
        if found.ratio is None:
            loss = tf.reduce_mean(losses) + found.term
        else:
            loss = -tf.reduce_mean(tf.reduce_logsumexp(found.ratio - losses, 1) - np.log(losses.shape[1]))
        seen = {}
        for penalty in self.description["penalties"]:
            kind = penalty["type"]
            name = kind + (f"_{seen[kind]}" if kind in seen else "")
            seen[kind] = seen.get(kind, 0) + 1
            loss += self.penalty(penalty, name, given, found)
        return loss

    def penalty(self, penalty, name, given, found):
        kind = penalty["type"]
        if kind == "weightDecay":
            kernels = [v for _, _, layers in self.stages for layer in layers for v in [getattr(layer, "kernel", None)] if v is not None]
            if len(kernels) != len(penalty["kernels"]):
                raise ValueError("weightDecay of some layers only is not written here")
            return sum(penalty["l1"] * tf.reduce_sum(tf.abs(v)) + penalty["l2"] * tf.reduce_sum(v**2) for v in kernels)
        if kind == "contractive":
            return penalty["weight"] * self.contractive(penalty, name, given, found)
        x = found.code if penalty["of"] == "code" else found.outputs[penalty["of"]]
        if kind == "activityL1":
            return penalty["weight"] * tf.reduce_sum(tf.abs(x)) / x.shape[0]
        rho, rate = penalty["target"], tf.reduce_mean(x, list(range(len(x.shape) - 1)))
        return penalty["weight"] * tf.reduce_sum(rho * tf.math.log(rho / rate) + (1 - rho) * tf.math.log((1 - rho) / (1 - rate)))

    def contractive(self, penalty, name, given, found):
        """Mean of ‖∂code/∂input‖², exactly or by random signs v: E‖vᵀJ‖² = ‖J‖²."""
        with tf.GradientTape(persistent=True) as tape:
            x = tf.identity(given)
            tape.watch(x)
            again = Found(found.random, found.statistics)
            self.encode(x, again)
            code = again.code
            if penalty["exact"]:
                sums = [tf.reduce_sum(code[:, unit]) for unit in range(code.shape[1])]
            else:
                bits = tf.reshape(tf.cast(found.random[f"penalty/{name}/random"], code.dtype), [-1, penalty["projections"], code.shape[1]])
                sums = [tf.reduce_sum(code * (2 * bits[:, i] - 1)) for i in range(penalty["projections"])]
        squares = tf.add_n([tf.reduce_sum(tape.gradient(total, x) ** 2) for total in sums])
        return squares / (given.shape[0] * (1 if penalty["exact"] else penalty["projections"]))
