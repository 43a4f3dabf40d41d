"""Tests of cppnvid.encode."""
