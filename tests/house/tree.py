"""The house as files: its rooms, its modules, its texts."""

import ast
import gc
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent

# What git does not hold, and what tools leave behind.
_NOT_OURS = {"__pycache__", "var", "dist", "build", "node_modules"}
_TEXTS = {
    *(".py", ".md", ".toml", ".txt", ".in", ".csv", ".html", ".css", ".js", ".json", ".svg"),
    *(".yaml", ".yml", ".mako", ".example", ".sql", ".sh", ""),
}
_BESIDE_ROOMS = {"tests"}


def settings() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def rooms() -> list[str]:
    """Return the top-level packages that make up the product, sorted."""
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    return sorted(found - _BESIDE_ROOMS)


def files() -> Iterator[Path]:
    """Walk over the project's files, without git's and the tools' own."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name != ".ci"
            if path.is_dir() and not hidden and path.name not in _NOT_OURS:
                folders.append(path)
            elif path.is_file() and (not hidden or path.name in {".env.example", ".gitignore"}):
                yield path


def texts() -> Iterator[tuple[str, str]]:
    """Walk over the project's text files: name from the root, content."""
    for path in files():
        if path.suffix in _TEXTS:
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def modules(*, with_tests: bool = True) -> Iterator[tuple[str, str, ast.Module]]:
    """Walk over the Python modules: name from the root, source, syntax tree (not to be changed)."""
    for beside in (False, True) if with_tests else (False,):
        yield from _modules(beside)


@cache
def _modules(beside: bool) -> tuple[tuple[str, str, ast.Module], ...]:
    # Read once for all tests of a session: they take no part in changing the house. Trees are
    # millions of objects, which the garbage collector is spared for the rest of the session.
    named = [
        (name, source)
        for name, source in texts()
        if name.endswith(".py") and (name.split("/", 1)[0] in _BESIDE_ROOMS) == beside
    ]
    gc.disable()
    try:
        return tuple((name, source, ast.parse(source)) for name, source in named)
    finally:
        gc.freeze()
        gc.enable()
