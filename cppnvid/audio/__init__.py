"""What a film hears: loudness and onsets of a track, as curves that its numbers follow."""

from cppnvid.audio.features import heard

__all__ = ["heard"]
