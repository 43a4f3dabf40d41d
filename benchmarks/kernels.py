"""What Triton makes of the kernels for six kinds of GPU, counted in the machine code; none is run.

    python -m benchmarks.kernels [--save] [--target 90 …] [NET …]

Fails where a kernel keeps values on a stack, wants more shared memory than its GPU has, or takes
more instructions for a neuron, or for a pixel, than when the limits below were set.
"""

import argparse
import datetime
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from cppnvid.backends import adaptive
from cppnvid.backends.triton.architecture import Architecture, LayerKind
from cppnvid.backends.triton.kernel import draw
from cppnvid.backends.triton.plan import Plan, constants, plan_for, precision_for
from cppnvid.backends.triton.refining import gather, mark
from cppnvid.backends.triton.yuv import planes

SIZES = ("9x16", "9x32", "9x64", "8x128")
NETS = (*SIZES, *(f"{net}+" for net in SIZES), *(f"{net}+s" for net in SIZES))
SHARED = {80: 163, 86: 99, 89: 99, 90: 227, 100: 227, 120: 99}  # KB that a block may have
# Instructions of a layer for each neuron and point, by net and target, and a tenth more.
LIMITS = {
    "9x16": {80: 27, 86: 27, 89: 27, 90: 27, 100: 27, 120: 27},
    "9x32": {80: 40, 86: 45, 89: 45, 90: 25, 100: 22, 120: 45},
    "9x64": {80: 69, 86: 87, 89: 87, 90: 28, 100: 25, 120: 87},
    "8x128": {80: 121, 86: 172, 89: 172, 90: 44, 100: 56, 120: 175},
}
# Of the kernels that only read and write, for a pixel, and a tenth more.
PIXEL_LIMITS = {"planes": 55, "mark": 299, "gather": 255}
HEADINGS = (
    "| net | target | precision | points | warps | chunk | registers | stack, bytes | shared, KB "
    "| instructions a neuron | limit |"
)
OTHER_HEADINGS = (
    "| kernel | target | registers | stack, bytes | shared, KB | instructions a pixel | limit |"
)
_WARPS = (
    ("mirror", 3), ("kaleidoscope", 5), ("tile", 4), ("tile_mirrored", 5), ("swirl", 2),
    ("wave", 5), ("endless", 6),
)  # fmt: skip
_PLAN = Plan("", points=128, warps=4)  # of the kernels that only read and write
_OTHERS = {
    "planes": (planes, {"rgb": "*u16", "out": "*u8"}, 4),  # four pixels for each of its points
    "mark": (mark, {"rgb": "*u16", "marks": "*u8", "crowds": "*i32"}, 1),
    "gather": (gather, {"marks": "*u8", "crowds": "*i32", "where": "*i32", "found": "*i32"}, 1),
}
_TOOLS = Path(triton.__file__).parent / "backends" / "nvidia" / "bin"
_ARGUMENTS = {
    "parameters": "*fp32", "columns": "*fp32", "lines": "*fp32", "where": "*i32", "found": "*i32",
    "out": "*u8", "scratch": "*fp32", "width": "i32", "pixels": "i32", "first": "i32",
    "samples": "i32",
}  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """A compiled kernel in numbers."""

    net: str
    target: int
    plan: Plan
    registers: int  # of a thread
    stack: int  # bytes of a thread, which is memory
    shared: int  # bytes of a block
    a_neuron: float | None  # instructions of the layers' loop, for each neuron and point

    def faults(self) -> list[str]:
        """Return what of this is beyond its limits."""
        limit = LIMITS.get(self.net, {}).get(self.target)
        found = []
        if self.stack:
            found.append(f"{self.stack} bytes of stack")
        if self.shared > SHARED[self.target] * 1024:
            found.append(f"{self.shared} bytes of shared memory")
        if limit is not None and self.a_neuron is not None and self.a_neuron > limit:
            found.append(f"{self.a_neuron:.1f} instructions a neuron, {limit} at most")
        return [f"{self.net} for sm_{self.target}: {fault}" for fault in found]

    def row(self) -> str:
        """Return this as a row of the table."""
        limit = LIMITS.get(self.net, {}).get(self.target, "")
        plan = self.plan
        a_neuron = "" if self.a_neuron is None else f"{self.a_neuron:.1f}"
        return (
            f"| {self.net} | sm_{self.target} | {plan.precision} | {plan.points} | {plan.warps} "
            f"| {plan.chunk or 'none'} | {self.registers} | {self.stack} "
            f"| {self.shared / 1024:.0f} | {a_neuron} | {limit} |"
        )


@dataclass(frozen=True)
class Other:
    """One of the kernels that only read and write, in numbers."""

    name: str
    target: int
    registers: int
    stack: int
    shared: int
    a_pixel: float  # instructions

    def faults(self) -> list[str]:
        """Return what of this is beyond its limits."""
        limit, found = PIXEL_LIMITS[self.name], []
        if self.stack:
            found.append(f"{self.stack} bytes of stack")
        if self.a_pixel > limit:
            found.append(f"{self.a_pixel:.1f} instructions a pixel, {limit} at most")
        return [f"{self.name} for sm_{self.target}: {fault}" for fault in found]

    def row(self) -> str:
        """Return this as a row of the table."""
        return (
            f"| {self.name} | sm_{self.target} | {self.registers} | {self.stack} "
            f"| {self.shared / 1024:.1f} | {self.a_pixel:.1f} | {PIXEL_LIMITS[self.name]} |"
        )


def architecture_named(net: str) -> Architecture:
    """Return the article's architecture of so many layers of such a width: tanh, RGB.

    With a `+` behind it has whatever else a scene may: residuals, a gradient, every warp.
    """
    depth, width = (int(number) for number in net.rstrip("+s").split("x"))
    more = "+" in net
    first = LayerKind(3 if more else 2, width, "tanh", residual=False)
    others = [LayerKind(width, width, "tanh", residual=more)] * (depth - 1)
    if not more:
        return Architecture(("x", "y"), (first, *others), 3, "sigmoid", (), "rgb", turned=False)
    return Architecture(
        ("x", "y", "r"), (first, *others), 3, "sigmoid", _WARPS, "gradient", turned=False
    )


def count(net: str, target: int, plan: Plan | None = None) -> Counted:
    """Compile a net for a target, such as 90 for sm_90, and count what came out."""
    architecture = architecture_named(net)
    capability = divmod(target, 10)
    more = "+" in net  # antialiased and in 16 bits, too: pixels of a list, or with an `s` all
    precision = precision_for(architecture, [capability])
    plan = plan or plan_for(architecture, precision, capability, supersampled=more)
    compiled_in = constants(
        architecture, plan, 65535 if more else 255, supersampled=more, listed=net.endswith("+")
    )
    arguments = _ARGUMENTS | ({"out": "*u16"} if more else {})
    compiled = _compiled(draw, arguments, compiled_in, target, plan)
    width = plan.layout(architecture).pitch
    return Counted(
        net, target, plan, *compiled[1:],
        None if more else _of_a_layer(compiled[0], width // plan.chunk if plan.chunk else 1)
        * 32 * plan.warps / (plan.points * width),
    )  # fmt: skip


def count_other(name: str, target: int) -> Other:
    """Compile one of the kernels that only read and write, and count what came out."""
    kernel, pointers, pixels = _OTHERS[name]
    compiled_in: dict[str, object] = {"POINTS": _PLAN.points}
    sides = {"width": "i32", "height": "i32"}
    if name != "planes":
        sides["top"] = "i32"
        compiled_in["BLOCK"] = adaptive.BLOCK
    if name == "mark":
        compiled_in["LIMITS"] = adaptive.LIMITS
    if name == "gather":
        compiled_in |= {"ALL": True, "CROWDED": adaptive.CROWDED}
    code, *used = _compiled(kernel, pointers | sides, compiled_in, target, _PLAN)
    return Other(name, target, *used, sum(map(_is_instruction, code.splitlines())) / pixels)


def _compiled(
    kernel: triton.JITFunction,
    arguments: dict[str, str],
    compiled_in: dict[str, object],
    target: int,
    plan: Plan,
) -> tuple[str, int, int, int]:
    """Return the machine code, the registers and bytes of stack of a thread, and shared memory."""
    pointers = [index for index, kind in enumerate(arguments.values()) if kind.startswith("*")]
    source = ASTSource(
        kernel,
        arguments | dict.fromkeys(compiled_in, "constexpr"),
        constexprs=compiled_in,
        attrs={(index,): [["tt.divisibility", 16]] for index in pointers},
    )
    compiled = triton.compile(
        source,
        target=GPUTarget("cuda", target, 32),
        options={
            "num_warps": plan.warps,
            "maxnreg": plan.registers,
            "enable_fp_fusion": True,
        },
    )
    with tempfile.NamedTemporaryFile(suffix=".cubin") as cubin:
        Path(cubin.name).write_bytes(compiled.asm["cubin"])
        usage = _tool("cuobjdump", "-res-usage", cubin.name)
        code = _tool("nvdisasm", "-c", cubin.name)
    used = {name: int(number) for name, number in re.findall(r"(REG|STACK|LOCAL):(\d+)", usage)}
    return code, used["REG"], used["STACK"] + used["LOCAL"], compiled.metadata.shared


def _tool(name: str, *arguments: str) -> str:
    return subprocess.run(
        [_TOOLS / name, *arguments], check=True, capture_output=True, text=True
    ).stdout


def _is_instruction(line: str) -> bool:
    return re.match(r"\s*/\*[0-9a-f]{4,}\*/ ", line) is not None


def _of_a_layer(code: str, chunks: int) -> int:
    """Return how many instructions a warp executes for a layer.

    The longest loop is the layers'. Loops within it run once for each chunk. Where barriers are
    waited for stands behind the loops and jumps back into them: that is no loop.
    """
    place, labels, jumps = 0, dict[str, int](), list[tuple[int, int]]()
    for line in code.splitlines():
        if label := re.match(r"\s*(\.L_x_\d+):", line):
            labels[label[1]] = place
        elif _is_instruction(line):
            place += 1
            jump = re.search(r"BRA[^`]*`\((\.L_x_\d+)\)", line)
            if jump and place - labels.get(jump[1], place) > 8:
                jumps.append((labels[jump[1]], place))
    loops: list[tuple[int, int]] = []
    for begin, stop in sorted(jumps, key=lambda jump: (jump[0], -jump[1])):
        if not any(start < begin < end < stop for start, end in loops):
            loops.append((begin, stop))
    start, end = max(loops, key=lambda loop: loop[1] - loop[0])
    lengths = [stop - begin for begin, stop in loops if start <= begin and stop <= end]
    total = lengths[-1]
    for inner, outer in zip(lengths[:0:-1], lengths[-2::-1], strict=True):
        total += outer - inner + (chunks - 1) * total
    return total


def main() -> None:
    """Print the table, save it if asked to, and fail if something is beyond its limits."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    parser.add_argument("nets", nargs="*", default=list(NETS), help="such as 9x16, 9x16+ or 9x16+s")
    parser.add_argument("--target", type=int, action="append", help="such as 90; else all six")
    parser.add_argument("--save", action="store_true", help="in benchmarks/results/")
    options = parser.parse_args()
    today = datetime.datetime.now(tz=datetime.UTC).date()
    lines = [
        "# What the cuda backend's kernels are compiled to",
        "",
        f"{today}, Triton {triton.__version__}. Static: machine code was counted, no GPU ran it.",
        "With a `+`: residuals, a gradient, all warps, and antialiasing of listed pixels;",
        "with a `+s` of all pixels.",
        "",
        HEADINGS,
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    faults: list[str] = []
    for net in options.nets:
        for target in options.target or SHARED:
            counted = count(net, target)
            faults += counted.faults()
            lines.append(counted.row())
            print(lines[-1], flush=True)
    others = ["", OTHER_HEADINGS, "|---|---|---|---|---|---|---|"]
    for name in _OTHERS:
        for target in options.target or SHARED:
            other = count_other(name, target)
            faults += other.faults()
            others.append(other.row())
    print("\n".join(others))
    lines += others
    if options.save:
        path = Path(__file__).parent / "results" / f"kernels-triton-{triton.__version__}.md"
        path.write_text("\n".join(lines) + "\n")
        print(path)
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
