"""Tests of cppnvid.networks."""
