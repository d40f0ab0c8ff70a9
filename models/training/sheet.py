"""Draws pictures side by side, and losses as curves."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

CELL, GAP, CAPTION = 200, 6, 34
INK, PAPER, MISSING = "#222222", "#ffffff", "#dddddd"
COLOURS = {"content": "#1f6fb4", "style": "#c8501e", "structure": "#3c8c3c"}


def to_pillow(image):
    """A tensor [1,3,H,W] of 0..1 as a picture."""
    values = (image[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0)
    return Image.fromarray(np.ascontiguousarray(values.numpy()))


def draw_grid(rows, titles):
    """rows of (tensor or None, caption) under a line of titles."""
    height = CELL + CAPTION
    top = 30
    size = (len(titles) * (CELL + GAP) + GAP, top + len(rows) * height)
    canvas = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(canvas)
    font, small = ImageFont.load_default(16), ImageFont.load_default(12)
    for column, title in enumerate(titles):
        pen.text((GAP + column * (CELL + GAP), 6), title, INK, font)
    for row, cells in enumerate(rows):
        for column, (image, caption) in enumerate(cells):
            x, y = GAP + column * (CELL + GAP), top + row * height
            if image is None:
                pen.rectangle((x, y, x + CELL - 1, y + CELL - 1), MISSING)
            else:
                picture = to_pillow(image).resize((CELL, CELL), Image.Resampling.LANCZOS)
                canvas.paste(picture, (x, y))
            pen.text((x, y + CELL + 2), caption, INK, small)
    return canvas


def draw_curves(points, width, height=260):
    """Losses over alpha, each on a scale of its own from 0 to its maximum.

    points: {alpha: {"content": …, "style": …, "structure": …}}
    """
    canvas = Image.new("RGB", (width, height), PAPER)
    pen, small = ImageDraw.Draw(canvas), ImageFont.load_default(12)
    left, right, top, bottom = 60, width - 190, 20, height - 40
    pen.rectangle((left, top, right, bottom), outline=MISSING)
    for alpha in points:
        x = left + alpha * (right - left)
        pen.line((x, bottom, x, bottom + 4), INK)
        pen.text((x - 8, bottom + 8), f"{alpha:g}", INK, small)
    pen.text((right + 12, bottom + 8), "alpha", INK, small)
    for index, (name, colour) in enumerate(COLOURS.items()):
        values = [losses[name] for losses in points.values()]
        highest = max(*values, 1e-9)
        line = [
            (left + alpha * (right - left), bottom - value / highest * (bottom - top))
            for alpha, value in zip(points, values)
        ]
        pen.line(line, colour, 3)
        for (x, y), value in zip(line, values):
            pen.ellipse((x - 3, y - 3, x + 3, y + 3), colour)
        y = top + 20 * index
        pen.text((right + 12, y), f"{name}: {values[0]:.2f} to {values[-1]:.2f}", colour, small)
    return canvas


def stack(*pictures):
    """Pictures below each other."""
    size = (max(p.width for p in pictures), sum(p.height for p in pictures))
    canvas, y = Image.new("RGB", size, PAPER), 0
    for picture in pictures:
        canvas.paste(picture, (0, y))
        y += picture.height
    return canvas
