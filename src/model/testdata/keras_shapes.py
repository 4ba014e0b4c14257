# Golden shapes, names and variables of Keras 3, for keras.test.ts. Run: pip install keras "jax[cpu]" && python keras_shapes.py
import json
import os

os.environ["KERAS_BACKEND"] = "jax"
import keras
from keras import layers


def shape_after(layer, size):
    """Output [height, width, channels] for a square image of three channels, or None where Keras refuses."""
    try:
        return list(layer(keras.Input((size, size, 3))).shape[1:])
    except ValueError:
        return None


rows = []
for size in (3, 4, 7, 28):
    for kernel in (1, 2, 3, 4, 5):
        for stride in (1, 2, 3):
            for padding in ("same", "valid"):
                window = {"strides": stride, "padding": padding}
                rows.append(["conv2d", {"filters": 2, "kernelSize": kernel, **window}, size,
                             shape_after(layers.Conv2D(2, kernel, **window), size)])
                rows.append(["maxPooling2d", {"poolSize": kernel, **window}, size,
                             shape_after(layers.MaxPooling2D(kernel, **window), size)])
                for output_padding in (None, *range(stride)):
                    spec = {"filters": 2, "kernelSize": kernel, **window}
                    if output_padding is not None:
                        spec["outputPadding"] = output_padding
                    rows.append(["conv2dTranspose", spec, size,
                                 shape_after(layers.Conv2DTranspose(2, kernel, output_padding=output_padding, **window), size)])

keras.backend.clear_session()
model = keras.Sequential([
    keras.Input((28, 28, 1)), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.MaxPooling2D(), layers.Conv2DTranspose(2, 3),
    layers.AveragePooling2D(2), layers.UpSampling2D(), layers.Dropout(0.1), layers.Activation("relu"), layers.Conv2D(4, 3),
    layers.Flatten(), layers.Dense(6), layers.BatchNormalization(center=False), layers.Dense(18), layers.Reshape((3, 3, 2)),
])
golden = {
    "keras": keras.__version__,
    "shapes": rows,
    "layers": [[layer.name, list(layer.output.shape[1:])] for layer in model.layers],
    "variables": [[variable.path, list(variable.shape), bool(variable.trainable)] for layer in model.layers for variable in layer.weights],
}
with open(os.path.join(os.path.dirname(__file__), "keras_shapes.json"), "w") as file:
    lists = {key: "[\n" + ",\n".join(json.dumps(row) for row in value) + "\n]" for key, value in golden.items() if isinstance(value, list)}
    file.write("{\n" + ",\n".join(f"{json.dumps(key)}: {lists.get(key) or json.dumps(value)}" for key, value in golden.items()) + "\n}\n")
