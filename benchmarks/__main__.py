"""Everything that README's figures come from: `python -m benchmarks`, or `make bench`."""

import subprocess
import sys

for command in (
    ("drawing", "--save"),
    ("drawing", "--save", "--size", "3840x2160", "--rounds", "2"),
    ("growth", "--save"),
    ("job", "--save"),
):
    subprocess.run([sys.executable, "-m", f"benchmarks.{command[0]}", *command[1:]], check=True)
