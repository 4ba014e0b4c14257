"""The model of a case as PyTorch modules with our first weights. Images are batch × channels × height × width; where Keras pads one
column more on the right, pictures and filters are turned by 180°, so that PyTorch's own padding does the very same work.
"""
import torch
from torch import nn


def elementwise(spec):
    kind = spec["type"]
    return {
        "linear": lambda: [], "relu": lambda: [nn.ReLU()], "selu": lambda: [nn.SELU()], "sigmoid": lambda: [nn.Sigmoid()],
        "tanh": lambda: [nn.Tanh()], "leakyRelu": lambda: [nn.LeakyReLU(spec["slope"])], "elu": lambda: [nn.ELU(spec["alpha"])],
        "softplus": lambda: [nn.Softplus()], "swish": lambda: [nn.SiLU()], "gelu": lambda: [nn.GELU()],
    }[kind]()


def same_padding(image, result, kernel, stride):
    """PyTorch's padding for Keras's "same" between an image and the smaller one a convolution makes of it, and whether it is turned."""
    total = max((result - 1) * stride + kernel - image, 0)
    if total % 2 and stride == 1:
        raise ValueError("An even kernel with stride 1 has no counterpart.")
    return (total + 1) // 2, total % 2 == 1


class Gaussian(nn.Module):
    """A gaussian latent; keeps the Kullback-Leibler divergence of its last batch."""

    def __init__(self, pair, beta):
        super().__init__()
        self.mean, self.log_variance = pair
        self.beta, self.loss = beta, None

    def forward(self, x):
        mean, log_variance = self.mean(x), self.log_variance(x)
        self.loss = self.beta * -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1).mean()
        return mean + (0.5 * log_variance).exp() * torch.randn_like(mean)


class Builder:
    def __init__(self, description, weights):
        self.layers, self.weights = description["layers"], weights
        self.turned = any(self.padding(spec)[1] for spec in self.layers if spec["type"].startswith("conv2d"))
        self.flat_input = self.layers[0]["type"] == "flatten"
        # Pictures that are flattened first are compared flat, too.
        if self.flat_input and self.layers[-1]["type"] == "reshape":
            self.layers = self.layers[:-1]

    def padding(self, spec):
        """(rows and columns on each side, turned, what is added at the end of a transposed convolution's output)"""
        transposed = spec["type"] == "conv2dTranspose"
        large, small = (spec["outputShape"], spec["inputShape"]) if transposed else (spec["inputShape"], spec["outputShape"])
        sides = list(zip(large, small, spec["kernelSize"], spec["strides"]))
        if spec["padding"] == "same":
            pads, turned = zip(*(same_padding(*side) for side in sides))
        else:
            pads, turned = ([0, 0] if spec["padding"] == "valid" else spec["padding"]), [False]
        extra = [l - ((s - 1) * stride + k - 2 * p) for (l, s, k, stride), p in zip(sides, pads)] if transposed else [0, 0]
        return tuple(pads), any(turned), tuple(extra)

    def weight(self, spec, role):
        name = next((p["name"] for p in spec["parameters"] if p["role"] == role), None)
        return None if name is None else torch.from_numpy(self.weights[name].copy())

    def images(self, tensor, dim, shape):
        """Features in Keras's order along `dim` → channels first, turned if pictures are."""
        h, w, c = shape
        parts = tensor.unflatten(dim, (h, w, c))
        if self.turned:
            parts = parts.flip(dim, dim + 1)
        return parts.movedim(dim + 2, dim).flatten(dim, dim + 2)

    def linear(self, kernel, bias, before, after):
        """before/after: the image whose features come in or go out, if any."""
        if before:
            kernel = self.images(kernel, 0, before)
        if after:
            kernel, bias = self.images(kernel, 1, after), None if bias is None else self.images(bias, 0, after)
        module = nn.Linear(*kernel.shape, bias=bias is not None)
        return fill(module, kernel.T.contiguous(), bias)

    def convolution(self, spec):
        pad, _, extra = self.padding(spec)
        kernel = self.weight(spec, "kernel").permute(3, 2, 0, 1)
        options = dict(stride=tuple(spec["strides"]), padding=pad, bias=spec["useBias"])
        if self.turned:
            kernel = kernel.flip(2, 3)
        if spec["type"] == "conv2d":
            module = nn.Conv2d(spec["inputShape"][2], spec["filters"], tuple(spec["kernelSize"]), **options)
        else:
            module = nn.ConvTranspose2d(spec["inputShape"][2], spec["filters"], tuple(spec["kernelSize"]), output_padding=extra, **options)
        return fill(module, kernel.contiguous(), self.weight(spec, "bias"))

    def normalization(self, spec):
        kind = nn.BatchNorm1d if len(spec["inputShape"]) == 1 else nn.BatchNorm2d
        return kind(spec["inputShape"][-1], eps=spec["epsilon"], momentum=1 - spec["momentum"])

    def module(self, i):
        spec, before = self.layers[i], self.layers[i - 1] if i else None
        after = self.layers[i + 1] if i + 1 < len(self.layers) else None
        kind = spec["type"]
        image_before = before["inputShape"] if before and before["type"] == "flatten" and i > 1 else None
        image_after = after["targetShape"] if after and after["type"] == "reshape" else None
        if kind == "dense":
            return [self.linear(self.weight(spec, "kernel"), self.weight(spec, "bias"), image_before, image_after), *elementwise(spec["activation"])]
        if kind == "gaussian":
            pair = [self.linear(self.weight(spec, f"{part}Kernel"), self.weight(spec, f"{part}Bias"), image_before, None) for part in ("mean", "logVariance")]
            return [Gaussian(pair, spec["beta"])]
        if kind.startswith("conv2d"):
            return [self.convolution(spec), *elementwise(spec["activation"])]
        if kind == "reshape":
            h, w, c = spec["targetShape"]
            return [nn.Unflatten(1, (c, h, w))]
        if kind == "flatten":
            return [nn.Flatten()] if i else []
        return {
            "activation": lambda: elementwise(spec["activation"]), "dropout": lambda: [nn.Dropout(spec["rate"])],
            "batchNormalization": lambda: [self.normalization(spec)],
        }[kind]()

    def build(self):
        return nn.Sequential(*(module for i in range(len(self.layers)) for module in self.module(i)))


def fill(module, weight, bias):
    with torch.no_grad():
        module.weight.copy_(weight)
        if bias is not None:
            module.bias.copy_(bias)
    return module
