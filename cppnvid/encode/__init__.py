"""Frames in, finished files out: every container, its recipe inside, published only when complete.

`open_encoder` and `write_still` write; `probe`, `decode` and `read_recipe` read back what they
wrote, `probe_film`, `all_frames` and `film_frames` what others did too. Nothing here knows what is
drawn: frames are arrays and a recipe is a piece of text.
"""

from cppnvid.encode.codecs import Coding
from cppnvid.encode.coding import beyond, coded, coding_of, quality_of, without
from cppnvid.encode.containers import CONTAINERS, Container, container_for, known_endings
from cppnvid.encode.document import PAGES, with_recipe, write_document
from cppnvid.encode.encoder import Encoder, open_encoder
from cppnvid.encode.formats.base import MediaInfo
from cppnvid.encode.h264 import H264_ENCODERS, unusable
from cppnvid.encode.pictures import read_picture
from cppnvid.encode.publish import check_place
from cppnvid.encode.read import (
    all_frames,
    decode,
    decode_deep,
    film_frames,
    probe,
    probe_film,
    read_recipe,
)
from cppnvid.encode.sound import RATE, check_track, fitted_sound, open_raw
from cppnvid.encode.still import write_still
from cppnvid.encode.target import Target

__all__ = [
    "CONTAINERS",
    "H264_ENCODERS",
    "PAGES",
    "RATE",
    "Coding",
    "Container",
    "Encoder",
    "MediaInfo",
    "Target",
    "all_frames",
    "beyond",
    "check_place",
    "check_track",
    "coded",
    "coding_of",
    "container_for",
    "decode",
    "decode_deep",
    "film_frames",
    "fitted_sound",
    "known_endings",
    "open_encoder",
    "open_raw",
    "probe",
    "probe_film",
    "quality_of",
    "read_picture",
    "read_recipe",
    "unusable",
    "with_recipe",
    "without",
    "write_document",
    "write_still",
]
