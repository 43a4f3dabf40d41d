"""The command line: the only place that prints or ends the process.

0 done | 1 a defect of ours | 2 the user's input | 3 the machine cannot | 4 encoding or disk
130 interrupted | 141 nobody reads our output | 143, 149 terminated, by Ctrl-Break

A command that writes a file has done its work when the file is there, heard or not. The others end
with 4 where stdout cannot be written, and with 141 where its reader left.
"""

import errno
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from cppnvid.cli import (  # noqa: F401 - importing registers their commands
    breed,
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
from cppnvid.cli.streams import guarded
from cppnvid.cli.usage import UsageError, in_our_words
from cppnvid.errors import CppnvidError

__all__ = ["main"]

# Where even asking whether a file is there fails: a folder that may not be entered, a name that is
# longer than the disk holds, a link to itself.
_NAMED_BY_USER = (errno.EACCES, errno.ENAMETOOLONG, errno.ELOOP)
# Disks that are full, read-only or broken, and limits on files, wherever they show.
_OF_THE_MACHINE = {
    *(errno.ENOSPC, errno.EROFS, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE),
    *(getattr(errno, name) for name in ("EDQUOT", "ESTALE") if hasattr(errno, name)),
}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    with guarded() as out:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        if code == 0 and out.lost is not None:
            if out.unread:
                code = 141  # 128 + SIGPIPE, as shells report it
            else:
                reason = getattr(out.lost, "strerror", None) or out.lost
                complain(f"stdout cannot be written, and the result is lost: {reason}")
                code = 4
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; whatever went wrong is on stderr."""
    _end_cleanly_when_told_to()
    try:
        return _ended(app(args=arguments, prog_name="cppnvid", standalone_mode=False))
    except CppnvidError as error:
        complain(error)
        return error.exit_code
    except UsageError as error:
        complain(in_our_words(error))
        return 2
    except SystemExit as end:
        return _ended(end.code)
    except KeyboardInterrupt:
        return _ended(130)
    except (OSError, MemoryError) as error:
        return _failed(error)
    except Exception:  # noqa: BLE001 - the end of the line: whatever is left is a defect of ours
        return _own_up()


def _ended(code: object) -> int:
    """Return an exit code, and say where it is a signal's."""
    if code in (129, 130, 143, 149):
        complain(f"{'interrupted' if code == 130 else 'stopped'}: no broken file was left")
    return code if isinstance(code, int) else 0


def _failed(error: OSError | MemoryError) -> int:
    """Say what the system refused, and return the exit code."""
    if isinstance(error, MemoryError) or error.errno == errno.ENOMEM:
        complain("there is not enough memory: choose a smaller size, or fewer threads")
        return 3
    if error.errno in _NAMED_BY_USER and error.filename is not None:
        complain(f"{error.filename}: {error.strerror}")
        return 2
    if error.errno in _OF_THE_MACHINE:
        complain(": ".join(str(part) for part in (error.filename, error.strerror) if part))
        return 4
    # Python looked in vain for a folder for temporary files, and would name it here.
    if isinstance(error, FileNotFoundError) and error.filename is None and not tempfile.tempdir:
        complain("no folder for temporary files can be written: name one in TMPDIR")
        return 4
    return _own_up()


def _own_up() -> int:
    traceback.print_exc()
    complain("this is a defect of cppnvid: please report it with the lines above")
    return 1


def _end_cleanly_when_told_to() -> None:
    """Turn a request to end into an exception, so that temporary files and children go too.

    A signal that is ignored stays ignored: `nohup` asks for that.
    """
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP, and alone Ctrl-Break
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
