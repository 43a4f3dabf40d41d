"""What the library calls back while it works, since it never prints; nobody listens by default."""

from collections.abc import Callable

Progress = Callable[[int, int], None]  # pieces done, pieces in all
Note = Callable[[str], None]  # a line for the user


def silent(*_: object) -> None:
    """Take what is told and do nothing with it."""
