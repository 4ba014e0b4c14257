"""Writes golden/*.json: what Keras computes for every case of cases.json, or for those named.

    python3 -m venv .venv && .venv/bin/pip install tensorflow-cpu && .venv/bin/python test/parity/make_golden.py [NAME...]

Each case is built in Keras layer by layer, given random weights and batches, evaluated, and trained for ten steps.
"""
import base64
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers, optimizers

here = pathlib.Path(__file__).parent
settings = json.loads((here / "cases.json").read_text())


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def activation(spec):
    spec = {"type": spec} if isinstance(spec, str) else (spec or {"type": "linear"})
    kind = spec["type"]
    if kind == "leakyRelu":
        return lambda x: keras.activations.leaky_relu(x, negative_slope=spec.get("slope", 0.2))
    if kind == "gelu":
        return lambda x: keras.activations.gelu(x, approximate=False)
    return {"swish": "silu"}.get(kind, kind)


def layer(spec):
    kind = spec["type"]
    act = activation(spec.get("activation"))
    bias = spec.get("useBias", True)
    window = dict(kernel_size=pair(spec.get("kernelSize", 3)), strides=pair(spec.get("strides", 1)), padding=spec.get("padding", "valid"))
    pool = dict(pool_size=pair(spec.get("poolSize", 2)), strides=pair(spec["strides"]) if "strides" in spec else None, padding=spec.get("padding", "valid"))
    if kind == "dense":
        return layers.Dense(spec["units"], activation=act, use_bias=bias)
    if kind == "conv2d":
        return layers.Conv2D(spec["filters"], activation=act, use_bias=bias, **window)
    if kind == "conv2dTranspose":
        padding = pair(spec["outputPadding"]) if "outputPadding" in spec else None
        return layers.Conv2DTranspose(spec["filters"], activation=act, use_bias=bias, output_padding=padding, **window)
    if kind == "flatten":
        return layers.Flatten()
    if kind == "reshape":
        return layers.Reshape(spec["targetShape"])
    if kind == "activation":
        return layers.Activation(act)
    if kind == "batchNormalization":
        return layers.BatchNormalization(momentum=spec.get("momentum", 0.99), epsilon=spec.get("epsilon", 1e-3), center=spec.get("center", True), scale=spec.get("scale", True))
    if kind == "maxPooling2d":
        return layers.MaxPooling2D(**pool)
    if kind == "averagePooling2d":
        return layers.AveragePooling2D(**pool)
    if kind == "upSampling2d":
        return layers.UpSampling2D(pair(spec.get("size", 2)))
    raise ValueError(kind)


def optimizer(spec):
    clip = dict(clipnorm=spec.get("clipNorm"), clipvalue=spec.get("clipValue"), global_clipnorm=spec.get("globalClipNorm"))
    rate = dict(learning_rate=spec["learningRate"], **clip)
    kind = spec["type"]
    if kind == "sgd":
        return optimizers.SGD(momentum=spec.get("momentum", 0.0), nesterov=spec.get("nesterov", False), **rate)
    if kind == "adamw":
        return optimizers.AdamW(weight_decay=spec["weightDecay"], **rate)
    if kind == "rmsprop":
        return optimizers.RMSprop(momentum=spec.get("momentum", 0.0), centered=spec.get("centered", False), **rate)
    return {"adam": optimizers.Adam, "nadam": optimizers.Nadam, "adadelta": optimizers.Adadelta, "adagrad": optimizers.Adagrad}[kind](**rate)


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()


def wanted(case):
    return len(sys.argv) == 1 or case["name"] in sys.argv[1:]


def random_weights(model, rng):
    for variable in model.variables:
        if "seed" in variable.path:
            continue
        values = rng.normal(0, 0.5, variable.shape)
        variable.assign(np.abs(values) + 0.5 if "variance" in variable.path else values)
    return [encode(v.numpy()) for v in model.weights]


def write(case, model, facts):
    (here / "golden" / f"{case['name']}.json").write_text(json.dumps({
        "keras": keras.__version__,
        "variables": [v.path.split("/")[-1] for v in model.weights],
        **facts,
        "end": [encode(v.numpy()) for v in model.weights],
    }, indent=1) + "\n")
    print(case["name"], facts["losses"][0], facts["losses"][-1])


for number, case in enumerate(settings["cases"]):
    if not wanted(case):
        continue
    rng = np.random.default_rng(number)
    spec, shape = case["spec"], case["shape"]
    latent = spec.get("latent", {})
    dense_latent = [{**latent, "type": "dense"}] if "units" in latent else []
    model = keras.Sequential([keras.Input(shape), *map(layer, [*spec["encoder"], *dense_latent, *spec["decoder"]])])
    loss = {"mse": "mse", "mae": "mae", "binaryCrossentropy": "binary_crossentropy"}[spec["training"].get("loss", "mse")]
    model.compile(optimizer=optimizer(spec["training"]["optimizer"]), loss=loss)
    start = random_weights(model, rng)
    batches = rng.uniform(0, 1, (settings["steps"], settings["batch"], *shape)).astype("float32")
    # A dense decoder gives a vector; its target is the flat image.
    flat = len(model.output_shape) == 2
    target = lambda x: x.reshape(len(x), -1) if flat else x
    output = model.predict(batches[0], verbose=0)
    losses = [float(model.train_on_batch(x, target(x))) if model.reset_metrics() is None else None for x in batches]
    write(case, model, {"start": start, "batches": encode(batches), "output": encode(output), "losses": losses})

for number, case in enumerate(settings["classifiers"]):
    if not wanted(case):
        continue
    rng = np.random.default_rng(1000 + number)
    probe, shape, classes = case["probe"], case["shape"], case["classes"]
    model = keras.Sequential([keras.Input(shape), *map(layer, probe["layers"]), layers.Dense(classes, activation="softmax")])
    model.compile(optimizer=optimizer(probe["optimizer"]), loss="categorical_crossentropy")
    start = random_weights(model, rng)
    batches = rng.uniform(0, 1, (settings["steps"], settings["batch"], *shape)).astype("float32")
    labels = rng.integers(0, classes, (settings["steps"], settings["batch"]))
    output = model.predict(batches[0], verbose=0)
    target = np.eye(classes)[labels]
    losses = [float(model.train_on_batch(x, y)) if model.reset_metrics() is None else None for x, y in zip(batches, target)]
    write(case, model, {"start": start, "batches": encode(batches), "labels": labels.tolist(), "output": encode(output), "losses": losses})
