"""Mean and deviation of features, and AdaIN, in PyTorch."""

import torch

EPSILON = 1e-5


class Statistics(torch.autograd.Function):
    """Mean and deviation with a gradient in one pass: left to autograd, these passes over features
    of full size take longer than all convolutions of a training step."""

    @staticmethod
    def forward(context, features):
        pixels = features.shape[2] * features.shape[3]
        mean = features.mean((2, 3), keepdim=True)
        variance = features.square().mean((2, 3), keepdim=True) - mean * mean
        std = (variance.clamp_min(0) * (pixels / (pixels - 1)) + EPSILON).sqrt()
        context.save_for_backward(features, mean, std)
        return mean, std

    @staticmethod
    def backward(context, mean_gradient, std_gradient):
        features, mean, std = context.saved_tensors
        pixels = features.shape[2] * features.shape[3]
        slope = std_gradient / (std * (pixels - 1))
        return torch.addcmul(mean_gradient / pixels - slope * mean, features, slope)


def statistics(features):
    """Mean and sqrt(unbiased variance + 1e-5), [N,C,1,1] each."""
    return Statistics.apply(features)


def adain(content, style_mean, style_std):
    mean, std = statistics(content)
    return (content - mean) / std * style_std + style_mean
