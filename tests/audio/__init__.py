"""Tests of cppnvid.audio."""
