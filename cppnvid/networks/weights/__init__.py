"""Weight files: trained networks in, our own networks out, as plain arrays.

`formats` turns a file's bytes into named arrays and back, `layers` orders those into layers, `fit`
derives their architecture and compares it with a recipe's. Files are checked without torch.
"""

from cppnvid.networks.weights.fit import (
    ARCHITECTURE as ARCHITECTURE,
    check_fit as check_fit,
    network_keys as network_keys,
)
from cppnvid.networks.weights.formats import SUFFIXES as SUFFIXES, read_bytes as read_bytes
from cppnvid.networks.weights.layers import (
    Trained as Trained,
    TrainedLayer as TrainedLayer,
    check_target as check_target,
    pack as pack,
    read_weights as read_weights,
    unpack as unpack,
    write_weights as write_weights,
)
