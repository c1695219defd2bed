"""Reads the voice encoder's numbers out of a file of PyTorch's, without PyTorch.

The file is of the kind that PyTorch wrote before 1.6: pickles of a mark, a version and the
machine it was written on, a pickle that says which tensor lies where, a pickle of the names
of the stores, and then each store's length (8 bytes) and 32-bit floats. A pickle can name any
function to be called; here three names are known, none of them is called, and any other ends
the reading.
"""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[np.float32]]

_MARK = 0x1950A86A20F9469CFC6C
_VERSION = 1001

_LENGTH = struct.Struct("<q")


class NotWeights(ValueError):
    """The file is not of the form that is read here; the message says in what."""


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where a tensor lies in its store."""

    store: str
    start: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def is_packed(self) -> bool:
        """Whether its numbers lie one behind the other, the last index fastest."""
        steps = [int(np.prod(self.shape[place + 1 :])) for place in range(len(self.shape))]
        return list(self.stride) == steps


def read_weights(path: Path, part: str = "model_state") -> dict[str, NDArray[np.float32]]:
    """The named tensors of one part of a checkpoint.

    Raises:
        NotWeights: it is not such a file, it names a function that is not known, or it ends
            before its tensors do.
        OSError: it cannot be read.
    """
    with path.open("rb") as file, _refusing():
        tensors, names = _header(file, part)
        wanted = {tensor.store for tensor in tensors.values()}
        stores = {name: numbers for name in names if (numbers := _store(file, name in wanted))}
        return {name: _values(tensor, stores[tensor.store]) for name, tensor in tensors.items()}


def only_part(path: Path, part: str = "model_state") -> bytes:
    """The same file with the stores of one part alone; the others' have no numbers. What
    training left (an optimiser's) is two thirds.

    Raises:
        NotWeights, OSError: as `read_weights`.
    """
    with path.open("rb") as file, _refusing():
        tensors, names = _header(file, part)
        wanted = {tensor.store for tensor in tensors.values()}
        begins = file.tell()
        stores = [_store(file, name in wanted) for name in names]
        file.seek(0)
        pieces = [_LENGTH.pack(len(store) // 4) + store for store in stores]
        return file.read(begins) + b"".join(pieces)


@contextmanager
def _refusing() -> Iterator[None]:
    """What reading another kind of file comes to, as what it means."""
    try:
        yield
    except (pickle.UnpicklingError, EOFError, struct.error) as error:
        raise NotWeights(f"not a file of weights: {error}") from error
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, NotWeights):
            raise
        raise NotWeights(f"not a file of weights: {type(error).__name__}") from error


def _header(file: BinaryIO, part: str) -> tuple[Mapping[str, _Tensor], Sequence[str]]:
    """One part's tensors by their names, and the names of all stores in their order."""
    if _Unpickler(file).load() != _MARK or _Unpickler(file).load() != _VERSION:
        raise NotWeights("not a file of weights: it has another mark or version")
    machine = _Unpickler(file).load()
    if not machine["little_endian"]:
        raise NotWeights("the weights were written on a machine of another byte order")
    tensors = _Unpickler(file).load()[part]
    return tensors, _Unpickler(file).load()


def _store(file: BinaryIO, wanted: bool) -> bytes:
    """A store's bytes; empty where they are stepped over (an optimiser's, two thirds)."""
    (count,) = _LENGTH.unpack(file.read(_LENGTH.size))
    if count < 0:
        raise NotWeights("a store of weights has no length")
    if not wanted:
        file.seek(4 * count, 1)
        return b""
    data = file.read(4 * count)
    if len(data) < 4 * count:
        raise NotWeights("the file of weights is cut short")
    return data


def _values(tensor: _Tensor, store: bytes) -> NDArray[np.float32]:
    count = int(np.prod(tensor.shape))
    if not tensor.is_packed or tensor.start < 0 or 4 * (tensor.start + count) > len(store):
        raise NotWeights("a tensor does not lie in its store as is expected")
    found = np.frombuffer(store, "<f4", count, 4 * tensor.start)
    return found.astype(np.float32).reshape(tensor.shape)


def _tensor(
    store: str, start: int, shape: tuple[int, ...], stride: tuple[int, ...], *_more: object
) -> _Tensor:
    return _Tensor(store, start, shape, stride)


# What the pickles may name, and what stands for it here.
_KNOWN = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch", "FloatStorage"): float,
}


class _Unpickler(pickle.Unpickler):
    """Knows three names and what a store is; refuses the rest."""

    def find_class(self, module_name: str, global_name: str, /) -> object:
        try:
            return _KNOWN[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module_name}.{global_name}") from None

    def persistent_load(self, pid: tuple[object, ...], /) -> str:
        """A store: what it is, of which numbers, its name, and more that is of no matter."""
        what, numbers, name, *_ = pid
        if what != "storage" or numbers is not float or not isinstance(name, str):
            raise pickle.UnpicklingError("it holds something else than 32-bit floats")
        return name
