"""How a training in Python talks with the benchmark: one line of JSON for each thing that is done, one line of text for each wish."""
import json
import pathlib
import resource
import sys
import time

import numpy as np


class Case:
    """What prepare.ts wrote: samples as bytes, in the order of the first epoch, and the model."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        facts = json.loads((self.folder / "case.json").read_text())
        self.description, self.batch_size, self.scale = facts["description"], facts["batchSize"], facts["scale"]
        with np.load(self.folder / "weights.npz") as archive:
            self.weights = {name: archive[name] for name in archive.files}
        self.order = np.load(self.folder / "order.npy")

    def pictures(self, name):
        """count × height × width × channels in [0, 1], float32."""
        return np.load(self.folder / f"{name}.npy").astype("float32") * np.float32(self.scale)


def say(**facts):
    print(json.dumps(facts), flush=True)


def serve(train):
    """Answers "go SECONDS" by training at least so long: train(seconds) gives the samples trained and the seconds that took."""
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "end":
            break
        before = resource.getrusage(resource.RUSAGE_SELF)
        samples, seconds = train(float(rest[0]))
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        say(samples=samples, seconds=seconds, cpu=cpu, peakMiB=after.ru_maxrss / 1024)


clock = time.perf_counter
