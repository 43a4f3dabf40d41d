"""Tests of cppnvid.film."""
