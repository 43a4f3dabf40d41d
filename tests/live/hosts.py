"""Hosts of shaders for tests, which do what Shadertoy and ISF's players do."""

from __future__ import annotations

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

    def target(self, width: int, height: int) -> Any:
        """Return a float texture with a framebuffer."""
        texture = self.gl.texture((width, height), 4, dtype="f4")
        texture.filter = (0x2600, 0x2600)  # GL_NEAREST
        return texture, self.gl.framebuffer([texture])

    def program(self, fragment: str) -> Any:
        """Compile."""
        return self.gl.program(vertex_shader=VERTEX, fragment_shader=fragment)

    def draw(self, program: Any, target: Any, values: dict[str, Any], texture: Any = None) -> None:
        """Draw one pass."""
        for name, value in values.items():
            if name in program:
                program[name] = value
        if texture is not None:
            texture.use(0)
        target.use()
        self.gl.vertex_array(program, []).render(self.triangles, vertices=3)


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
        before = None
        for name, program in self.programs.items():
            texture, target = self.targets[name]
            self.device.draw(program, target, values, before)
            before = texture
        self.frame += 1
        return levels(self.targets["Image"][0], width, height)


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
