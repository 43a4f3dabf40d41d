"""Hosts of shaders for tests, which do what Shadertoy and ISF's players do."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.animation.scene import Timeline
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.colour.pixels import Raster
from cppnvid.recipe import Recipe

HEAD = "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp sampler2D;\n"
VERTEX = HEAD + "void main(){gl_Position=vec4(vec2(gl_VertexID&1,gl_VertexID>>1)*4.-1.,0,1);}"


class Device:
    """Draws triangles over float targets."""

    def __init__(self) -> None:
        moderngl = pytest.importorskip("moderngl", reason="moderngl is not installed")
        names: dict[str, Any] = {"backend": "egl", "libegl": "libEGL.so.1", "libgl": "libGL.so.1"}
        try:
            self.gl = moderngl.create_context(standalone=True, **names)
        except Exception as error:  # noqa: BLE001 - its own class, or no library
            pytest.skip(f"no OpenGL: {error}")
        self.triangles = moderngl.TRIANGLES
        self._corners = self.gl.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32).tobytes())

    def target(self, width: int, height: int) -> Any:
        """Return a float texture with a framebuffer."""
        texture = self.gl.texture((width, height), 4, dtype="f4")
        texture.filter = (0x2600, 0x2600)  # GL_NEAREST
        return texture, self.gl.framebuffer([texture])

    def program(self, fragment: str, vertex: str = VERTEX) -> Any:
        """Compile."""
        return self.gl.program(vertex_shader=vertex, fragment_shader=fragment)

    def draw(self, program: Any, target: Any, values: dict[str, Any], *textures: Any) -> None:
        """Draw one pass."""
        for name, value in values.items():
            if name in program:
                program[name] = value
        for unit, texture in enumerate(textures):
            texture.use(unit)
        target.use()
        corners, names = self._corners, ["corner"] if "corner" in program else []
        content = [(corners, "2f", *names)] if names else []
        self.gl.vertex_array(program, content).render(self.triangles, vertices=3)


class Shadertoy:
    """Shadertoy's tabs at one size."""

    def __init__(self, text: str, width: int, height: int) -> None:
        self.device, self.size, self.frame = Device(), (width, height), 0
        parts = re.split(r"// ======== ([\w ]+) ========\n", text)
        self.tabs = dict(zip(parts[1::2], parts[2::2], strict=True))
        head = HEAD + (
            "uniform vec3 iResolution;uniform float iTime;uniform int iFrame;"
            "uniform sampler2D iChannel0;out vec4 made_;\n"
        )
        end = "\nvoid main(){vec4 c=vec4(1e20);mainImage(c,gl_FragCoord.xy);made_=vec4(c.rgba);}\n"
        self.programs = {n: self.device.program(head + t + end) for n, t in self.tabs.items()}
        self.targets = {name: self.device.target(width, height) for name in self.tabs}

    def draw(self, seconds: float) -> NDArray[np.uint8]:
        """Return the picture at a time: uint8 [height, width, 3]."""
        width, height = self.size
        values = {"iResolution": (width, height, 1.0), "iTime": seconds, "iFrame": self.frame}
        before: list[Any] = []
        for name, program in self.programs.items():
            texture, target = self.targets[name]
            self.device.draw(program, target, values, *before)
            before = [texture]
        self.frame += 1
        return levels(self.targets["Image"][0], width, height)


# What ISF's hosts declare, and the vertex shader they add, in GLSL's words before and after 1.30.
ISF_TYPES = {"float": "float", "point2D": "vec2", "bool": "bool", "long": "int", "color": "vec4"}
ISF_HEAD = """
uniform int PASSINDEX; uniform vec2 RENDERSIZE; uniform float TIME; uniform int FRAMEINDEX;
{in_} vec2 isf_FragNormCoord;
{declared}
vec4 read_norm(sampler2D sampler, vec4 rect, vec2 size, bool flip, vec2 at) {{
    vec2 pixel = at * size;
    vec2 placed = pixel / size * rect.zw + rect.xy;
    return {texture}(sampler, flip ? vec2(placed.x, rect.w - placed.y) : placed);
}}
"""
ISF_VERTEX = """
{attribute} vec2 corner; {out_} vec2 isf_FragNormCoord; {declared}
uniform float position_; // as the browser's host has one named position
void main() { gl_Position = vec4(corner, 0.0, 1.0); isf_FragNormCoord = (corner + 1.0) / 2.0; }
"""


class Isf:
    """An ISF at one size, by what VVISF and the browser's interactive-shader-format do."""

    def __init__(
        self, text: str, width: int, height: int, version: str = "330", *, late: bool = False
    ) -> None:
        self.device, self.size, self.frame, self.late = Device(), (width, height), 0, late
        comment = re.match(r"/\*(.*?)\*/", text, re.DOTALL)
        assert comment is not None, "a host reads its JSON first"
        self.header = json.loads(comment[1])
        self.inputs = {one["NAME"]: one["DEFAULT"] for one in self.header["INPUTS"]}
        self.targets: dict[str, list[Any]] = {}
        for one in self.header["PASSES"]:
            if "TARGET" in one:
                assert one["FLOAT"] is True
                size = int(one["WIDTH"]), int(one["HEIGHT"])
                self.targets[one["TARGET"]] = [self.device.target(*size) for _ in range(2)]
        self.screen = self.device.target(width, height)
        self.program = self.device.program(*self._shaders(text[comment.end() :], version))

    def _shaders(self, body: str, version: str) -> tuple[str, str]:
        old, es = version in ("100", "110"), version in ("100", "300 es")
        declared = [
            f"uniform {ISF_TYPES[one['TYPE']]} {one['NAME']};" for one in self.header["INPUTS"]
        ]
        for name in self.targets:
            declared += [
                f"uniform sampler2D {name}; uniform vec4 _{name}_imgRect;",
                f"uniform vec2 _{name}_imgSize; uniform bool _{name}_flip;",
            ]
        # The browser's host takes the arguments to end at the first bracket, and to have no comma.
        body = re.sub(
            r"IMG_NORM_PIXEL\((.+?),(.+?)\)",
            lambda m: f"read_norm({m[1]}, _{m[1]}_imgRect, _{m[1]}_imgSize, _{m[1]}_flip, {m[2]})",
            body,
        )
        assert re.search("IMG_|#version", body) is None
        words = {
            "in_": "varying" if old else "in",
            "out_": "varying" if old else "out",
            "attribute": "attribute" if old else "in",
            "texture": "texture2D" if old else "texture",
            "declared": " ".join(declared),
        }
        head = f"#version {version}\n"
        if es:
            head += "precision highp float; precision highp int; precision highp sampler2D;\n"
        colour = "" if old else "#define gl_FragColor isf_FragColor\nout vec4 gl_FragColor;\n"
        vertex = re.sub(r"\{(\w+)\}", lambda m: words[m[1]], ISF_VERTEX)
        return head + colour + ISF_HEAD.format(**words) + body, head + vertex

    def draw(self, seconds: float, **inputs: Any) -> NDArray[np.uint8]:
        """Return the picture at a time: uint8 [height, width, 3]."""
        values: dict[str, Any] = {
            "TIME": seconds,
            "FRAMEINDEX": self.frame,
            **self.inputs,
            **inputs,
        }
        for unit, (name, pair) in enumerate(self.targets.items()):
            size = pair[0][0].size
            values |= {name: unit, f"_{name}_imgRect": (0, 0, 1, 1), f"_{name}_imgSize": size}
        for index, one in enumerate(self.header["PASSES"]):
            # A late host hands on what was written a frame before.
            read = [pair[(self.frame + self.late) % 2][0] for pair in self.targets.values()]
            target = self.screen[1]
            if "TARGET" in one:
                target = self.targets[one["TARGET"]][self.frame % 2][1]
            values |= {"PASSINDEX": index, "RENDERSIZE": target.size}
            self.device.draw(self.program, target, values, *read)
        self.frame += 1
        return levels(self.screen[0], *self.size)


def levels(texture: Any, width: int, height: int) -> NDArray[np.uint8]:
    """Return a float texture as a screen shows it."""
    data = np.frombuffer(texture.read(), np.float32).reshape(height, width, 4)[::-1, :, :3]
    return np.round(255 * np.clip(data, 0, 1)).astype(np.uint8)


def wanted(recipe: Recipe, scene: Timeline, time: float) -> NDArray[np.uint8]:
    """Return the definition's picture."""
    width, height = recipe.canvas.size
    samples = 2 if recipe.canvas.samples == "auto" else recipe.canvas.samples
    raster = Raster(width, height, samples, "rgb24")
    (frames,) = NumpyBackend().render(scene, [time], raster)
    return np.asarray(frames[0])


def off(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    """Return by how many levels two pictures differ at most."""
    return int(np.abs(a.astype(int) - b.astype(int)).max())
