"""Models as files. A file is hostile until its hash, its format, and every array in it have been looked at."""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from petition.sorting.labels import HEADS
from petition.sorting.model import Head, Model

FORMAT = "yiwangban-sorting/1"
LARGEST = 128 * 2**20
"""Bytes of a file; a larger one isn't opened."""
MOST_FEATURES = 4_000_000
CURRENT = "current.json"
SHA256 = re.compile(r"[0-9a-f]{64}")
DTYPES = {"features": np.uint32, "idf": np.float32, "weights": np.float16, "bias": np.float32}


class BrokenModel(ValueError):
    """It isn't a model, or not the one that it is said to be."""


@dataclass(frozen=True, slots=True)
class Models:
    """A folder of models: each a file named after its SHA-256, and ``current.json``, which names the one in use.

    The old ones stay, so that going back is a change of one line.
    """

    folder: Path

    def current(self) -> Model | None:
        """Read the model in use; None when there is none yet.

        Raises:
            BrokenModel: What is there can't be trusted.
        """
        try:
            named = (self.folder / CURRENT).read_bytes()[:4096]
        except FileNotFoundError:
            return None
        try:
            sha256 = json.loads(named)["sha256"]
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenModel(f"{CURRENT}: {error}") from error
        if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
            raise BrokenModel(f"{CURRENT} names no hash")
        return self.read(sha256)

    def read(self, sha256: str) -> Model:
        """Read the model with this hash.

        Raises:
            BrokenModel: It isn't there, is too large, or isn't what its name says.
        """
        path = self.folder / f"{sha256}.safetensors"
        try:
            if path.stat().st_size > LARGEST:
                raise BrokenModel(f"{path.name} is larger than {LARGEST} bytes")
            body = path.read_bytes()
        except OSError as error:
            raise BrokenModel(f"{path.name}: {error.strerror}") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise BrokenModel(f"{path.name} isn't what its name says")
        return decode(body)

    def replace(self, model: Model, figures: dict[str, float]) -> str:
        """Write a model and put it into use, at once for whoever reads next; give its SHA-256."""
        body = encode(model)
        sha256 = hashlib.sha256(body).hexdigest()
        named = {"version": model.version, "sha256": sha256, "about": dict(model.about), "figures": figures}
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self.folder / f"{sha256}.safetensors", body)
        _write(self.folder / CURRENT, json.dumps(named, ensure_ascii=False, indent=2).encode() + b"\n")
        return sha256


def encode(model: Model) -> bytes:
    """Write a model as safetensors: a header in JSON, then the arrays as they are. Nothing in it can run."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, head in model.heads.items():
        arrays |= {
            f"{name}.features": head.features,
            f"{name}.idf": head.idf,
            f"{name}.weights": head.weights,
            f"{name}.bias": head.bias,
        }
    header = {
        "version": model.version,
        "about": dict(model.about),
        "heads": {name: {"labels": head.labels, "scale": head.scale} for name, head in model.heads.items()},
    }
    return save(arrays, {"format": FORMAT, "model": json.dumps(header, ensure_ascii=False, sort_keys=True)})


def decode(body: bytes) -> Model:
    """Read a model, and refuse whatever :func:`encode` wouldn't have written.

    Raises:
        BrokenModel: Wrong format, unknown labels, or arrays of another kind, shape or order; or not finite.
    """
    try:
        arrays = load(body)
        size = int.from_bytes(body[:8], "little")
        metadata = json.loads(body[8 : 8 + size])["__metadata__"]
        header = json.loads(metadata["model"]) if metadata["format"] == FORMAT else {}
        heads = {name: _head(name, row, arrays) for name, row in header["heads"].items()}
        about = {str(name): str(value) for name, value in header["about"].items()}
        version = int(header["version"])
    except BrokenModel:
        raise
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenModel(f"not a model: {error}") from error
    if len(arrays) != len(DTYPES) * len(heads):
        raise BrokenModel("arrays that belong to nothing")
    return Model(version, heads, about)


def _head(name: str, row: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Head:
    labels, scale = tuple(row["labels"]), float(row["scale"])
    if not labels or len(set(labels)) < len(labels) or not set(labels) <= set(HEADS.get(name, ())):
        raise BrokenModel(f"{name}: labels")
    own = {part: arrays[f"{name}.{part}"] for part in DTYPES}
    n = len(own["features"])
    shapes = {"features": (n,), "idf": (n,), "weights": (n, len(labels)), "bias": (len(labels),)}
    for part, array in own.items():
        # A header that lies about its types is read without complaint by the library (its issue, our check).
        if array.dtype != DTYPES[part] or array.shape != shapes[part]:
            raise BrokenModel(f"{name}.{part}: {array.dtype} {array.shape}")
        if not np.isfinite(array).all():
            raise BrokenModel(f"{name}.{part}: not finite")
    if (
        n > MOST_FEATURES
        or not np.isfinite(scale)
        or scale <= 0
        or (np.diff(own["features"].astype(np.int64)) <= 0).any()
    ):
        raise BrokenModel(f"{name}: features or scale")
    return Head(labels, own["features"], own["idf"], own["weights"], own["bias"], scale)


def _write(path: Path, body: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
