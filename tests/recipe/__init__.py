"""Tests of cppnvid.recipe."""
