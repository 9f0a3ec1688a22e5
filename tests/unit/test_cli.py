"""How options are read, and how lines are laid out on the screen."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from hansa.cli import options, terminal
from hansa.cli.importing import _name, readers
from hansa.errors import DataError, UnknownCode


def asked(
    flows: object,
    *,
    number: float = 1.0,
    count: int = 3,
    maybe: int | None = None,
    level: str | int | None = None,
    flag: bool = False,
    text: str = "all",
    codes: str | Iterable[Any] = (),
    more: Sequence[str] = (),
    anything: Any = None,
    figure: Any = 1.0,
    limits: tuple[float, float] = (0.4, 0.5),
) -> None:
    """Every kind of parameter that the catalogue and the readers have."""


def typed(**texts: str) -> dict[str, Any]:
    return options.typed("asked", list(inspect.signature(asked).parameters.values())[1:], options.hints(asked), texts)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ({"number": "0.5"}, 0.5),
        ({"number": "2"}, 2.0),
        ({"count": "19"}, 19),
        ({"maybe": "4"}, 4),
        ({"level": "6"}, "6"),
        ({"flag": "Yes"}, True),
        ({"flag": "off"}, False),
        ({"text": "a,b"}, "a,b"),
        ({"codes": "A"}, "A"),
        ({"codes": "A, B"}, ["A", "B"]),
        ({"more": "A,B"}, ["A", "B"]),
        ({"anything": "2022"}, "2022"),
        ({"anything": "A,B"}, ["A", "B"]),
        ({"figure": "2.5"}, 2.5),
        ({"limits": "0.4,1"}, (0.4, 1.0)),
    ],
)
def test_a_text_becomes_what_is_declared(texts: dict[str, str], wanted: object):
    (found,) = typed(**texts).values()
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"number": "much"}, "Parameter 'number' must be a number, not 'much'."),
        ({"count": "1.5"}, "Parameter 'count' must be a whole number, not '1.5'."),
        ({"flag": "perhaps"}, "Parameter 'flag' must be true or false, not 'perhaps'."),
        ({"limits": "0.4,x"}, "Parameter 'limits' must be a number, not 'x'."),
    ],
)
def test_a_text_that_is_not_what_is_declared(texts: dict[str, str], message: str):
    with pytest.raises(DataError) as refused:
        typed(**texts)
    assert str(refused.value) == message


def test_a_parameter_that_is_not_there():
    with pytest.raises(
        UnknownCode, match="'cuont' is no known parameter of 'asked'. Nearest known: 'count'. It has: number"
    ):
        typed(cuont="1")
    with pytest.raises(UnknownCode, match="It has: none."):
        options.typed("nothing", [], {}, {"x": "1"})


def test_parameters_by_name():
    assert options.by_name(["a=1", "some-name=x=y", "a=2"]) == {"a": "1,2", "some_name": "x=y"}
    for text in ("a", "=1", " =1"):
        with pytest.raises(DataError, match="names no parameter. Write it as name=value, such as -p threshold=0.5."):
            options.by_name([text])


def test_codes_repeated_or_with_commas():
    assert options.several(None) is None
    assert options.several(["", " "]) is None
    assert options.several(["A"]) == "A"
    assert options.several(["A, B", "C"]) == ["A", "B", "C"]


def test_one_of_a_few():
    assert options.one_of("goods", ("goods", "services"), "--scope") == "goods"
    with pytest.raises(
        UnknownCode, match="'good' is no known value of --scope. Nearest known: 'goods'. It may be goods, serv"
    ):
        options.one_of("good", ("goods", "services"), "--scope")


def test_lines_of_cells_are_wrapped_in_their_last_cell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "40")
    terminal.rows([("  a", "short"), ("  long name", "word " * 12), ("  c", "")])
    assert capsys.readouterr().out.splitlines() == [
        "  a          short",
        "  long name  word word word word word",
        "             word word word word word",
        "             word word",
        "  c",
    ]
    terminal.rows([])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("My Table (2).csv", "my-table-2"),
        ("t.csv.gz", "t"),
        ("внешняя торговля.xlsx", "внешняя-торговля"),
        ("().csv", "flows"),
    ],
)
def test_a_dataset_is_named_after_its_file(tmp_path: Any, file: str, wanted: str):
    assert _name(tmp_path / file) == wanted


def test_every_reader_is_found_with_what_it_reads():
    found = readers()
    assert {"flat", "baci", "comtrade", "comext", "sdmx"} <= set(found)
    assert all(reader.title for reader in found.values())
    assert found["flat"].takes("column_map")
    assert not found["baci"].takes("column_map")
