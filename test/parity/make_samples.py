"""Trains what `npm run parity` exported, in Keras: FOLDER/<n>.json and .npz each hold a model, its first weights, and twenty batches
with every random number. Prints the losses as JSON.

    python test/parity/make_samples.py FOLDER [float32 | float64]
"""
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.path.append(str(pathlib.Path(__file__).parents[2] / "bench" / "peers"))
import keras
import numpy as np
import tensorflow as tf

dtype = sys.argv[2] if len(sys.argv) > 2 else "float32"
keras.config.set_floatx(dtype)

from keras_layers import optimizer
from keras_objective import Objective


def train(course, arrays):
    description = course["description"]
    objective = Objective(description, {name[8:]: arrays[name].astype(dtype) for name in arrays if name.startswith("weights/")})
    rule = optimizer(description["optimizer"])
    losses = []
    for step, (rate, anneal) in enumerate(zip(course["rates"], course["anneal"])):
        # Bytes are multiplied by a factor rounded to float32, as in our programs.
        target = tf.constant(arrays[f"steps/{step}/target"].astype(dtype) * np.asarray(np.float32(course["scale"]), dtype))
        given = arrays.get(f"steps/{step}/input")
        given = target if given is None else tf.constant(given.astype(dtype))
        prefix = f"steps/{step}/random/"
        random = {name[len(prefix):]: tf.constant(arrays[name].astype(dtype)) for name in arrays if name.startswith(prefix)}
        rule.learning_rate = float(rate)
        with tf.GradientTape() as tape:
            loss = objective.loss(target, given, random, anneal)
        variables = objective.trainable
        rule.apply_gradients(zip(tape.gradient(loss, variables), variables))
        losses.append(float(loss))
    return losses


results = {}
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    course = json.loads(file.read_text())
    with np.load(file.with_suffix(".npz")) as archive:
        arrays = {name: archive[name] for name in archive.files}
    try:
        results[course["description"]["name"]] = train(course, arrays)
    except Exception as error:
        raise RuntimeError(f"{course['description']['name']} could not be trained in Keras") from error
    print(f"{course['description']['name']}: {results[course['description']['name']][-1]:.6g}", file=sys.stderr)
print(json.dumps({"keras": keras.__version__, "tensorflow": tf.__version__, "losses": results}))
