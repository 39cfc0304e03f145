"""Finds the app that the operator named, and says what is wrong when there is none."""

from __future__ import annotations

import ast
import difflib
import functools
import importlib
import inspect
import os
import sys
from types import ModuleType
from typing import Any

from .report import format_load_error

# Exit codes, see EXIT in lib/errors.ts.
WORKER_BOOT = 3
APP_LOAD = 4

DEFAULT_NAMES = ("application", "app")


class AppLoadError(Exception):
    """The app cannot be served; the message is for the operator."""

    def __init__(self, message: str, exit_code: int = APP_LOAD) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def load_app(boot: dict[str, Any]) -> tuple[Any, str]:
    """Imports the app.

    Returns the callable and its interface, "wsgi" or "asgi"; raises AppLoadError if there is no
    such app or it fails.
    """
    spec: str = boot["app"]
    _enter_folder(boot)
    module_name, _, expression = spec.partition(":")
    module = _import_module(spec, module_name)
    app = _find_object(spec, module, expression)
    if not callable(app):
        raise AppLoadError(
            f'Cannot load app "{spec}": it is {_describe(app)}, and should be a callable'
        )
    interface = boot["interface"]
    return app, find_interface(app, spec) if interface == "auto" else interface


def find_interface(app: Any, spec: str) -> str:
    """Tells "wsgi" from "asgi" by what the callable is and how many arguments it takes."""
    target = _unwrap(app)
    if inspect.iscoroutinefunction(target):
        return "asgi"
    required, possible = _count_arguments(target)
    if required <= 2 <= possible:
        return "wsgi"  # also when any number would do: gunicorn's default
    if required <= 3 <= possible:
        return "asgi"
    if required == possible == 1:
        raise AppLoadError(
            f'Cannot load app "{spec}": it takes one argument like an ASGI 2 app; '
            "wrap it with asgiref.compatibility.guarantee_single_callable"
        )
    raise AppLoadError(
        f'Cannot tell whether "{spec}" is a WSGI or an ASGI app: {_describe(app)} takes neither '
        "(environ, start_response) nor (scope, receive, send); say which with --interface"
    )


def _enter_folder(boot: dict[str, Any]) -> None:
    folder = boot["chdir"]
    try:
        os.chdir(folder)
    except OSError as error:
        raise AppLoadError(f'Cannot change to directory "{folder}": {error.strerror}') from None
    if sys.path[:1] == [""]:  # what `python -c` puts there
        del sys.path[0]
    sys.path[:0] = [*boot["pythonpath"], os.getcwd()]


def _unwrap(app: Any) -> Any:
    """The function that is called in the end."""
    while isinstance(app, functools.partial) and not app.args and not app.keywords:
        app = app.func
    if inspect.isroutine(app) or inspect.isclass(app) or isinstance(app, functools.partial):
        if isinstance(app, functools.partial) and inspect.iscoroutinefunction(_innermost(app)):
            return _innermost(app)
        return app
    return app.__call__


def _innermost(app: Any) -> Any:
    while isinstance(app, functools.partial):
        app = app.func
    if inspect.isroutine(app) or inspect.isclass(app):
        return app
    return app.__call__


def _count_arguments(target: Any) -> tuple[int, float]:
    """How many positional arguments are required and possible."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return 0, float("inf")
    positional = [
        each
        for each in parameters
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    required = sum(each.default is each.empty for each in positional)
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return required, float("inf")
    return required, len(positional)


def _import_module(spec: str, name: str) -> ModuleType:
    if "/" in name or name.endswith(".py") or not all(name.split(".")):
        raise AppLoadError(f'Cannot load app "{spec}": {_explain_name(name)}')
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise AppLoadError(f'Cannot load app "{spec}": {_explain_missing(name)}') from None
        raise _app_failed(spec, error) from None
    except BaseException as error:
        raise _app_failed(spec, error) from None


def _app_failed(spec: str, error: BaseException) -> AppLoadError:
    if isinstance(error, SystemExit):
        reason = f"it called sys.exit({error.code!r}) while it was loaded\n"
    else:
        reason = "it raised an error while it was loaded\n"
    return AppLoadError(
        f'Cannot load app "{spec}": {reason}{format_load_error(error)}', WORKER_BOOT
    )


def _explain_name(name: str) -> str:
    path = name[:-3] if name.endswith(".py") else name
    dotted = ".".join(part for part in path.replace("/", ".").split(".") if part)
    advice = f', perhaps "{dotted}"' if dotted else ""
    return f'"{name}" should be the name of a module{advice}'


def _explain_missing(name: str) -> str:
    """Why there is no module of that name, with the most likely remedy."""
    here = os.getcwd()
    reason = f'there is no module "{name}" in {here} or on the Python path'
    first = name.split(".")[0]
    near = difflib.get_close_matches(first, _modules_in(here), n=1)
    if near and near[0] != first:
        return f'{reason}; did you mean "{near[0]}{name[len(first) :]}"?'
    for folder in _folders_in(here):
        if first in _modules_in(os.path.join(here, folder)):
            return f'{reason}, but there is one in {folder}/: use "--chdir {folder}"'
    return reason


def _modules_in(folder: str) -> list[str]:
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        return []
    files = [entry[:-3] for entry in entries if entry.endswith(".py")]
    return files + [entry for entry in entries if os.path.isdir(os.path.join(folder, entry))]


def _folders_in(folder: str) -> list[str]:
    return [
        entry.name
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name)
        if entry.is_dir() and not entry.name.startswith((".", "__"))
    ]


def _find_object(spec: str, module: ModuleType, expression: str) -> Any:
    if not expression:
        for name in DEFAULT_NAMES:
            if hasattr(module, name):
                return getattr(module, name)
        raise AppLoadError(
            f'Cannot load app "{spec}": {_place(module)} has neither "application" nor "app"'
        )
    path, call = _parse_expression(spec, expression)
    found: Any = module
    for name in path:
        try:
            found = getattr(found, name)
        except AttributeError:
            raise AppLoadError(
                f'Cannot load app "{spec}": {_explain_attribute(found, name)}'
            ) from None
    return found if call is None else _call_factory(spec, found, call)


def _parse_expression(spec: str, expression: str) -> tuple[list[str], ast.Call | None]:
    """Splits `name.name(args)` into names and call."""
    wrong = AppLoadError(
        f'Cannot load app "{spec}": "{expression}" should be a name, '
        "or a call with literal arguments"
    )
    try:
        node: ast.AST = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        raise wrong from None
    call = node if isinstance(node, ast.Call) else None
    if call is not None:
        node = call.func
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise wrong
    return [node.id, *path], call


def _call_factory(spec: str, factory: Any, call: ast.Call) -> Any:
    try:
        args = [ast.literal_eval(arg) for arg in call.args]
        keywords = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    except ValueError:
        raise AppLoadError(
            f'Cannot load app "{spec}": the arguments of a factory must be literals'
        ) from None
    if not callable(factory):
        raise AppLoadError(
            f'Cannot load app "{spec}": {_describe(factory)} is not a function that can be called'
        )
    try:
        return factory(*args, **keywords)
    except BaseException as error:
        raise _app_failed(spec, error) from None


def _explain_attribute(owner: Any, name: str) -> str:
    reason = f'{_place(owner)} has no "{name}"'
    near = difflib.get_close_matches(name, [each for each in dir(owner) if each[:2] != "__"], n=1)
    return f'{reason}; did you mean "{near[0]}"?' if near else reason


def _place(owner: Any) -> str:
    if isinstance(owner, ModuleType):
        file = getattr(owner, "__file__", None)
        return f'module "{owner.__name__}"' + (f" ({file})" if file else "")
    return _describe(owner)


def _describe(value: Any) -> str:
    if inspect.isroutine(value) or inspect.isclass(value):
        return f"{value.__module__}.{value.__qualname__}"
    return f"an object of type {type(value).__name__}"
