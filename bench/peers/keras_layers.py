"""Keras layers, optimiser and weights of a model that description.ts wrote down. Used by the benchmark and by the parity table."""
import keras
import tensorflow as tf
from keras import layers


def activation(spec):
    kind = spec["type"]
    if kind == "leakyRelu":
        return lambda x: keras.activations.leaky_relu(x, negative_slope=spec["slope"])
    if kind == "elu":
        return lambda x: keras.activations.elu(x, alpha=spec["alpha"])
    if kind == "gelu":
        return lambda x: keras.activations.gelu(x, approximate=False)
    return {"swish": "silu"}.get(kind, kind)


class TopK(layers.Layer):
    """Keeps the k largest activations of each sample."""

    def __init__(self, k, **options):
        super().__init__(**options)
        self.k = k

    def compute_output_shape(self, input_shape):
        return input_shape

    def call(self, x):
        flat = tf.reshape(x, [tf.shape(x)[0], -1])
        least = tf.math.top_k(flat, self.k).values[:, -1:]
        return tf.reshape(tf.where(flat < least, tf.zeros_like(flat), flat), tf.shape(x))


def dense(spec, units, act):
    return layers.Dense(units, activation=act, use_bias=spec["useBias"])


def convolution(spec):
    """Padding by a number of rows and columns, which Keras's convolutions do not know, is a layer of its own."""
    explicit = isinstance(spec["padding"], list)
    options = dict(
        kernel_size=spec["kernelSize"], strides=spec["strides"], use_bias=spec["useBias"], activation=activation(spec["activation"]),
        padding="valid" if explicit else spec["padding"],
    )
    border = tuple((n, n) for n in spec["padding"]) if explicit and any(spec["padding"]) else None
    if spec["type"] == "conv2d":
        layer = layers.Conv2D(spec["filters"], **options)
        return layer, ([layers.ZeroPadding2D(border)] if border else []) + [layer]
    extra = spec.get("outputPadding", [0, 0] if explicit else None)
    layer = layers.Conv2DTranspose(spec["filters"], output_padding=None if extra is None else tuple(extra), **options)
    return layer, [layer] + ([layers.Cropping2D(border)] if border else [])


def build(spec):
    """The layer that holds the weights (or the only one), and all that have to be applied in turn."""
    kind = spec["type"]
    if kind in ("conv2d", "conv2dTranspose"):
        return convolution(spec)
    pooling = dict(pool_size=spec.get("poolSize"), strides=spec.get("strides"), padding=spec.get("padding"))
    make = {
        "dense": lambda: dense(spec, spec["units"], activation(spec["activation"])),
        "flatten": layers.Flatten,
        "reshape": lambda: layers.Reshape(spec["targetShape"]),
        "activation": lambda: layers.Activation(activation(spec["activation"])),
        "dropout": lambda: layers.Dropout(spec["rate"]),
        "batchNormalization": lambda: layers.BatchNormalization(
            momentum=spec["momentum"], epsilon=spec["epsilon"], center=spec["center"], scale=spec["scale"]),
        "maxPooling2d": lambda: layers.MaxPooling2D(**pooling),
        "averagePooling2d": lambda: layers.AveragePooling2D(**pooling),
        "upSampling2d": lambda: layers.UpSampling2D(spec["size"]),
        "topK": lambda: TopK(spec["k"]),
        "spherical": lambda: dense(spec, spec["units"], None),
        "wasserstein": lambda: dense(spec, spec["units"], None),
    }[kind]
    layer = make()
    return layer, [layer]


ROLES = {
    "kernel": "kernel", "bias": "bias", "gamma": "gamma", "beta": "beta", "movingMean": "moving_mean", "movingVariance": "moving_variance",
    "meanKernel": "kernel", "meanBias": "bias", "logVarianceKernel": "kernel", "logVarianceBias": "bias",
}


def load(layer, spec, weights, prefix=""):
    """Gives a built layer its weights, those of a gaussian latent by the prefix of their roles; a layer frozen in the spec is frozen."""
    for parameter in spec["parameters"]:
        if parameter["role"].startswith(prefix):
            getattr(layer, ROLES[parameter["role"]]).assign(weights[parameter["name"]])
    layer.trainable = spec.get("trainable", True)
    return layer


def optimizer(spec):
    """With the rate of a constant schedule; others are set step by step."""
    clip = dict(clipnorm=spec.get("clipNorm"), clipvalue=spec.get("clipValue"), global_clipnorm=spec.get("globalClipNorm"))
    common = dict(learning_rate=float(spec["learningRate"]["learningRate"]), **clip)
    kind = spec["type"]
    if kind == "sgd":
        return keras.optimizers.SGD(momentum=spec["momentum"], nesterov=spec["nesterov"], **common)
    common["epsilon"] = spec["epsilon"]
    if kind in ("adam", "adamw", "nadam"):
        moments = dict(beta_1=spec["beta1"], beta_2=spec["beta2"], **common)
        if kind == "adamw":
            return keras.optimizers.AdamW(weight_decay=spec["weightDecay"], **moments)
        return {"adam": keras.optimizers.Adam, "nadam": keras.optimizers.Nadam}[kind](**moments)
    if kind == "adadelta":
        return keras.optimizers.Adadelta(rho=spec["rho"], **common)
    if kind == "rmsprop":
        return keras.optimizers.RMSprop(rho=spec["rho"], momentum=spec["momentum"], centered=spec["centered"], **common)
    return keras.optimizers.Adagrad(initial_accumulator_value=spec["initialAccumulatorValue"], **common)
