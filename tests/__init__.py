"""The tests of cppnvid, one file for each module."""
