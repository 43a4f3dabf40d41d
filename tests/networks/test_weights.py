"""Weight files: exact both ways, turned the right way round, and safe to open."""

import io
import json
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray
from safetensors.numpy import save_file

from cppnvid import Network, RecipeError, load_network, sample_network, save_network
from cppnvid.networks.weights import formats, read_bytes, read_weights
from cppnvid.recipe import NetworkSpec

Arrays = dict[str, NDArray[Any]]


def spec(**parts: object) -> NetworkSpec:
    """Build a specification from plain data."""
    return NetworkSpec.model_validate({"layers": [5, 4], "inputs": ["x", "y", "r"], **parts})


def assert_same(one: Network, other: Network) -> None:
    """Compare two networks bit by bit."""
    assert one.inputs == other.inputs
    assert len(one.layers) == len(other.layers)
    for a, b in zip(one.layers, other.layers, strict=True):
        assert (a.activation, a.residual) == (b.activation, b.residual)
        assert (a.bias is None) == (b.bias is None)
        assert a.weight.dtype == b.weight.dtype == np.float32
        np.testing.assert_array_equal(a.weight, b.weight)
        if a.bias is not None and b.bias is not None:
            np.testing.assert_array_equal(a.bias, b.bias)
    np.testing.assert_array_equal(one.latent, other.latent)


def plain(*widths: int, transposed: bool = False) -> list[NDArray[np.float32]]:
    """Return weights and biases in turn, [out, in] or [in, out], different in every number."""
    arrays: list[NDArray[np.float32]] = []
    random = np.random.default_rng(1)
    for before, after in pairwise(widths):
        weight = random.normal(size=(after, before)).astype(np.float32)
        arrays += [weight.T if transposed else weight]
        arrays += [random.normal(size=after).astype(np.float32)]
    return arrays


def named(arrays: list[NDArray[np.float32]], weight: str, bias: str, step: int = 1) -> Arrays:
    """Name weights and biases by two patterns."""
    return {
        (weight, bias)[index % 2].format(step * (index // 2)): array
        for index, array in enumerate(arrays)
    }


def npz(arrays: Arrays, name: str = "net.npz") -> str:
    """Write arrays as numpy does; return the name."""
    np.savez(name, **arrays)  # type: ignore[arg-type]
    return name


def unnamed(*arrays: NDArray[Any], compressed: bool = False) -> str:
    """Write arrays that nobody named; return the file's name."""
    (np.savez_compressed if compressed else np.savez)("net.npz", *arrays)
    return "net.npz"


def tensors(arrays: Arrays) -> str:
    """Write arrays as safetensors; return the name."""
    save_file(arrays, "net.safetensors")
    return "net.safetensors"


def refusal(name: str) -> str:
    """Return the error with which a file is refused."""
    with pytest.raises(RecipeError) as caught:
        read_weights(read_bytes(name), name)
    return str(caught.value)


# ------------------------------------------------------------------ out and in again

SPECS = st.builds(
    spec,
    inputs=st.sampled_from([["x"], ["x", "y"], ["x", "y", "r"], ["x", "y", "z"], ["r", "z"]]),
    z_dim=st.integers(1, 9),
    layers=st.lists(
        st.fixed_dictionaries(
            {"width": st.integers(1, 17)},
            optional={"activation": st.sampled_from(["sin", "atan_pair"]), "bias": st.booleans()},
        ),
        max_size=4,
    ),
    activation=st.sampled_from(["tanh", "relu", "atan_pair"]),
    bias=st.sampled_from(["all", "first", "none"]),
    residual=st.booleans(),
    output=st.sampled_from(["sigmoid", "ridge"]),
    output_bias=st.booleans(),
    channels=st.sampled_from([1, 3, 4]),
)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@given(spec=SPECS, seed=st.integers(0, 2**40))
@settings(max_examples=40, deadline=None)
def test_a_network_comes_back_exactly(suffix: str, spec: NetworkSpec, seed: int) -> None:
    """Whatever the architecture, a saved network reads back bit by bit without any options."""
    network = sample_network(spec, seed)

    save_network(network, f"net{suffix}", overwrite=True)

    assert_same(load_network(f"net{suffix}"), network)
    assert_same(load_network(f"net{suffix}", spec), network)


def test_saved_weights_are_a_state_dict_of_linear_layers() -> None:
    """PyTorch loads what cppnvid wrote, by its own names, strictly."""
    from safetensors.torch import load_file

    network = sample_network(spec(), 3)
    save_network(network, "net.safetensors")
    linear, tanh = torch.nn.Linear, torch.nn.Tanh
    model = torch.nn.Sequential(linear(3, 5), tanh(), linear(5, 4), tanh(), linear(4, 3))

    model.load_state_dict(load_file("net.safetensors"))

    np.testing.assert_array_equal(model.state_dict()["2.weight"], network.layers[1].weight)


def test_equal_networks_are_equal_files() -> None:
    """No date or order of chance goes into a file."""
    for suffix in (".npz", ".safetensors"):
        for name in ("a", "b"):
            save_network(sample_network(spec(), 3), f"{name}{suffix}")
        assert Path(f"a{suffix}").read_bytes() == Path(f"b{suffix}").read_bytes()


def test_a_file_is_replaced_only_with_overwrite() -> None:
    """Saving refuses an existing file, a missing folder and other endings, and leaves nothing."""
    network = sample_network(spec(), 3)
    Path("net.npz").write_text("old")

    with pytest.raises(RecipeError, match=r"net\.npz exists already; overwrite=True"):
        save_network(network, "net.npz")
    assert Path("net.npz").read_text() == "old"
    with pytest.raises(RecipeError, match="folder nowhere does not exist"):
        save_network(network, "nowhere/net.npz")
    with pytest.raises(RecipeError, match=r"net\.txt: weights are read from \.npz and"):
        save_network(network, "net.txt")
    save_network(network, "net.npz", overwrite=True)
    assert_same(load_network("net.npz"), network)
    assert [path.name for path in Path().iterdir()] == ["net.npz"]


# ------------------------------------------------------------------ files of others

OURS = plain(3, 16, 7, 3)
TURNED = plain(3, 16, 7, 3, transposed=True)
FOREIGN: dict[str, Callable[[], str]] = {
    "Sequential": lambda: npz(named(OURS, "{}.weight", "{}.bias", 2)),
    "module": lambda: npz(named(OURS, "net.layers.{}.weight", "net.layers.{}.bias")),
    "W0 b0": lambda: npz(named(OURS, "W{}", "b{}")),
    "w_1 b_1": lambda: npz(named(OURS, "w_{}", "b_{}")),
    "rows": lambda: npz({k: v[None] if v.ndim == 1 else v
                         for k, v in named(OURS, "W{}", "b{}").items()}),
    "by columns": lambda: npz({k: np.asfortranarray(v)
                               for k, v in named(OURS, "W{}", "b{}").items()}),
    "big-endian": lambda: npz({k: v.astype(">f4") for k, v in named(OURS, "W{}", "b{}").items()}),
    "float64": lambda: npz({k: v.astype(np.float64) for k, v in named(OURS, "W{}", "b{}").items()}),
    "Keras": lambda: npz(named(TURNED, "dense_{}/kernel:0", "dense_{}/bias:0")),
    "get_weights": lambda: unnamed(*TURNED),
    "compressed": lambda: unnamed(*OURS, compressed=True),
    "safetensors": lambda: tensors(named(OURS, "{}.weight", "{}.bias")),
}  # fmt: skip


@pytest.mark.parametrize("kind", FOREIGN)
def test_networks_of_others_are_read(kind: str) -> None:
    """Under every usual name, and either way round, it is the same network."""
    name = FOREIGN[kind]()

    layers = read_weights(read_bytes(name), name).layers

    assert [layer.weight.shape for layer in layers] == [(16, 3), (7, 16), (3, 7)]
    for index, layer in enumerate(layers):
        np.testing.assert_array_equal(layer.weight, OURS[2 * index])
        assert layer.bias is not None
        np.testing.assert_array_equal(layer.bias, OURS[2 * index + 1])


def test_layers_are_taken_in_natural_order() -> None:
    """Layer 10 comes after layer 2, as people count."""
    arrays = plain(*range(3, 15), 3)
    name = npz(named(arrays, "{}.weight", "{}.bias"))

    widths = [len(layer.weight) for layer in read_weights(read_bytes(name), name).layers]

    assert widths == [*range(4, 15), 3]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_rounded_to_float32(dtype: torch.dtype) -> None:
    """Half, brain and double floats become the float32 nearest to them."""
    from safetensors.torch import save_file as save_torch

    weight = torch.linspace(-3.3, 7.7, 12, dtype=torch.float64).reshape(3, 4).to(dtype)
    save_torch({"0.weight": weight}, "net.safetensors")

    (layer,) = read_weights(read_bytes("net.safetensors"), "net.safetensors").layers

    np.testing.assert_array_equal(layer.weight, weight.float().numpy())


def test_a_file_may_say_what_its_layers_do() -> None:
    """Somebody else's file with our line of metadata needs no options, and says it in npz too."""
    about = json.dumps({"network": {"activation": "relu", "output": "clip"}})
    arrays = named(OURS, "{}.weight", "{}.bias")
    save_file(arrays, "net.safetensors", metadata={"cppnvid": about})
    npz(arrays | {"cppnvid": np.array(about)})

    networks = [load_network("net.safetensors"), load_network("net.npz")]

    assert [layer.activation for layer in networks[0].layers] == ["relu", "relu", "clip"]
    assert_same(*networks)


# ------------------------------------------------------------------ what does not fit


def _with(key: str, array: NDArray[Any] | None) -> Callable[[], str]:
    """Write OURS as W0, b0, W1… with one array replaced, or without it."""

    def write() -> str:
        arrays = named(OURS, "W{}", "b{}") | {key: np.zeros(0) if array is None else array}
        return npz({k: v for k, v in arrays.items() if v.size})

    return write


MISFITS: list[tuple[Callable[[], str], tuple[str, ...]]] = [
    (_with("W1", np.ones((7, 24))), ("layer 2 of 3 (W1) is 7x24", "layer 1 (W0) gives 16")),
    (_with("b1", np.ones(9)), ("layer 2 of 3 (W1) is 7x16", "its bias has 9 numbers")),
    (_with("W1", None), ("b1", "without a weight")),
    (_with("extra", np.ones(7)), ("extra", "without a weight")),
    (_with("W1", np.ones((7, 16, 1))), ("W1 is 7x16x1", "two sides")),
    (_with("step", np.array(3.0)), ("step is a single number", "two sides")),
    (_with("w1", np.ones((7, 16))), ("w1 belongs to the same layer as W1",)),
    (_with("W1", np.full((7, 16), np.nan)), ("W1 contains 112 numbers of 112", "not finite")),
    (_with("b0", np.full(16, 1e39)), ("b0 contains 16 numbers", "too large for float32")),
    (_with("W0", np.ones((16, 3), np.int64)), ("W0 contains int64", "floating-point")),
    (_with("W0", np.ones((16, 3), np.complex64)), ("W0 contains complex64", "floating-point")),
    (_with("W0", np.array([["text"]])), ("W0 contains <U4", "floating-point")),
    (_with("latent", np.ones((2, 2))), ("latent is 2x2", "one row")),
    (lambda: npz(named(plain(3, 3, 3), "W{}", "b{}")), ("every layer is square", "0.kernel")),
    (lambda: npz({}), ("contains no arrays",)),
    (lambda: npz(named(OURS, "W{}", "b{}") | {"cppnvid": np.array("{]")}), ("'cppnvid'", "JSON")),
    (lambda: npz(named(OURS, "W{}", "b{}") | {"cppnvid": np.ones(3)}), ("'cppnvid'", "JSON")),
    (lambda: npz(named(OURS, "W{}", "b{}") | {"cppnvid": np.array("[" * 99_999)}), ("JSON",)),
    (lambda: npz(named(OURS, "W{}", "b{}") | {"cppnvid": np.array('{"network": 3}')}), ("JSON",)),
]


@pytest.mark.parametrize(("write", "said"), MISFITS, ids=[said[0] for _, said in MISFITS])
def test_a_misfit_names_file_and_layer(write: Callable[[], str], said: tuple[str, ...]) -> None:
    """A file that is not a network of plain layers is refused; the error names the array."""
    message = refusal(write())

    assert message.startswith("net.npz: ")
    assert not [words for words in said if words not in message], message


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"layers": [16]}, "has 3 layers, but network.layers makes 2"),
        ({"layers": [16, 8]}, "layer 2 of 3 (2.weight) is 7x16, but network.layers.1 needs 8"),
        ({"layers": [16, 7], "inputs": ["x", "y"]}, "(0.weight) is 16x3, but network.inputs (x,"),
        ({"layers": [16, 7], "inputs": ["x", "z"], "z_dim": 5}, "inputs (x, z of 5) gives 6"),
        ({"layers": [16, 7], "channels": 1}, "(4.weight) is 3x7, but network.channels needs 1"),
        ({"layers": [16, 7], "activation": "atan_pair"}, "(0.weight, atan_pair) gives 32"),
    ],
)  # fmt: skip
def test_a_network_that_is_not_the_recipes_is_refused(parts: dict[str, Any], said: str) -> None:
    """The layer, its shape and the key that asks for another are named."""
    with pytest.raises(RecipeError) as caught:
        load_network(npz(named(OURS, "{}.weight", "{}.bias", 2)), spec(**parts))

    assert str(caught.value).startswith("net.npz: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("widths", "said"),
    [
        ((3, 1025, 3), "layer 1 of 2 (W0) must have at most 1024 neurons, given 1025"),
        ((3, *[1] * 257, 3), "has 257 hidden layers, at most 256"),
        (
            (3, 8, 10),
            "layer 2 of 2 (W1) must return 1 (grey), 3 (rgb) or 4 (cmyk) values, given 10",
        ),
        ((1, 8, 3), "reads 1 value, which could be any one: use network.inputs: [r]"),
        ((10, 8, 3), "latent of 7: use network.inputs: [x,y,r,z]; or x, y and a latent of 8: use"),
        ((3, 8, 3), "does not name its activation: use network.activation: relu"),
    ],
)
def test_what_cannot_be_drawn_or_guessed_is_said(widths: tuple[int, ...], said: str) -> None:
    """A file without our words is drawn only when its numbers leave no doubt."""
    with pytest.raises(RecipeError) as caught:
        load_network(npz(named(plain(*widths), "W{}", "b{}")))

    assert said in str(caught.value)


# ------------------------------------------------------------------ hostile files


def zipped(entries: dict[str, bytes], name: str = "net.npz") -> str:
    """Write a zip file of raw entries; return its name."""
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    return name


def npy(shape: tuple[int, ...], body: bytes = b"", dtype: str = "<f4") -> bytes:
    """Return an array file whose header says `shape`, whatever follows it."""
    stream = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue() + body


class _Fuse:
    """Leaves a trace where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path("burnt").touch, ()


def test_pickled_objects_are_never_opened() -> None:
    """An array of objects is refused before what is in it could run."""
    np.savez("net.npz", W0=np.array([_Fuse()], dtype=object))

    assert "pickled Python objects" in refusal("net.npz")
    assert not Path("burnt").exists()
    with np.load("net.npz", allow_pickle=True) as opened:  # the fuse is live
        opened["W0"]
    assert Path("burnt").exists()


def test_a_bomb_is_refused_by_what_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kilobytes that unpack to more than the largest network are not unpacked."""
    name = zipped({"W0.npy": npy((1000, 1000), bytes(4_000_000))})
    assert Path(name).stat().st_size < 10_000
    monkeypatch.setattr(formats, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))

    assert "net.npz: unpacks to 4 MB; at most 16,777,216 weights are allowed" in refusal(name)


def test_a_header_that_promises_more_than_there_is_gets_no_memory() -> None:
    """Nobody allocates the terabytes that ten bytes claim to be."""
    message = refusal(zipped({"W0.npy": npy((10**6, 10**6), b"tiny")}))

    assert "W0 is damaged: 4 bytes for an array of (1000000, 1000000)" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a valid .npz file"),
        (b"PK\x03\x04 and then nothing", "is not a valid .npz file"),
        ({"W0.npy": b"no array"}, "W0 is not an array, or damaged"),
        ({"W0.npy": npy((2, 2), b"12", dtype="|V1")}, "W0 is damaged"),
        ({"W0.npy": npy((2, 2), bytes(15))}, "W0 is damaged: 15 bytes"),
        ({"W0.npy": npy((-2, -2), bytes(16))}, "W0 is damaged"),
        ({"W0.npy": npy((2, 2), bytes(16)), "W0": npy((2, 2), bytes(16))}, "contains W0 twice"),
        ({f"{n}.npy": b"" for n in range(1025)}, "contains 1025 entries, at most 1024 are allowed"),
        ({"../../W0.npy": npy((2, 2), b"1")}, "../../W0 is damaged"),
    ],
)
def test_a_damaged_npz_is_refused(content: bytes | dict[str, bytes], said: str) -> None:
    """Whatever is wrong inside, the file is named and nothing else happens."""
    if isinstance(content, bytes):
        Path("net.npz").write_bytes(content)
    else:
        zipped(content)

    assert said in refusal("net.npz")
    assert [path.name for path in Path().iterdir()] == ["net.npz"]


def test_every_cut_of_a_file_is_refused() -> None:
    """A download that stopped anywhere is damaged, never half a network."""
    for suffix in (".npz", ".safetensors"):
        name = f"net{suffix}"
        save_network(sample_network(spec(), 1), name)
        whole = Path(name).read_bytes()
        for length in range(0, len(whole), 97):
            Path(name).write_bytes(whole[:length])
            assert f"is not a valid {suffix} file" in refusal(name)


@given(at=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_changed_byte_is_a_network_or_an_answer(suffix: str, at: float, byte: int) -> None:
    """Damage of one byte anywhere raises nothing but our own errors."""
    name = f"net{suffix}"
    save_network(sample_network(spec(), 1), name, overwrite=True)
    content = bytearray(Path(name).read_bytes())
    content[int(at * len(content))] = byte
    Path(name).write_bytes(content)

    said = name
    try:
        network = load_network(name)
    except RecipeError as error:
        said = str(error)
    else:
        assert all(np.isfinite(layer.weight).all() for layer in network.layers)
    assert said.startswith(name)


def test_a_safetensors_header_of_megabytes_is_not_read() -> None:
    """A header is names and shapes; one larger than 1 MB is something else."""
    header = b"{" + b" " * 2_000_000 + b"}"
    Path("net.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)

    assert "its header is 2 MB; at most 1 MB is read" in refusal("net.safetensors")


def test_integers_in_safetensors_are_refused() -> None:
    """A quantised network is not a row of numbers we know."""
    save_file({"0.weight": np.ones((3, 3), np.int8)}, "net.safetensors")

    assert "0.weight contains I8; weights are floating-point" in refusal("net.safetensors")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("runs/net.pt", 'torch.load("net.pt", map_location="cpu", weights_only=True)'),
        ("net.ckpt", 'save_file(model.state_dict(), "net.safetensors")'),
        ("net.keras", 'keras.saving.load_model("net.keras")'),
        ("net.PTH", "can run any program when it is opened"),
        ("net.h5", 'np.savez("net.npz", *model.get_weights())'),
        ("net.npy", "contains one array"),
        ("net.onnx", "weights are read from .npz and .safetensors"),
        ("net.npz", "there is no such file"),
        ("folder.npz", "is not a regular file"),
    ],
)
def test_files_of_other_programs_are_refused_with_the_way_to_convert_them(
    name: str, said: str
) -> None:
    """The ending alone says it: nothing of such a file is read."""
    Path("folder.npz").mkdir()

    message = refusal(name)

    assert message.startswith(name)
    assert said in message


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_lines_that_convert_a_pt_file_need_no_model(wrapped: bool) -> None:
    """They are run as they are printed, on a state dict and on a checkpoint with one."""
    state = torch.nn.Sequential(torch.nn.Linear(2, 5), torch.nn.Linear(5, 3)).state_dict()
    torch.save({"epoch": 3, "state_dict": state} if wrapped else state, "net.pt")
    lines = [line for line in refusal("net.pt").splitlines() if line.startswith("    ")]

    exec("\n".join(line.strip() for line in lines[:-1]), {})

    layers = read_weights(read_bytes("net.safetensors"), "net.safetensors").layers
    np.testing.assert_array_equal(layers[1].weight, state["1.weight"])


def test_a_file_too_large_is_refused_before_it_is_read() -> None:
    """Its size is checked first: this one has no block on the disk."""
    with Path("net.npz").open("wb") as file:
        file.truncate(10**9)

    assert "net.npz: is 1000 MB; at most 16,777,216 weights are allowed" in refusal("net.npz")
