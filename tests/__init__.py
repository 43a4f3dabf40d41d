"""The tests of cppnvid, in folders as the package has them."""
