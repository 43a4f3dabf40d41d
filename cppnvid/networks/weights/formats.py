"""Named arrays from `.npz` and `.safetensors` bytes, and back; nothing in them is ever executed.

Every size that a file declares is checked before memory is allocated, and formats that can contain
a program (pickled objects, `.pt`) are refused with instructions for their conversion.
"""

import io
import json
import math
import os
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from cppnvid.errors import RecipeError

SUFFIXES = (".npz", ".safetensors")
ABOUT = "cppnvid"  # the name of the JSON with what the numbers cannot say
MAX_WEIGHTS_A_FILE = 2**24  # sixteen layers of 1024 neurons, the widest allowed
MAX_BYTES = 8 * MAX_WEIGHTS_A_FILE + 2**20  # as float64, with its header
MAX_HEADER = 2**20
MAX_TENSORS = 1024  # more than a weight and a bias for each of 257 layers

_TORCH = (
    "is in PyTorch's format, which can run any program when it is opened: convert it with\n"
    "    import torch\n"
    "    from safetensors.torch import save_file\n"
    '    state = torch.load("{name}", map_location="cpu", weights_only=True)\n'
    '    state = state.get("state_dict", state)  # of a checkpoint\n'
    "    state = {{k: v.contiguous() for k, v in state.items() if torch.is_tensor(v)}}\n"
    '    save_file(state, "{stem}.safetensors")\n'
    "or, where that fails because it holds a whole model, in the program that has the model, with\n"
    '    save_file(model.state_dict(), "{stem}.safetensors")'
)
_KERAS = (
    "is in Keras's format: convert it with\n"
    "    import keras\n"
    "    import numpy as np\n"
    '    model = keras.saving.load_model("{name}")\n'
    '    np.savez("{stem}.npz", *model.get_weights())'
)
_CONVERTED = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib"), _TORCH),
    **dict.fromkeys((".h5", ".hdf5", ".keras"), _KERAS),
    ".npy": 'contains one array: save all of them with np.savez("{stem}.npz", W0=..., b0=..., ...)',
}
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Raised by zipfile for 40,000 damaged files.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OSError,
)
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tensors:
    """The content of a file: arrays in its order, and what it says about them."""

    arrays: dict[str, Array]
    about: dict[str, Any]
    """`network`, `camera`, `palette` as in a recipe, if the file has them."""


def check_suffix(name: str) -> str:
    """Return a weight file's ending, in lower case.

    Raises:
        RecipeError: it is not supported; says how to convert files of other programs.
    """
    path = Path(name)
    suffix = path.suffix.lower()
    if suffix in _CONVERTED:
        raise RecipeError(_CONVERTED[suffix].format(stem=path.stem, name=path.name), file=name)
    if suffix not in SUFFIXES:
        raise RecipeError(f"weights are read from {' and '.join(SUFFIXES)} files", file=name)
    return suffix


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return a weight file's bytes.

    Raises:
        RecipeError: it is missing, not a file, unreadable, too large, or has another ending.
    """
    check_suffix(os.fspath(path))
    place = Path(path)
    try:
        if not place.exists():
            raise RecipeError("there is no such file", file=str(place))
        if not place.is_file():
            raise RecipeError("is not a regular file", file=str(place))
        if (size := place.stat().st_size) > MAX_BYTES:
            raise _too_large(str(place), f"is {size / 1e6:.0f} MB")
        return place.read_bytes()
    except OSError as error:
        raise RecipeError(f"cannot be read: {error.strerror or error}", file=str(place)) from error


def parse_tensors(data: bytes, name: str, suffix: str) -> Tensors:
    """Read the arrays of a file; float16, bfloat16 and float64 become float32.

    Args:
        data: the whole file.
        name: the file, for messages.
        suffix: its format, one of SUFFIXES.

    Raises:
        RecipeError: it is damaged or too large, or has numbers that are not finite.
    """
    read = _read_npz if suffix == ".npz" else _read_safetensors
    raw, about = read(data, name)
    if not raw:
        raise RecipeError("contains no arrays", file=name)
    return Tensors(
        {key: _rounded(array, key, name) for key, array in raw.items()}, _about(about, name)
    )


def format_tensors(tensors: Tensors, suffix: str) -> bytes:
    """Return the bytes of a file of this format; equal tensors give equal bytes."""
    about = json.dumps(tensors.about) if tensors.about else ""
    if suffix == ".npz":
        buffer = io.BytesIO()
        texts = {ABOUT: np.array(about)} if about else {}
        np.savez(buffer, allow_pickle=False, **tensors.arrays, **texts)
        return buffer.getvalue()
    from safetensors.numpy import save

    arrays = {name: np.ascontiguousarray(array) for name, array in tensors.arrays.items()}
    return bytes(save(arrays, metadata={ABOUT: about} if about else None))


def _too_large(name: str, what: str) -> RecipeError:
    return RecipeError(f"{what}; at most {MAX_WEIGHTS_A_FILE:,} weights are allowed", file=name)


def _rounded(array: NDArray[Any], key: str, name: str) -> Array:
    with np.errstate(over="ignore"):
        rounded = array.astype(np.float32)
    if not np.isfinite(rounded).all():
        count = int(rounded.size - np.isfinite(rounded).sum())
        raise RecipeError(
            f"{key} contains {count} number{'s' * (count > 1)} of {rounded.size} that are "
            f"not finite (NaN, or too large for float32): its training diverged",
            file=name,
        )
    return rounded


def _about(text: str, name: str) -> dict[str, Any]:
    """Parse what a file says about itself; the recipe validates it later."""
    if not text:
        return {}
    try:
        about = json.loads(text) if len(text) <= MAX_HEADER else None
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict) or not all(
        isinstance(about.get(part, {}), dict) for part in ("network", "camera", "palette")
    ):
        raise RecipeError(
            f'the text {ABOUT!r} must be JSON such as {{"network": {{"activation": "relu"}}}}',
            file=name,
        )
    return about


# ------------------------------------------------------------------ npz


def _read_npz(data: bytes, name: str) -> tuple[dict[str, NDArray[Any]], str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_TENSORS:
                raise RecipeError(
                    f"contains {len(entries)} entries, at most {MAX_TENSORS} are allowed", file=name
                )
            if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
                raise RecipeError("is compressed by another method than numpy's", file=name)
            # Reading stops at the declared size, so a small file cannot unpack to more than this.
            if (size := sum(entry.file_size for entry in entries)) > MAX_BYTES:
                raise _too_large(name, f"unpacks to {size / 1e6:,.0f} MB")
            raw: dict[str, NDArray[Any]] = {}
            for entry in entries:
                key = entry.filename.removesuffix(".npy")
                if key in raw:
                    raise RecipeError(f"contains {key} twice", file=name)
                raw[key] = _read_npy(archive.read(entry), key, name)
    except _ZIP_ERRORS as error:
        raise RecipeError(f"is not a valid .npz file: {error}", file=name) from error
    about = raw.pop(ABOUT, np.array(""))
    for key, array in raw.items():
        if array.dtype.kind != "f":
            raise _not_numbers(name, key, str(array.dtype))
    return raw, str(about) if about.dtype.kind == "U" and about.ndim == 0 else "?"


def _read_npy(data: bytes, key: str, name: str) -> NDArray[Any]:
    stream = io.BytesIO(data)
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, by_columns, dtype = read(stream)
    except ValueError as error:
        raise RecipeError(f"{key} is not an array, or damaged: {error}", file=name) from error
    if dtype.hasobject:
        raise RecipeError(
            f"{key} contains pickled Python objects, which can run any program when they are "
            f"opened: save plain arrays of floating-point numbers with np.savez",
            file=name,
        )
    body = data[stream.tell() :]
    negative = any(side < 0 for side in shape)
    if negative or len(body) != math.prod(shape) * dtype.itemsize or dtype.itemsize == 0:
        raise RecipeError(f"{key} is damaged: {len(body)} bytes for an array of {shape}", file=name)
    order = "F" if by_columns else "C"
    return np.frombuffer(body, dtype).reshape(shape, order=order)  # type: ignore[call-overload,no-any-return]


def _not_numbers(name: str, key: str, dtype: str) -> RecipeError:
    return RecipeError(
        f"{key} contains {dtype}; weights are floating-point numbers of 16, 32 or 64 bits",
        file=name,
    )


# ------------------------------------------------------------------ safetensors


def _read_safetensors(data: bytes, name: str) -> tuple[dict[str, NDArray[Any]], str]:
    from safetensors import SafetensorError, deserialize

    length = int.from_bytes(data[:8], "little")
    if MAX_HEADER < length <= len(data):
        raise RecipeError(f"its header is {length / 1e6:.0f} MB; at most 1 MB is read", file=name)
    try:
        listed = deserialize(data)  # type: ignore[no-untyped-call]
        header = json.loads(data[8 : 8 + length])
    except (SafetensorError, ValueError, RecursionError) as error:
        raise RecipeError(f"is not a valid .safetensors file: {error}", file=name) from error
    if len(listed) > MAX_TENSORS:
        raise RecipeError(
            f"contains {len(listed)} arrays, at most {MAX_TENSORS} are allowed", file=name
        )
    raw: dict[str, NDArray[Any]] = {}
    for key, tensor in listed:
        kind, body = tensor["dtype"], bytes(tensor["data"])
        if kind == "BF16":  # float32 without its lower half
            array = (np.frombuffer(body, "<u2").astype(np.uint32) << 16).view(np.float32)
        elif kind in _DTYPES:
            array = np.frombuffer(body, np.dtype(_DTYPES[kind]))
        else:
            raise _not_numbers(name, key, kind)
        raw[key] = array.reshape(tensor["shape"])
    return raw, header.get("__metadata__", {}).get(ABOUT, "")
