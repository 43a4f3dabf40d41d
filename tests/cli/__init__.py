"""Tests of cppnvid.cli."""
