"""Tests of cppnvid.sheets."""
