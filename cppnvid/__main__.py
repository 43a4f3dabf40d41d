"""Run the command line: `python -m cppnvid`."""

from cppnvid.cli import main

if __name__ == "__main__":
    main()
