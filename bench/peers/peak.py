"""The machine's matrix-product peak: the best of some products of 2,048 × 2,048 float32 matrices, in operations per second.

    python peak.py THREADS
"""
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))
a, b = torch.rand(2048, 2048), torch.rand(2048, 2048)
best = float("inf")
for _ in range(8):
    began = time.perf_counter()
    torch.mm(a, b)
    best = min(best, time.perf_counter() - began)
print(2 * 2048**3 / best)
