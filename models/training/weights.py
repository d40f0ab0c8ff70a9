"""Reads and writes safetensors files with numpy alone."""

import json
import struct

import numpy as np

TYPES = {"F32": np.float32, "U8": np.uint8}


def read_weights(path):
    """Returns {name: float32 array}; 8-bit weights are expanded by (q - zero) * scale."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    raw = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[start:end], TYPES[entry["dtype"]])
        raw[name] = values.reshape(entry["shape"])
    weights = {}
    for name, values in raw.items():
        if name.endswith("_q"):
            stem = name[: -len("_q")]
            scale, zero = raw[stem + "_scale"], raw[stem + "_zero"]
            weights[stem] = ((values.astype(np.float32) - zero) * scale).astype(np.float32)
        elif not name.endswith(("_scale", "_zero")):
            weights[name] = values
    return weights


def write_weights(path, weights):
    """Writes {name: float32 array}."""
    header, offset, parts = {}, 0, []
    for name, values in weights.items():
        data = np.ascontiguousarray(values, np.float32).tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(values.shape),
            "data_offsets": [offset, offset + len(data)],
        }
        offset += len(data)
        parts.append(data)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
