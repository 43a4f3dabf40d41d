"""A run divides its processors between drawing and encoding."""

import pytest

from cppnvid import RecipeError, Run


@pytest.mark.parametrize(
    ("threads", "drawing", "encoding"), [(1, 1, 1), (2, 1, 1), (3, 2, 1), (8, 4, 4)]
)
def test_threads_are_shared(threads: int, drawing: int, encoding: int) -> None:
    """Each has half, drawing the larger one; both have at least one."""
    run = Run(threads=threads)

    assert (run.drawing, run.encoding) == (drawing, encoding)


def test_without_a_limit_both_use_every_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever is slower gets most of them, because the other waits."""
    monkeypatch.setattr("os.cpu_count", lambda: 6)

    assert (Run().drawing, Run().encoding) == (None, 6)


def test_fewer_than_one_thread_is_refused() -> None:
    """The error names the argument and what it may be."""
    with pytest.raises(RecipeError) as caught:
        Run(threads=0)

    assert (caught.value.key, caught.value.given, caught.value.allowed) == (
        "threads",
        0,
        "at least 1",
    )
