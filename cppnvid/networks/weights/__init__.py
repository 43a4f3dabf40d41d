"""Weight files: trained networks in, our own networks out, as plain arrays.

`formats` turns a file's bytes into named arrays and back, `layers` orders those into layers, `fit`
derives their architecture and compares it with a recipe's. Files are checked without torch.
"""

from cppnvid.networks.weights.fit import ARCHITECTURE, check_fit, network_keys
from cppnvid.networks.weights.formats import SUFFIXES, read_bytes
from cppnvid.networks.weights.layers import (
    Trained,
    TrainedLayer,
    check_target,
    pack,
    read_weights,
    unpack,
    write_weights,
)

__all__ = [
    "ARCHITECTURE", "SUFFIXES", "Trained", "TrainedLayer", "check_fit", "check_target",
    "network_keys", "pack", "read_bytes", "read_weights", "unpack", "write_weights",
]  # fmt: skip
