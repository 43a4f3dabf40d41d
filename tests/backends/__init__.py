"""Tests of cppnvid.backends."""
