"""The size and the names of modules and functions."""

import ast
import re
import sys

from tests.house.tree import modules, texts

_MOST_MODULE_LINES = 400
_MOST_FUNCTION_LINES = 60
_EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
_MAY_PRINT = {"__main__", "command_line"}


# A migration is a list of statements, written once and never changed: splitting it helps nobody.
_HISTORY = "storage/migrations/versions/"


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    too_long = {
        name: source.count("\n")
        for name, source, _ in modules()
        if source.count("\n") > _MOST_MODULE_LINES and not name.startswith(_HISTORY)
    }
    assert too_long == {}


def test_no_function_is_longer_than_sixty_lines() -> None:
    too_long = {}
    for name, _, tree in modules():
        if name.startswith(_HISTORY):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > _MOST_FUNCTION_LINES:
                    too_long[f"{name}:{node.lineno} {node.name}"] = lines
    assert too_long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = [
        name
        for name, _, _ in modules()
        if any(part.strip("_") in _EMPTY_NAMES for part in name.removesuffix(".py").split("/"))
    ]
    assert empty == []


def test_only_command_lines_print() -> None:
    printing = [
        f"{name}:{node.lineno}"
        for name, _, tree in modules()
        if not _MAY_PRINT & set(name.removesuffix(".py").split("/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert printing == []


def test_domain_imports_the_standard_library_only() -> None:
    strangers = []
    for name, _, tree in modules(with_tests=False):
        if not name.startswith("domain/"):
            continue
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            tops = {imported.split(".", 1)[0] for imported in names}
            strangers += [f"{name}: {top}" for top in tops - sys.stdlib_module_names - {"domain"}]
    assert strangers == []


def test_no_file_speaks_of_a_place_outside_the_project() -> None:
    # Folders of one machine or person; Debian's own (/usr, /etc, /var …) are for everybody.
    outside = re.compile(r"(?<![\w./}:])/(?:home|root|work|opt|mnt|Users)/\w")
    named = [
        f"{name}:{number}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if outside.search(line)
    ]
    assert named == []


def test_no_file_names_the_host_of_a_package_registry() -> None:
    registry = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:com|org)|deb\.debian\.org")
    named = [name for name, text in texts() if registry.search(text)]
    assert named == []
