"""The house keeps the order its design promises: one direction of imports, small files, words on what is public."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent
PACKAGES = ("offboarding", "exports", "retention")
SOURCES = sorted(
    path for package in PACKAGES for path in (BASE_DIR / package).rglob("*.py") if "migrations" not in path.parts
)
TESTS = sorted((BASE_DIR / "tests").rglob("*.py"))
MOST_LINES_PER_FILE = 300
MOST_LINES_PER_FUNCTION = 40
TRAVELS_ALONE = {"exports/verify.py"}
"""Handed to customers as one file that needs nothing beside it, so it may be longer."""
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _name(path: Path) -> str:
    return path.relative_to(BASE_DIR).as_posix()


def _definitions(tree: ast.AST) -> Iterator[Definition]:
    return (node for node in ast.walk(tree) if isinstance(node, Definition))


def _public(tree: ast.Module) -> Iterator[Definition]:
    """The classes and functions a module offers."""
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node


def _pure_modules() -> list[Path]:
    """The modules that the contract in pyproject.toml declares pure: they are the contracts between the parts."""
    contracts = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (pure,) = (contract for contract in contracts if contract.get("forbidden_modules") == ["django"])
    found: list[Path] = []
    for module in pure["source_modules"]:
        path = BASE_DIR / module.replace(".", "/")
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return found


def test_imports_go_one_way_and_pure_modules_know_no_django():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=BASE_DIR, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_importing_the_pure_modules_really_loads_no_django():
    modules = [_name(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__") for path in _pure_modules()]
    code = (
        f"import importlib, sys; [importlib.import_module(m) for m in {modules!r}]; assert 'django' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_verifier_needs_nothing_but_python():
    """A customer runs it on a machine of their own, years later."""
    tree = ast.parse((BASE_DIR / "exports" / "verify.py").read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert imported <= sys.stdlib_module_names


def test_the_verifier_can_be_read_by_an_old_python():
    assert ast.parse((BASE_DIR / "exports" / "verify.py").read_text(), feature_version=(3, 8))


def test_no_file_is_longer_than_one_can_hold_in_mind():
    lengths = {_name(path): len(path.read_text().splitlines()) for path in [*SOURCES, *TESTS]}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES_PER_FILE and name not in TRAVELS_ALONE} == {}


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{_name(path)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in _definitions(ast.parse(path.read_text()))
        if not isinstance(node, ast.ClassDef) and node.end_lineno - node.lineno >= MOST_LINES_PER_FUNCTION
    ]
    assert long == []


def test_modules_are_named_for_what_they_are_about():
    vague = {"utils", "util", "helpers", "helper", "services", "service", "misc", "common", "managers", "tools"}
    assert [_name(path) for path in [*SOURCES, *TESTS] if {path.stem, path.parent.name} & vague] == []


def test_no_class_is_called_manager():
    assert [
        f"{_name(path)} {node.name}"
        for path in SOURCES
        for node in _definitions(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Manager")
    ] == []


@pytest.mark.parametrize("path", _pure_modules(), ids=_name)
def test_what_a_contract_module_offers_is_described(path):
    tree = ast.parse(path.read_text())
    assert path.name == "__init__.py" or ast.get_docstring(tree), "the module says what it is"
    assert [node.name for node in _public(tree) if not ast.get_docstring(node)] == []


def test_every_folder_of_tests_is_a_package():
    """Two test files may have the same name only in packages."""
    assert [_name(path.parent) for path in TESTS if not (path.parent / "__init__.py").is_file()] == []
