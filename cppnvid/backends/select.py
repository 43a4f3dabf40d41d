"""How a backend is chosen.

A backend asked for by name works or raises. Only `auto` chooses, and it reports what it chose and
why not the others; and goes on to the next where its choice fails before anything was drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from cppnvid.backends.machine import BACKENDS, by_numpy, report, until_halide_draws
from cppnvid.backends.protocol import Backend, Job
from cppnvid.backends.sparse import SHARE, interpolates
from cppnvid.backends.until_drawn import UntilDrawn
from cppnvid.callbacks import Note, silent
from cppnvid.errors import BackendError, BackendUnavailable, Message, RecipeError
from cppnvid.recipe import unknown


def choose(name: str | Backend = "auto", job: Job = Job(), note: Note = silent) -> Backend:
    """Return the backend with this name, or the backend itself.

    Args:
        name: `auto` (the best usable here for this job), `cuda`, `gpu`, `gpu:1` (its second
            adapter), `cpu`, `torch` (its best device), `torch:cpu`, `torch:cuda`, `torch:cuda:1`,
            `torch:mps`, or `numpy`; or a backend.
        job: what is to be drawn.
        note: called with what `auto` chose and why not the others, and what is slow though it was
            asked for.

    Raises:
        RecipeError: no backend has this name.
        BackendUnavailable: the backend exists and is not usable here, or not for this scene or
            pixel format.
    """
    if not isinstance(name, str):
        return name
    if name in ("auto", "torch"):
        return _best(name, job, note)
    kind = _kind_of(name)
    if kind is None:
        words = unknown("backend", name, ("auto", "torch", *BACKENDS))
        raise RecipeError("{words}", key="backend", given=name, words=words)
    usable, detail = BACKENDS[kind].probe()
    if usable and job.moment is not None:
        reason = BACKENDS[kind].declines(job.moment)
        usable, detail = reason is None, reason or detail
    if not usable:
        others = ", ".join(row.name for row in report() if row.usable and row.name != kind)
        raise BackendUnavailable(f"backend {name} is not usable here: {detail}. Usable: {others}")
    if name != kind:
        _check_index(name, kind)
    made = BACKENDS[kind].make(name, job.threads)
    lacking = _lacks(made, job)
    if lacking is not None:
        others = ", ".join(
            row.name
            for row in report()
            if row.usable and not _lacks(BACKENDS[row.name].make(row.name, job.threads), job)
        )
        raise BackendUnavailable(f"backend {name} {lacking}. Usable: {others}")
    slow = BACKENDS[kind].only_by_name(name)
    if slow is not None:
        note(f"drawing with {name}: {slow}")
    return made


def _best(name: str, job: Job, note: Note) -> Backend:
    """Return the first that is usable; `auto` says why not those before it, if they might be."""
    if name == "auto" and job.moment is not None and job.points is not None:
        share = SHARE if job.raster is not None and interpolates(job.raster) else 1.0
        drawing = share * by_numpy(job.moment, job.points)
        if drawing <= until_halide_draws(job.moment, job):
            note(f"drawing with numpy, as the job is small ({drawing:.1f} s)")
            return BACKENDS["numpy"].make("numpy", job.threads)
    passed: list[tuple[str, str]] = []
    usable = _usable(name, job, passed)
    made = next(usable, None)
    if made is None:
        raise BackendUnavailable("no backend is usable here: {why}", why=_reasons(passed))
    if name == "torch":
        return made[0]

    def go_on(error: BackendError) -> Backend:
        passed.clear()
        following = next(usable, None)
        if following is None:
            raise error
        note(Message("{why}; {taken}", why=error.why, taken=_taken(*following, passed)))
        return following[0]

    note(_taken(*made, passed))
    return UntilDrawn(made[0], go_on)


def _usable(name: str, job: Job, passed: list[tuple[str, str]]) -> Iterator[tuple[Backend, str]]:
    """Yield what can do the job with what it draws on, best first; say why not the rest."""
    for kind, row in BACKENDS.items():
        if not kind.startswith("torch:") if name == "torch" else not row.could_be_here():
            continue
        usable, detail = row.probe()
        why_not = None if usable else detail
        if why_not is None and name == "auto":
            why_not = row.only_by_name(kind)
        if why_not is None and job.moment is not None:
            why_not = row.declines(job.moment) or row.does_not_pay(job.moment, job)
        if why_not is None:
            try:
                made = row.make(kind, job.threads)
            except BackendUnavailable as error:  # usable when it was probed, and no longer
                why_not = error.why
            else:
                why_not = _lacks(made, job)
        if why_not is None:
            yield made, detail
        else:
            passed.append((kind, why_not))


def _taken(made: Backend, detail: str, passed: list[tuple[str, str]]) -> Message:
    """Return what `auto` says of its choice."""
    taken = f"drawing with {made.name} ({detail})"
    if not passed:
        return Message("{taken}", taken=taken)
    return Message("{taken}; not with {why}", taken=taken, why=_reasons(passed))


def _reasons(passed: list[tuple[str, str]]) -> str:
    """Return why each was passed over, neighbours with the same reason in one."""
    return "; ".join(
        f"{', '.join(kind for kind, _ in kinds)}: {why}"
        for why, kinds in groupby(passed, key=itemgetter(1))
    )


def _lacks(backend: Backend, job: Job) -> str | None:
    """Return that a backend does not draw the job's pixel format, or None."""
    if job.pixel_format in backend.pixel_formats:
        return None
    if job.pixel_format == "rgb48":
        return "supports only 8 bits per channel"
    return f"does not support {job.pixel_format}"


def _kind_of(name: str) -> str | None:
    """Return the row of a name, which may have the number of a device at its end, or None."""
    if name in BACKENDS:
        return name
    kind, _, _ = name.rpartition(":")
    return kind if kind in BACKENDS and BACKENDS[kind].devices is not None else None


def _check_index(name: str, kind: str) -> None:
    listed = BACKENDS[kind].devices
    devices, index = listed() if listed else [], name.removeprefix(f"{kind}:")
    if not index.isdecimal() or int(index) >= len(devices):
        there = ", ".join(f"{kind}:{number} is {each}" for number, each in enumerate(devices))
        raise BackendUnavailable(f"this machine has no backend {name}; {there}")
