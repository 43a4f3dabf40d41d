"""Loudness and onsets of a track, as curves that a film's numbers follow."""

from cppnvid.audio.features import heard as heard
