"""Frames in, finished files out: every container, its recipe inside, published only when complete.

`open_encoder` and `write_still` write; `probe`, `decode` and `read_recipe` read back what they
wrote, `probe_film`, `all_frames` and `film_frames` what others did too. Nothing here knows what is
drawn: frames are arrays and a recipe is a piece of text.
"""

from cppnvid.encode.codecs import Coding as Coding
from cppnvid.encode.coding import (
    beyond as beyond,
    coded as coded,
    coding_of as coding_of,
    holds_alpha as holds_alpha,
    quality_of as quality_of,
    without as without,
)
from cppnvid.encode.containers import (
    CONTAINERS as CONTAINERS,
    Container as Container,
    container_for as container_for,
    known_endings as known_endings,
)
from cppnvid.encode.document import write_document as write_document
from cppnvid.encode.encoder import Encoder as Encoder, open_encoder as open_encoder
from cppnvid.encode.formats.base import MediaInfo as MediaInfo
from cppnvid.encode.formats.page import (
    PAGES as PAGES,
    gallery_mark as gallery_mark,
    gallery_on as gallery_on,
    live_mark as live_mark,
    with_recipe as with_recipe,
)
from cppnvid.encode.formats.shader import (
    json_in_comment as json_in_comment,
    shader_mark as shader_mark,
    shader_recipe as shader_recipe,
)
from cppnvid.encode.h264 import H264_ENCODERS as H264_ENCODERS, unusable as unusable
from cppnvid.encode.names import LONGEST_NAME as LONGEST_NAME, shortened as shortened
from cppnvid.encode.parts import (
    PARTS as PARTS,
    PartsReport as PartsReport,
    report_parts as report_parts,
)
from cppnvid.encode.pictures import read_pixels as read_pixels
from cppnvid.encode.place import check_place as check_place
from cppnvid.encode.program import (
    ffmpeg_program as ffmpeg_program,
    ffmpeg_version as ffmpeg_version,
)
from cppnvid.encode.read import (
    all_frames as all_frames,
    decode as decode,
    decode_deep as decode_deep,
    film_frames as film_frames,
    probe as probe,
    probe_film as probe_film,
    read_recipe as read_recipe,
)
from cppnvid.encode.sound import (
    RATE as RATE,
    check_track as check_track,
    fitted_sound as fitted_sound,
    open_raw as open_raw,
    track_seconds as track_seconds,
)
from cppnvid.encode.sound_file import aac_file as aac_file
from cppnvid.encode.still import write_still as write_still
from cppnvid.encode.target import Target as Target
