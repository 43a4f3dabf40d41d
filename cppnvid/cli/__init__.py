"""The command line: the only place that prints or ends the process.

0 done | 1 a defect of ours | 2 the user's input | 3 the machine cannot | 4 encoding or disk
130 interrupted | 141 nobody reads our output | 143 terminated
"""

import errno
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from cppnvid.cli import (  # noqa: F401 - importing registers their commands
    check,
    draw,
    explain,
    export,
    figures,
    gallery,
    info,
    lists,
    platforms,
)
from cppnvid.cli.app import app
from cppnvid.cli.reporter import complain
from cppnvid.errors import CppnvidError

__all__ = ["main"]

# Where even asking whether a file is there fails: a folder that may not be entered, a name that is
# longer than the disk holds, a link to itself.
_NAMED_BY_USER = (errno.EACCES, errno.ENAMETOOLONG, errno.ELOOP)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    _end_cleanly_when_told_to()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=list(given), prog_name="cppnvid")
    except CppnvidError as error:
        complain(error)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code in (129, 130, 143):
            how = "interrupted" if end.code == 130 else "stopped"
            complain(f"{how}: nothing was left behind")
        raise
    except KeyboardInterrupt:
        complain("interrupted: nothing was left behind")
        sys.exit(130)
    except OSError as error:
        if error.errno not in _NAMED_BY_USER or error.filename is None:
            _own_up()
        complain(f"{error.filename}: {error.strerror}")
        sys.exit(2)
    except Exception:  # noqa: BLE001 - the end of the line: whatever is left is a defect of ours
        _own_up()
    sys.exit(0)


def _own_up() -> NoReturn:
    traceback.print_exc()
    complain("this is a defect of cppnvid: please report it with the lines above")
    sys.exit(1)


def _end_cleanly_when_told_to() -> None:
    """Turn a request to end into an exception, so that temporary files and children go too.

    A signal that is ignored stays ignored: `nohup` asks for that.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
