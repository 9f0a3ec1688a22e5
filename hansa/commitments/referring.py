"""What a file names that is not there, told together with what cannot be read in it: one round of mending, not two."""

from __future__ import annotations

from collections.abc import Collection

from hansa.commitments.checks import (
    Problem,
    dangling_id,
    name_of,
    problems,
    target_indicator,
    unknown_product,
    unknown_region,
)
from hansa.commitments.concern import NAMING, references
from hansa.commitments.fields import NESTED
from hansa.commitments.readers.assemble import Unreadable
from hansa.commitments.records import KINDS, Party
from hansa.commitments.register import Register
from hansa.regions.lists import Lists

# What a row says of others, and what can be told of it although other rows cannot be read.
REFERRING = tuple(map(name_of, (dangling_id, unknown_region, unknown_product, target_indicator)))


def with_references(
    wrong: Unreadable,
    register: Register,
    *,
    lists: Lists | None = None,
    indicators: bool = True,
    products: Collection[str] | None = None,
) -> Unreadable:
    """The same refusal, with every record, region, product and indicator that the readable rows name and nobody knows.

    What may be one of the rows that cannot be read is not called unknown.

    Parameters
    ----------
    register : what the file is read into, whose records its rows may name.
    lists, indicators, products : as of `hansa.commitments.checks.problems`.

    >>> from hansa.commitments.records import Barrier
    >>> queue = Barrier("queue", "Queue", "BLR", "KAZ", owner="customs")
    >>> wrong = Unreadable(["barrier.csv, line 3: ..."], (queue,), {"queue": "barrier.csv, line 2"}, ("queue",))
    >>> with_references(wrong, Register(())).faults[1]
    "barrier.csv, line 2, column 'owner': no record has the id 'customs'."
    """
    after = Register(register.changed(wrong.records).records, places=wrong.places)
    read = {record.id for record in wrong.records}
    found = problems(after, lists=lists, indicators=indicators, products=products, only=read, mild=False)
    told = [_told(one) for one in found if one.check in REFERRING and not _may_be_there(one, after, wrong)]
    return Unreadable((*wrong.faults, *told), wrong.records, wrong.places, wrong.ids, wrong.blind)


def _told(problem: Problem) -> str:
    """A problem as what cannot be read is told: file, line and column first."""
    field = problem.field.split(" ")
    column = field[-1] if field[0] in NESTED and len(field) > 2 else field[0]
    message = problem.message if problem.message.endswith(".") else f"{problem.message}."
    return f"{problem.where or problem.record}, column {column!r}: {message}"


def _may_be_there(problem: Problem, register: Register, wrong: Unreadable) -> bool:
    """Whether a record that is named may be one of those that cannot be read."""
    if problem.check != REFERRING[0]:
        return False
    record = register[problem.record]
    for field, key in references(record):
        if field != problem.field or not problem.message.startswith(f"no record has the id {key!r}"):
            continue
        kinds = NAMING.get((type(record), field), (Party,))
        lost = [kind for kind, type_of in KINDS.items() if kind in wrong.blind and (not kinds or type_of in kinds)]
        return key in wrong.ids or bool(lost)
    return False
