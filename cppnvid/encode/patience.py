"""Patience with files that somebody else has open for a moment.

On Windows such a file can be neither renamed nor removed, and virus scanners and indexers open
whatever is new. Elsewhere nothing is ever repeated.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds; a scanner has mostly done within one


def patiently(act: Callable[..., object], *arguments: Any, **named: Any) -> None:
    """Rename or remove a file, on Windows again and again for three seconds.

    Raises:
        OSError: as `act` does, in the end.
    """
    for wait in _WAITS if sys.platform == "win32" else ():
        try:
            act(*arguments, **named)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    act(*arguments, **named)
