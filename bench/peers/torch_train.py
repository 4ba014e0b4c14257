"""Trains a case of the benchmark in PyTorch, as its users do: tensors in memory, batches by index_select, eager modules.

    python torch_train.py FOLDER THREADS [channels_last] [fused]
"""
import sys

import torch
from talk import Case, clock, say, serve
from torch import nn
from torch.nn import functional
from torch_layers import Builder, Gaussian

case = Case(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
channels_last, fused = "channels_last" in sys.argv[3:], "fused" in sys.argv[3:]
description = case.description

builder = Builder(description, case.weights)
model = builder.build()
latents = [module for module in model if isinstance(module, Gaussian)]
# Logits where the loss can take them.
logits = description["loss"] == "binaryCrossentropy" and isinstance(model[-1], nn.Sigmoid)
body = model[:-1] if logits else model
if channels_last:
    model = model.to(memory_format=torch.channels_last)


def tensor(name):
    pictures = torch.from_numpy(case.pictures(name))
    if builder.flat_input:
        return pictures.flatten(1)
    pictures = (pictures.flip(1, 2) if builder.turned else pictures).permute(0, 3, 1, 2)
    return pictures.contiguous(memory_format=torch.channels_last if channels_last else torch.contiguous_format)


def corrupt(x):
    for spec in description["corruption"]:
        if spec["type"] != "gaussian":
            raise ValueError(f"The benchmark knows no {spec['type']} in PyTorch.")
        x = torch.randn_like(x).mul_(spec["stddev"]).add_(x).add_(spec["mean"])
        x = x.clamp_(0, 1) if spec["clip"] else x
    return x


def objective(target):
    output = body(corrupt(target))
    if description["loss"] == "mse":
        loss = functional.mse_loss(output, target, reduction=description["reduction"])
    elif logits:
        loss = functional.binary_cross_entropy_with_logits(output, target, reduction=description["reduction"])
    else:
        raise ValueError(f"The benchmark knows no {description['loss']} in PyTorch.")
    if description["reduction"] == "sum":
        loss = loss / len(target)
    return loss + sum(latent.loss for latent in latents)


spec = description["optimizer"]
if spec["type"] != "adam":
    raise ValueError(f"The benchmark knows no {spec['type']} in PyTorch.")
optimizer = torch.optim.Adam(model.parameters(), lr=spec["learningRate"]["learningRate"], betas=(spec["beta1"], spec["beta2"]), eps=spec["epsilon"], fused=fused or None)
data, order, size = tensor("train"), torch.from_numpy(case.order).long(), case.batch_size


def step(batch):
    optimizer.zero_grad(set_to_none=True)
    loss = objective(data.index_select(0, batch))
    loss.backward()
    optimizer.step()
    return loss.detach()


def validation_loss():
    model.eval()
    with torch.no_grad():
        parts = [objective(part) * len(part) for part in tensor("validation").split(1000)]
    model.train()
    return float(sum(parts)) / len(case.pictures("validation"))


losses = [step(batch) * len(batch) for batch in order.split(size)]
say(loss=float(sum(losses)) / len(order), validationLoss=validation_loss(), torch=torch.__version__)


def train(seconds):
    samples, began = 0, clock()
    while True:
        for batch in order.split(size):
            step(batch)
            samples += len(batch)
            if clock() - began >= seconds:
                return samples, clock() - began


serve(train)
