"""Tests of cppnvid.animation."""
