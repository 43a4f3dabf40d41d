"""Everything that README's figures come from: `python -m benchmarks`, or `make bench`."""

import subprocess
import sys

for module in ("benchmarks.drawing", "benchmarks.job"):
    subprocess.run([sys.executable, "-m", module, "--save"], check=True)
