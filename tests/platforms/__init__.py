"""Tests of cppnvid.platforms."""
