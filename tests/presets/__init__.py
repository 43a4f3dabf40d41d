"""Tests of cppnvid.presets."""
