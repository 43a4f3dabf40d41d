"""Networks from files are drawn, walked through and carried along as seeds are."""

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import nn

import cppnvid
from cppnvid import RecipeError, load_network, load_recipe, sample_network, save_network
from cppnvid.cli import main
from cppnvid.cli.seeds import gather_seeds
from cppnvid.corners import corner_networks
from cppnvid.explanation.words import differences
from cppnvid.pacing import build_scene
from cppnvid.presets import Override, recipe_text, sources
from cppnvid.recipe import NetworkSpec, Recipe
from tests.conftest import step

Run = Callable[..., tuple[int, str, str]]
SMALL = ["--size", "24", "-q"]
TANH = ["--set", "network.activation=tanh"]
PLAIN = [*TANH, "--set", "morph.pace=uniform", *SMALL]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run the real command line; return its exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "100")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def run(*typed: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(typed)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


def grid(side: int) -> torch.Tensor:
    """Return x and y of every pixel's centre, −1 to 1, as the house's camera sees them."""
    line = (torch.arange(side) + 0.5 - side / 2) / side * 2
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.ravel(), y.ravel()], dim=1)


def trained(
    activation: type[nn.Module] = nn.Tanh, *, inputs: int = 3, channels: int = 3, seed: int = 0
) -> nn.Sequential:
    """Train a small network for twenty steps to paint a soft disc."""
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(inputs, 9), activation(), nn.Linear(9, 7), activation(),
        nn.Linear(7, channels), nn.Sigmoid(),
    )  # fmt: skip
    points = read_by(grid(16), inputs)
    disc = torch.sigmoid(9 * (0.6 - points[:, :2].norm(dim=1, keepdim=True))).expand(-1, channels)
    parameters = list(model.parameters())
    for _ in range(20):  # plain SGD by hand: importing torch.optim alone takes seconds
        slopes = torch.autograd.grad((model(points) - disc).square().mean(), parameters)
        with torch.no_grad():
            for parameter, slope in zip(parameters, slopes, strict=True):
                parameter.sub_(2.0 * slope)
    return model


def read_by(points: torch.Tensor, inputs: int) -> torch.Tensor:
    """Return x and y, and r too for three inputs."""
    return torch.cat([points, points.norm(dim=1, keepdim=True)], dim=1)[:, :inputs]


def picture(path: str) -> NDArray[np.uint8]:
    """Return a PNG's pixels."""
    with Image.open(path) as image:
        return np.array(image)


def names_here() -> list[str]:
    """Return what stands in the current folder, hidden files too."""
    return sorted(path.name for path in Path().iterdir())


def two_files() -> tuple[str, str]:
    """Save two trained networks as PyTorch users do."""
    for name, seed in (("a", 0), ("b", 1)):
        save_file(trained(seed=seed).state_dict(), f"{name}.safetensors")
    return "a.safetensors", "b.safetensors"


# ------------------------------------------------------------------ pictures


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
@pytest.mark.parametrize(
    ("activation", "name", "inputs", "channels"),
    [
        (nn.Tanh, "tanh", 3, 3),
        (nn.ReLU, "relu", 2, 3),
        (nn.GELU, "gelu", 3, 1),
        (nn.LeakyReLU, "leaky_relu", 2, 1),
    ],
)
def test_a_trained_network_is_drawn_as_torch_itself_would(
    run: Run, suffix: str, activation: type[nn.Module], name: str, inputs: int, channels: int
) -> None:
    """A plain state_dict paints, pixel by pixel, what its own model answers there."""
    model = trained(activation, inputs=inputs, channels=channels)
    state = model.state_dict()
    if suffix == ".npz":
        np.savez("net.npz", **{key: value.numpy() for key, value in state.items()})
    else:
        save_file(state, "net.safetensors")

    typed = ["still", "--weights", f"net{suffix}", "--set", f"network.activation={name}"]
    code, out, err = run(*typed, "--set", "morph.pace=uniform", "--size", "40", "-q")

    assert (code, out) == (0, "still-net.png\n"), err
    with torch.no_grad():
        expected = model(read_by(grid(40), inputs)).reshape(40, 40, channels) * 255
    drawn = picture("still-net.png").astype(np.float64)
    assert drawn.std() > 5, "the network paints nothing that could be compared"
    assert np.abs(drawn - expected.expand(-1, -1, 3).numpy()).max() <= 1.0


@pytest.mark.parametrize(
    "asked", [[], ["--style", "lucid"], ["--style", "patterns-e", "--palette", "ember"]]
)
@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
def test_an_exported_seed_is_the_same_picture(run: Run, asked: list[str], suffix: str) -> None:
    """Export and draw again: no option needs repeating, and not one pixel differs."""
    small = ["--size", "33x17", "--set", "morph.pace=uniform", "-q"]
    run("still", "--seed", "3", *asked, *small, "-o", "seed.png")

    code, out, _ = run("export", "--seed", "3", *asked, "-o", f"net{suffix}")
    assert (code, out) == (0, f"net{suffix}\n")
    code, _, err = run("still", "--weights", f"net{suffix}", *small)

    assert code == 0, err
    np.testing.assert_array_equal(picture("still-net.png"), picture("seed.png"))


def test_an_exported_moment_is_the_same_picture(run: Run) -> None:
    """A moment between seeds is a network of its own, under the camera as it stood then."""
    Path("loop.yaml").write_text(
        "morph: {seeds: [1, 2], of: z, pace: uniform}\n"
        "camera: {zoom: {keys: [[0, 1], [0.5, 3]]}, warps: [{kind: wave, phase: {keys:"
        " [[0, 0], [1, 360]], easing: linear}}]}\n"
        "palette: {name: ember, hue: {keys: [[0, 0], [1, 360]]}}\n"
        "canvas: {size: 24}\n"
    )
    run("still", "loop.yaml", "--time", "0.3", "-q", "-o", "then.png")

    run("export", "loop.yaml", "--time", "0.3", "-o", "moment.npz")
    run("export", "then.png", "-o", "still.npz")  # a still knows its moment
    for name in ("moment", "still"):
        run("still", "--weights", f"{name}.npz", *SMALL, "--set", "morph.pace=uniform")

    np.testing.assert_allclose(
        picture("still-moment.png").astype(int), picture("then.png").astype(int), atol=1
    )
    assert Path("still.npz").read_bytes() == Path("moment.npz").read_bytes()
    assert load_network("moment.npz").inputs == ("x", "y", "r")


def test_export_writes_the_picture_that_is_asked_for(run: Run) -> None:
    """`--picture 2` is the second on the path, latent and all; its default name is the preset's."""
    run("export", "aurora", "--picture", "2")

    network = load_network("aurora.safetensors")
    recipe = load_recipe("aurora")
    second = sample_network(recipe.network, recipe.morph.seeds[1])
    torch.testing.assert_close(network.latent, second.latent, rtol=0, atol=0)
    assert run("export", "--seed", "3", "--picture", "2")[0] == 2
    assert run("export", "--seed", "3", "--picture", "1", "--time", "0")[0] == 2
    assert run("export", "aurora", "--time", "0.1")[0] == 2  # it exists
    assert names_here() == ["aurora.safetensors"]


# ------------------------------------------------------------------ films


def test_a_film_leads_through_files_and_comes_back(run: Run) -> None:
    """Decoded, it starts at the first network, passes the second half way, and closes."""
    for name, seed in (("first", 0), ("second", 5)):
        save_file(trained(nn.Tanh, seed=seed).state_dict(), f"{name}.safetensors")
        run("still", "--weights", f"{name}.safetensors", *PLAIN, "-o", f"{name}.png")
    files = ["first.safetensors", "second.safetensors"]

    typed = ["--frames", "12", *PLAIN, "-o", "loop.apng"]
    code, _, err = run("morph", "--weights", *files, *typed)

    assert code == 0, err
    frames = list(cppnvid.decode("loop.apng"))
    assert len(frames) == 12
    np.testing.assert_array_equal(frames[0], picture("first.png"))
    assert step(frames[6], picture("second.png")) < 0.1
    steps = [step(frames[k], frames[(k + 1) % 12]) for k in range(12)]
    assert step(frames[0], frames[6]) > 5
    assert 0 < steps[-1] <= max(steps[:-1])


def test_files_and_seeds_share_a_path() -> None:
    """A trained network goes over into seeds of its own architecture: files first."""
    files = two_files()
    recipe = load_recipe(
        {}, [Override("morph.seeds", [4, 8]), Override("network.activation", "tanh")], weights=files
    )

    corners = corner_networks(recipe)

    assert (recipe.morph.pictures, recipe.morph.path) == (4, "cubic")
    for corner, other in zip(
        corners[2:], [sample_network(recipe.network, seed) for seed in (4, 8)], strict=True
    ):
        torch.testing.assert_close(corner.layers[1].weight, other.layers[1].weight)
    moment = build_scene(recipe.model_copy(update={"morph": _uniform(recipe)})).at(0.25)
    np.testing.assert_allclose(
        moment.layers[1].weight, corners[1].layers[1].weight.numpy(), rtol=1e-5, atol=1e-6
    )


def _uniform(recipe: Recipe) -> Any:
    return recipe.morph.model_copy(update={"pace": "uniform"})


def test_one_file_orbits_as_far_as_its_own_weights_are_large() -> None:
    """Directions have each tensor's own size; `network_seed` chooses others."""
    file, _ = two_files()
    asked = [Override("network.activation", "tanh"), Override("morph.pace", "uniform")]
    recipe = load_recipe({}, asked, weights=[file])
    other = load_recipe({}, [*asked, Override("morph.network_seed", 1)], weights=[file])

    network, *directions = corner_networks(recipe)

    assert recipe.morph.path == "orbit"
    assert len(directions) == 2
    for direction in directions:
        for own, layer in zip(network.layers, direction.layers, strict=True):
            assert layer.weight.std() == pytest.approx(float(own.weight.std()), rel=0.5)
            assert layer.weight.shape == own.weight.shape
    assert not torch.equal(directions[0].layers[0].weight, directions[1].layers[0].weight)
    away = corner_networks(other)
    torch.testing.assert_close(away[0].layers[0].weight, network.layers[0].weight)
    assert not torch.equal(away[1].layers[0].weight, directions[0].layers[0].weight)
    np.testing.assert_array_equal(
        build_scene(recipe).at(0.0).layers[1].weight, network.layers[1].weight.numpy()
    )


def generator() -> str:
    """Save a network that reads x, y, r and a latent of five, as a generator does."""
    torch.manual_seed(3)
    layers = [nn.Linear(8, 9), nn.Tanh(), nn.Linear(9, 3)]
    save_file(nn.Sequential(*layers).state_dict(), "gen.safetensors")
    return "gen.safetensors"


def test_latents_of_one_trained_network_are_walked_through(run: Run) -> None:
    """With `--of z` the file is the network, and seeds are latents that its own answers show."""
    file = generator()
    typed = ["--weights", file, "--of", "z", "--seeds", "1", "2", "--set"]
    typed += ["network.inputs=[x,y,r,z]", "--frames", "4", *PLAIN, "-o", "walk.apng"]

    code, _, err = run("morph", *typed)

    assert code == 0, err
    recipe = load_recipe("walk.apng")
    assert (recipe.network.z_dim, recipe.morph.seeds) == (5, (1, 2))
    from safetensors.torch import load_file

    state = load_file(file)
    frames = list(cppnvid.decode("walk.apng"))
    for frame, seed in ((frames[0], 1), (frames[2], 2)):
        latent = sample_network(recipe.network, seed).latent
        points = torch.cat([read_by(grid(24), 3), latent.expand(24 * 24, -1)], dim=1)
        hidden = torch.tanh(points @ state["0.weight"].T + state["0.bias"])
        expected = torch.sigmoid(hidden @ state["2.weight"].T + state["2.bias"]) * 255
        difference = frame.reshape(-1, 3).astype(np.float64) - expected.numpy()
        assert np.abs(difference).max() <= 1.01
    assert step(frames[0], frames[2]) > 1


def test_a_latent_that_a_file_lacks_is_the_middle_of_all() -> None:
    """Drawn by itself, a generator without a latent of its own is drawn at 0."""
    asked = [
        Override("network.activation", "tanh"),
        Override("network.inputs", ["x", "y", "r", "z"]),
    ]

    (network, *_) = corner_networks(load_recipe({}, asked, weights=[generator()]))

    torch.testing.assert_close(network.latent, torch.zeros(5))


# ------------------------------------------------------------------ what a recipe makes of them


def test_a_preset_lends_its_camera_and_palette(run: Run) -> None:
    """`render PRESET --weights` paints a trained network in the preset's colours and motion."""
    save_file(trained().state_dict(), "net.safetensors")
    typed = ["still", "glacier", "--weights", "net.safetensors", "--of", "weights"]

    code, _, err = run(*typed, *PLAIN)

    assert code == 0, err
    made, preset = load_recipe("glacier.png"), load_recipe("glacier")
    assert (made.palette, made.camera) == (preset.palette, preset.camera)
    assert [layer.width for layer in made.network.layers] == [9, 7]
    assert (made.morph.seeds, made.morph.path) == ((), "orbit")


def test_words_go_before_the_file_and_the_file_before_what_it_replaces() -> None:
    """`--set` wins over a file's own words, those over a preset's, a YAML's own over its file's."""
    network = sample_network(
        NetworkSpec.model_validate({"layers": [4], "inputs": ["x", "y"], "activation": "relu"}), 1
    )
    save_network(network, "net.npz")
    Path("other.yaml").write_text("network: {activation: sin, output: clip}")
    Path("own.yaml").write_text("network: {activation: sin}\nmorph: {weights: [net.npz]}")

    def drawn(source: Any, *overrides: Override, **files: Any) -> list[str]:
        layers = corner_networks(load_recipe(source, overrides, **files))[0].layers
        return [layer.activation for layer in layers]

    files = {"weights": ["net.npz"]}
    assert drawn({}, **files) == ["relu", "sigmoid"]
    assert drawn("other.yaml", **files) == ["relu", "sigmoid"]
    assert drawn("own.yaml") == ["relu", "sigmoid"]  # each layer's own word is the file's
    assert drawn("other.yaml", Override("network.output", "sine"), **files) == ["relu", "sine"]


def test_files_of_two_kinds_have_no_path() -> None:
    """What lies between a tanh and a relu is neither, so that the user must say which."""
    for name, activation in (("a", "tanh"), ("b", "relu")):
        spec = NetworkSpec.model_validate({"layers": [4], "activation": activation})
        save_network(sample_network(spec, 1), f"{name}.npz")

    with pytest.raises(RecipeError, match=r"b\.npz: its activations: relu, and of a\.npz: tanh"):
        load_recipe({}, weights=["a.npz", "b.npz"])


# ------------------------------------------------------------------ what rides along


def test_a_small_network_rides_in_the_film(run: Run) -> None:
    """The film is drawn again where its files are not, and gives them back."""
    files = two_files()
    run("morph", "--weights", *files, "--frames", "4", *PLAIN, "-o", "loop.apng")
    before = [load_network(file, load_recipe("loop.apng").network) for file in files]
    for file in files:
        Path(file).unlink()

    code, _, err = run("render", "loop.apng", "-q", "-o", "again.apng")
    assert code == 0, err
    one, other = (list(cppnvid.decode(name)) for name in ("loop.apng", "again.apng"))
    np.testing.assert_array_equal(one, other)

    _, told, _ = run("info", "loop.apng")
    assert "# b.safetensors rides in it: cppnvid export loop.apng --picture 2 -o" in told
    assert "weights: [a.safetensors, b.safetensors]" in told
    for number, file in enumerate(files, start=1):
        run("export", "loop.apng", "--picture", str(number), "-o", file)
        expected = before[number - 1].layers[1].weight
        torch.testing.assert_close(load_network(file).layers[1].weight, expected, rtol=0, atol=0)
    Path("told.yaml").write_text(told)
    run("render", "told.yaml", "-q", "-o", "told.apng")
    np.testing.assert_array_equal(list(cppnvid.decode("told.apng")), one)


def test_a_large_network_is_asked_for_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large to ride is named with its sum, and no file of that name is opened."""
    monkeypatch.setattr(sources, "MOST_RIDING", 100)
    file, other = two_files()
    run("still", "--weights", file, *PLAIN, "-o", "one.png")

    code, _, err = run("render", "one.png", "--frames", "2", "-q", "-o", "x.apng")
    assert code == 2
    assert "one.png: was drawn from a.safetensors (sha256 " in err
    assert "give it with --weights a.safetensors" in err
    run("morph", "--weights", file, "--seeds", "7", "--frames", "2", *PLAIN, "-o", "two.apng")
    run("render", "two.apng", "--weights", file, "-q", "-o", "anew.apng")
    assert load_recipe("anew.apng", weights=[file]).morph.seeds == (7,)
    np.testing.assert_array_equal(
        list(cppnvid.decode("anew.apng")), list(cppnvid.decode("two.apng"))
    )
    run("still", "one.png", "--weights", file, "-q", "-o", "again.png")
    np.testing.assert_array_equal(picture("again.png"), picture("one.png"))
    run("still", "one.png", "--weights", other, "-q", "-o", "other.png")
    assert step(picture("other.png"), picture("one.png")) > 0


def test_what_rides_keeps_no_folder_and_nothing_else() -> None:
    """A recipe in a film holds a file's bare name, its sum and its numbers."""
    Path("runs").mkdir()
    save_network(sample_network(NetworkSpec(), 1), "runs/net.npz")

    recipe = load_recipe({}, weights=["runs/net.npz"])
    riding = presets_data(recipe_text(recipe))

    (entry,) = riding["morph"]["weights"]
    assert set(entry) == {"name", "sha256", "data"}
    assert entry["name"] == "net.npz"
    assert Recipe.model_validate(riding) == recipe


def presets_data(text: str) -> Any:
    """Return the recipe's data of a text that rides in a file."""
    return sources.parse_recipe_text(text, "film.mp4").data


# ------------------------------------------------------------------ recipes of strangers


def stranger(text: str) -> str:
    """Return what is said to a recipe in the folder `theirs`, beside which lies a network."""
    Path("theirs").mkdir(exist_ok=True)
    for place in ("net.npz", "theirs/inside.npz"):
        save_network(sample_network(NetworkSpec(), 1), place, overwrite=True)
    Path("theirs/loop.yaml").write_text(text)
    with pytest.raises(RecipeError) as caught:
        load_recipe("theirs/loop.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["../net.npz", "inside/../../net.npz", "/etc/passwd.npz", "C:\\net.npz", "..\\net.npz",
     "\\\\host\\net.npz", "link.npz"],
)  # fmt: skip
def test_a_recipe_looks_nowhere_but_in_its_own_folder(name: str) -> None:
    """Absolute names, `..`, drives, shares and links that lead out are refused unopened."""
    Path("theirs").mkdir()
    Path("theirs/link.npz").symlink_to(Path("net.npz").resolve())

    message = stranger(f"morph: {{weights: ['{name}']}}")

    assert message.startswith("theirs/loop.yaml: morph.weights: ")
    assert "lies outside the recipe's folder" in message


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("[gone.npz]", "gone.npz: there is no such file"),
        ("[net.pt]", "can run any program"),
        ('["\\0.npz"]', "is no file's name"),
        ("[3]", "must be the name of a .npz or .safetensors file, given 3"),
        (f"[{{name: inside.npz, sha256: {'0' * 64}}}]", "is another file than the recipe was"),
        ("[{name: a.npz, data: AAAA}]", "a.npz"),
        ("[{name: a.npz, data: '***'}]", "loop.yaml: morph.weights: a.npz: is no .safe"),
        ("[{name: inside.npz, path: /etc/passwd}]", "unknown key 'path'"),
        ("[]\n  seeds: []", "seeds must not be empty"),
        ("[inside.npz]\nnetwork: 3", "network: must be a mapping"),
    ],
)
def test_a_bad_weight_in_a_recipe_is_told(weights: str, said: str) -> None:
    """Whatever stands under morph.weights, the answer is ours."""
    assert said in stranger(f"morph:\n  weights: {weights}")


def test_a_recipe_may_name_files_beside_it() -> None:
    """A YAML and its network travel together, wherever they are drawn from."""
    Path("mine/nets").mkdir(parents=True)
    network = sample_network(NetworkSpec.model_validate({"layers": [4]}), 1)
    save_network(network, "mine/nets/net.npz")
    Path("mine/loop.yaml").write_text("morph: {weights: [nets/net.npz], radius: 0.1}")

    recipe = load_recipe("mine/loop.yaml")

    assert (recipe.morph.radius, recipe.morph.path, recipe.morph.seeds) == (0.1, "orbit", ())
    torch.testing.assert_close(
        corner_networks(recipe)[0].layers[0].weight, network.layers[0].weight
    )
    assert load_recipe({"morph": {"weights": ["mine/nets/net.npz"]}}).network == recipe.network


def test_a_recipe_that_nobody_read_files_for_says_so() -> None:
    """`Recipe` opens nothing, so that what it cannot draw is said when it is drawn."""
    recipe = Recipe.model_validate({"morph": {"weights": ["net.npz"]}})

    with pytest.raises(RecipeError, match="load_recipe reads the files"):
        cppnvid.render_still(recipe)


# ------------------------------------------------------------------ the command line


@pytest.mark.parametrize(
    ("typed", "gathered"),
    [
        ("morph --weights a.npz b.npz -q", "morph|--weights=a.npz|--weights=b.npz|-q"),
        ("morph --weights a.npz --seeds 1 2", "morph|--weights=a.npz|--seeds=1 2"),
        ("morph --weights", "morph|--weights="),
        ("morph --weights -q", "morph|--weights=|-q"),
        ("morph --weights=a.npz -q", "morph|--weights=a.npz|-q"),
    ],
)  # fmt: skip
def test_files_after_weights_are_gathered(typed: str, gathered: str) -> None:
    """The words after --weights, up to the next option, become an option each."""
    assert gather_seeds(typed.split()) == gathered.split("|")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("morph --weights", "--weights: no file given: write --weights net.npz"),
        ("still --weights gone.npz", "gone.npz: there is no such file"),
        ("still --weights net.pt", "save_file(model.state_dict()"),
        ("still --weights a.safetensors", "a.safetensors: does not say what its layers do"),
        ("still a.safetensors", "holds weights, which are given so: --weights a.safetensors"),
        ("still --weights a.safetensors --seed 3 --set network.activation=sin", "keep one of the"),
        ("still --weights a.safetensors --set network.activation=sinn", "did you mean 'sin'"),
        ("still --weights a.safetensors --set network.activation=sin --set network.layers=[9,8]",
         "layer 2 of 3 (2.weight) is 7x9, and network.layers.1 asks for 8 values"),
        ("morph --weights a.safetensors c.safetensors --set network.activation=sin",
         "c.safetensors: layer 1 of 3 (0.weight) is 9x2, and network.inputs (x, y, r) hands on"),
        ("morph --weights a.safetensors --of z --set network.activation=sin", "has no z"),
        ("morph --weights a.safetensors b.safetensors --of z --set network.activation=sin",
         "latents of one network, given 2"),
        ("export", "nothing to export: give --seed 7"),
        ("export --seed 1 -o x.txt", "x.txt: weights are read from .npz and .safetensors"),
        ("export --seed 1 -o a.safetensors", "a.safetensors: exists already; say --overwrite"),
        ("export --seed 1 --set network.inputs=[z] --time 0", "is one colour, and no network"),
        ("info gone.npz", "gone.npz: there is no such file"),
    ],
)  # fmt: skip
def test_bad_requests_are_answered_and_nothing_is_written(run: Run, typed: str, said: str) -> None:
    """Exit code 2, the file or the layer by name, and the folder as it was."""
    two_files()
    save_file(trained(inputs=2).state_dict(), "c.safetensors")
    there = names_here()

    code, out, err = run(*typed.split(" "))

    assert (code, out) == (2, ""), err
    assert said in err
    assert names_here() == there


def test_info_shows_what_a_file_holds(run: Run) -> None:
    """Its layers in order, and what it says of itself."""
    file, _ = two_files()
    run("export", "--seed", "3", "--style", "article", "-o", "net.npz")

    _, told, _ = run("info", file)
    assert "# a.safetensors: 3 layers, 130 weights, " in told
    assert "#   2.weight: 9 -> 7 and a bias\n" in told
    assert "# it does not say what its layers do" in told
    _, told, _ = run("info", "net.npz")
    assert "#   0.weight: 2 -> 16 and a bias\n" in told
    assert "#   2.weight: 16 -> 16\n" in told
    assert "coordinates: corners" in told


def test_videos_of_files_are_called_after_them(run: Run) -> None:
    """`morph-a-b-7.mp4`: files, then seeds."""
    files = two_files()

    _, out, _ = run("morph", "--weights", *files, "--seeds", "7", "--frames", "2", *PLAIN)

    assert out == "morph-a-b-7.mp4\n"


def test_the_page_about_weights_is_true(run: Run) -> None:
    """Its Python runs, its commands draw small, and its recipe is one."""
    page = (Path(cppnvid.__file__).parent.parent / "docs" / "weights.md").read_text("utf-8")

    def blocks(language: str) -> list[str]:
        return re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)

    exec("\n".join(blocks("python")), {})
    save_file(nn.Linear(8, 3).state_dict(), "generator.safetensors")
    commands = [line.split(" ")[1:] for block in blocks("sh") for line in block.splitlines()]
    assert len(commands) == 9
    for command in commands:
        small = ["--size", "8", "-q"] if command[0] in ("still", "morph") else []
        small += ["--set", "output.frames=2"] if command[0] in ("still", "export") else []
        small += ["--frames", "2"] if command[0] == "morph" else []
        code, _, err = run(*command, *small)
        assert code == 0, (command, err)
    (recipe,) = blocks("yaml")
    Path("page.yaml").write_text(recipe)
    assert load_recipe("page.yaml").morph.weights[0].name == "step-200.safetensors"
    assert corner_networks(load_recipe({}, weights=["said.safetensors"]))[0].layers[0].weight.any()


def test_a_seed_takes_the_place_of_a_sources_files(run: Run) -> None:
    """`--seed` on a film of networks from files draws that seed, with the layers of the files."""
    run("export", "--style", "article", "--seed", "3", "-o", "three.npz")
    tiny = ("--size", "24", "-q")
    Path("walk.yaml").write_text("morph: {weights: [three.npz]}", encoding="utf-8")
    run("morph", "--weights", "three.npz", "--seeds", "8", *tiny, "--frames", "3", "-o", "walk.gif")
    run("still", "--style", "article", "--seed", "7", *tiny, "-o", "seven.png")
    for source in ("walk.yaml", "walk.gif"):
        code, _, err = run("still", source, "--seed", "7", *tiny, "-o", "of.png", "--overwrite")
        assert code == 0, err
        np.testing.assert_array_equal(picture("of.png"), picture("seven.png"))
    for options in (["--weights", "three.npz"], ["--set", "morph.weights=[three.npz]"]):
        code, _, err = run("still", "walk.gif", "--seed", "7", *options, "-o", "both.png")
        assert code == 2
        assert "--seed, --weights: each names a picture" in err
    run("export", "walk.gif", "--seed", "7", "-o", "seven.npz")
    run("still", "--weights", "seven.npz", *tiny, "-o", "exported.png")
    np.testing.assert_array_equal(picture("exported.png"), picture("seven.png"))


def test_a_gallery_shows_latents_of_a_file_and_no_seeds_beside_it(run: Run) -> None:
    """With --of z a file's latents are the tiles; else its network would stand there many times."""
    shape = ("--set", "network.layers=2x4", "--of", "z")
    run("export", *shape, "--seed", "1", "-o", "net.npz")
    sheet = ("--size", "24", "--tile", "24", "--seeds", "5-6", "-q")
    code, _, err = run("gallery", *sheet, "--weights", "net.npz", "-o", "no.png")
    assert code == 2
    assert "--weights: a gallery shows seeds" in err
    assert "--of z" in err
    code, _, err = run("gallery", *sheet, "--weights", "net.npz", "--of", "z", "-o", "z.png")
    assert code == 0, err
    run("gallery", *sheet, *shape, "-o", "drawn.png")
    np.testing.assert_array_equal(picture("z.png"), picture("drawn.png"))
    with pytest.raises(RecipeError, match="no seed's"):
        cppnvid.contact_sheet(cppnvid.load_recipe({"morph": {"weights": ["net.npz"]}}), [1])


def test_a_file_is_compared_with_another_network(run: Run) -> None:
    """`explain --compare` takes a file of weights too: before and after training, say."""
    tiny = ("--style", "article", "--set", "network.layers=2x4", "--size", "24")
    run("export", *tiny[:4], "--seed", "3", "-o", "after.npz")
    typed = ("explain", *tiny, "--seed", "1", "--set", "network.init.weights=pytorch")
    titled = ("--set", "title=Before", "--compare", "after.npz")
    code, _, err = run(*typed, *titled, "-o", "both.png")
    assert code == 0, err
    told = sources.read_source("both.png").explain
    assert told is not None
    assert [file["name"] for file in told["compare"]["morph"]["weights"]] == ["after.npz"]
    assert told["compare"]["morph"]["seeds"] == []
    one, other = load_recipe("both.png"), load_recipe(told["compare"])
    assert ("morph.weights", "—", "after.npz") in differences(one, other)
    assert other.title == ""
    code, _, err = run(*typed, "--compare", "gone.npz", "-o", "none.png")
    assert code == 2
    assert "gone.npz: there is no such file" in err
