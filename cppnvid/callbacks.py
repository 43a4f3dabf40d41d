"""What the library calls while it works, because it never prints; by default nobody listens."""

from collections.abc import Callable

Progress = Callable[[int, int], None]  # pieces done, pieces in all
Note = Callable[[str], None]  # a line for the user


def silent(*_: object) -> None:
    """Ignore what is passed."""
