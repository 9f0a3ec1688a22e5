"""Whatever is done to a file, a reader gives flows or one clear refusal; never a crash of another kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.errors import HansaError
from hansa.trade.readers import READERS

SAMPLES = Path(__file__).parents[3] / "samples"
CASES = {
    "baci": "BACI_HS17_Y2020_V202301.csv",
    "comext": "full_v2_202352.csv",
    "comtrade": "api.json",
    "customs": "DATTSVT.csv",
    "flat": "my.csv",
    "sdmx": "trade.csv",
}
WORDS = [
    ",",
    ";",
    '"',
    "\n",
    "\r",
    "\0",
    "-5",
    "nan",
    "1e999",
    "World",
    "TOTAL",
    "=1+1",
    "{",
    "null",
    "9" * 30,
    "#",
    "'",
    "\t",
]
DIRT = st.sampled_from(WORDS).map(str.encode) | st.binary(max_size=3)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 20), DIRT), min_size=1, max_size=5)


@pytest.mark.parametrize("name", sorted(CASES))
@settings(max_examples=25, deadline=None)
@given(edits=EDITS)
def test_a_spoilt_file_is_read_or_refused(tmp_path_factory, name, edits):
    spoilt = (SAMPLES / name / CASES[name]).read_bytes()
    for place, cut, dirt in edits:
        at = int(place * len(spoilt))
        spoilt = spoilt[:at] + dirt + spoilt[at + cut :]
    path = tmp_path_factory.mktemp("dirt") / CASES[name]
    path.write_bytes(spoilt)
    further = {"column_map": SAMPLES / name / "map.toml"} if name == "sdmx" else {}
    try:
        flows = READERS[name](path, **further)
    except HansaError:
        return
    assert not flows.problems()
