"""What is public is small, explained and shown by an example."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from types import ModuleType

import pytest

import hansa
from tests.house import tree

MOST_VERBS = 10


def _names_of_modules() -> list[str]:
    names = [tree.short(path).removesuffix(".py").replace("/", ".") for path in tree.modules()]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def _loaded(name: str) -> ModuleType | None:
    """A module, or None where it does not load (for which a test below fails)."""
    try:
        return importlib.import_module(name)
    except Exception:
        return None


def _classes() -> list[type]:
    found = {}
    for name in _names_of_modules():
        for thing in vars(_loaded(name) or object).values():
            if inspect.isclass(thing) and thing.__module__ == name and not thing.__name__.startswith("_"):
                found[f"{name}.{thing.__name__}"] = thing
    return list(found.values())


@pytest.mark.parametrize("name", _names_of_modules())
def test_every_module_loads(name: str):
    importlib.import_module(name)


@pytest.mark.parametrize("kind", _classes(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_type_has_few_verbs(kind: type):
    fields = {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()
    verbs = sorted(
        name for name in vars(kind) if not name.startswith("_") and name not in fields and callable(getattr(kind, name))
    )
    assert len(verbs) <= MOST_VERBS, f"{len(verbs)} verbs: {verbs}"


@pytest.mark.parametrize("kind", _classes(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_dataclass_is_frozen(kind: type):
    if dataclasses.is_dataclass(kind):
        assert kind.__dataclass_params__.frozen


@pytest.mark.parametrize("kind", _classes(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_nothing_of_ours_inherits_from_ours_but_errors(kind: type):
    parents = [parent for parent in kind.__mro__[1:] if parent.__module__.startswith("hansa")]
    assert not parents or issubclass(kind, Exception), f"inherits from {parents}"


@pytest.mark.parametrize("name", sorted(getattr(hansa, "__all__", ())))
def test_a_public_name_is_explained_with_an_example(name: str):
    thing = getattr(hansa, name)
    if not (inspect.isclass(thing) or inspect.isroutine(thing)):
        return
    text = inspect.getdoc(thing) or ""
    assert text, f"hansa.{name} has no docstring"
    assert ">>>" in text or (inspect.isclass(thing) and issubclass(thing, Exception)), f"hansa.{name} shows no example"


def test_the_front_door_is_small():
    names = getattr(hansa, "__all__", ())
    assert 10 <= len(names) <= 30, sorted(names)
    assert set(names) <= set(dir(hansa))
