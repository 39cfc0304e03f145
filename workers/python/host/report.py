"""Texts about errors of the app, made for the person who reads the log."""

from __future__ import annotations

import importlib
import traceback
from types import TracebackType

# A recursion error of a template can be megabytes long; its ends say enough.
MAX_REPORT = 32_768


class ProtocolError(RuntimeError):
    """The app broke a rule of WSGI or ASGI; the message names the rule."""


def format_error(error: BaseException) -> str:
    """The traceback as Python prints it, without the frames of this host and of imports."""
    _drop_own_frames(error, set())
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__)).rstrip()
    if len(text) > MAX_REPORT:
        half = MAX_REPORT // 2
        text = f"{text[:half]}\n  … {len(text) - MAX_REPORT} characters left out …\n{text[-half:]}"
    return text


def format_load_error(error: BaseException) -> str:
    """Says where an app failed to load; a syntax error is one place, not a stack."""
    if isinstance(error, SyntaxError) and error.filename:
        line = f"\n    {error.text.strip()}" if error.text else ""
        return f"{type(error).__name__} in {error.filename}:{error.lineno}: {error.msg}{line}"
    return format_error(error)


def comes_from(error: BaseException | None, kinds: tuple[type[BaseException], ...]) -> bool:
    """True if an error is, or comes from, one of `kinds`; frameworks wrap what they pass on."""
    seen: set[int] = set()  # `raise … from …` can make a circle
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, kinds):
            return True
        inner = getattr(error, "exceptions", ())  # of an exception group
        if inner and all(comes_from(each, kinds) for each in inner):
            return True
        error = error.__cause__ or error.__context__
    return False


def _drop_own_frames(error: BaseException | None, seen: set[int]) -> None:
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = _without_own(error.__traceback__)
        _drop_own_frames(error.__context__, seen)
        error = error.__cause__


def _without_own(trace: TracebackType | None) -> TracebackType | None:
    kept = []
    while trace is not None:
        if not _is_own(trace.tb_frame.f_code.co_filename):
            kept.append(trace)
        trace = trace.tb_next
    following = None
    for trace in reversed(kept):
        following = TracebackType(following, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
    return following


def _is_own(filename: str) -> bool:
    return (
        filename.startswith(("monoceros_host/", "<frozen importlib", "<string>"))
        or filename == importlib.__file__
    )
