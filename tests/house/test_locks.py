"""The lock files and what the code imports."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT, modules, rooms, settings

_LOCKS = ("build", "bench", "run", "dev")
# Packages that are part of a declared one's own interface, and come with it.
_PARTS = {"pydantic", "pydantic-core", "multidict", "yarl"}


def _locked(kind: str) -> dict[str, tuple[str, int]]:
    """Return version and number of hashes by package."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in (ROOT / "requirements" / f"{kind}.txt").read_text("utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", line):
            name = canonicalize_name(match[1])
            found[name] = (match[2], 0)
        elif line.strip().startswith("--hash=sha256:"):
            version, hashes = found[name]
            found[name] = (version, hashes + 1)
    return found


@pytest.mark.parametrize("kind", _LOCKS)
def test_every_locked_package_has_hashes(kind: str) -> None:
    locked = _locked(kind)
    assert locked
    assert [name for name, (_, hashes) in locked.items() if not hashes] == []


@pytest.mark.parametrize("name", ["psycopg-binary", "cryptography", "pydantic-core", "orjson"])
def test_a_compiled_package_has_the_hashes_of_many_platforms(name: str) -> None:
    assert _locked("run")[name][1] > 20


@pytest.mark.parametrize("kind", _LOCKS)
def test_a_lock_names_no_place_to_fetch_from(kind: str) -> None:
    text = (ROOT / "requirements" / f"{kind}.txt").read_text("utf-8")
    words = ("://", "--index", "--extra-index", "--trusted-host", "--find-links", "-f ", " @ ")
    assert [word for word in words if word in text] == []
    assert re.search(r"(?m)^\s*#.*\s/\w", text) is None


def test_tests_run_on_the_versions_the_service_runs_on() -> None:
    dev = _locked("dev")
    other = {name for name, pin in _locked("run").items() if dev.get(name) != pin}
    assert other == set()


def test_the_locks_follow_the_declared_dependencies() -> None:
    project = settings()["project"]
    declared = {
        "run": project["dependencies"],
        "dev": project["optional-dependencies"]["dev"],
    }
    wrong = []
    for kind, lines in declared.items():
        locked = _locked(kind)
        for requirement in map(Requirement, lines):
            version, _ = locked.get(canonicalize_name(requirement.name), ("0", 0))
            if not requirement.specifier.contains(version):
                wrong.append(f"{requirement} is {version} in {kind}.txt: run `make lock`")
    assert wrong == []


def test_what_the_product_imports_is_declared() -> None:
    lines = settings()["project"]["dependencies"]
    declared = {str(canonicalize_name(Requirement(line).name)) for line in lines} | _PARTS
    known = packages_distributions()
    undeclared = set()
    for name, _, tree in modules(with_tests=False):
        for node in ast.walk(tree):
            tops = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                tops = [node.module or ""]
            for top in {imported.split(".", 1)[0] for imported in tops}:
                owners = {str(canonicalize_name(owner)) for owner in known.get(top, [top])}
                if top not in sys.stdlib_module_names and top not in rooms():
                    undeclared |= set() if owners & declared else {f"{name}: {top}"}
    assert undeclared == set()
