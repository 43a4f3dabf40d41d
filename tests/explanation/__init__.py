"""Tests of cppnvid.explanation."""
