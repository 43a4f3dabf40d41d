"""The exceptions cppnvid raises on purpose, each with the exit code the command line ends with.

    CppnvidError
    ├── RecipeError              2   the request: bad YAML, unknown key, impossible value
    │   └── NoRecipe                 a file that is whole, and holds no recipe of ours
    ├── BackendError             3   the machine cannot: backend, device, memory
    │   └── BackendUnavailable       asked for by name and not usable here
    └── EncodeError              4   ffmpeg or the disk failed

Anything else that escapes is a defect of ours: exit code 1, with its traceback.
"""


class CppnvidError(Exception):
    """Base of every error a user can meet; the message holds the facts and the way out."""

    exit_code = 1


class RecipeError(CppnvidError):
    """The request cannot be met: names the key or option, what was given, what is right."""

    exit_code = 2


class NoRecipe(RecipeError):  # noqa: N818 - reads as a state, as BackendUnavailable does
    """A file or folder was not made by cppnvid, or a platform took the recipe out of it."""


class BackendError(CppnvidError):
    """The machine cannot draw this: names the backend and what was missing."""

    exit_code = 3


class BackendUnavailable(BackendError):  # noqa: N818 - reads as a state in messages and in design.md
    """A backend or encoder asked for by name is not usable here: says why, and what is."""


class EncodeError(CppnvidError):
    """Writing the file failed: carries ffmpeg's exit code and last words, or the disk's."""

    exit_code = 4
