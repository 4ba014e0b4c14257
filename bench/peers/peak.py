"""How fast a library multiplies: the best of some products of 2,048 × 2,048 float32 matrices, in operations per second.

    python peak.py torch|tensorflow THREADS
"""
import os
import sys
import time

EXTENT, REPEATS = 2048, 8


def with_torch(threads):
    import torch

    torch.set_num_threads(threads)
    a, b = torch.rand(EXTENT, EXTENT), torch.rand(EXTENT, EXTENT)
    return lambda: torch.mm(a, b)


def with_tensorflow(threads):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    a, b = tf.random.uniform((EXTENT, EXTENT)), tf.random.uniform((EXTENT, EXTENT))
    # A number of the product is read, because a product that nobody looks at may still be on its way.
    return lambda: tf.matmul(a, b)[0, 0].numpy()


product = {"torch": with_torch, "tensorflow": with_tensorflow}[sys.argv[1]](int(sys.argv[2]))
best = float("inf")
for _ in range(REPEATS):
    began = time.perf_counter()
    product()
    best = min(best, time.perf_counter() - began)
print(2 * EXTENT**3 / best)
