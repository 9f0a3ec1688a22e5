"""Classifications: the shipped names, the structure of codes, lists that are read."""

from pathlib import Path

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.products import EDITIONS, classification, cut_codes, edition, read_classification

# Chapters of each section in the WCO's nomenclature.
SECTIONS = {
    "I": (1, 5), "II": (6, 14), "III": (15, 15), "IV": (16, 24), "V": (25, 27), "VI": (28, 38), "VII": (39, 40),
    "VIII": (41, 43), "IX": (44, 46), "X": (47, 49), "XI": (50, 63), "XII": (64, 67), "XIII": (68, 70),
    "XIV": (71, 71),
    "XV": (72, 83), "XVI": (84, 85), "XVII": (86, 89), "XVIII": (90, 92), "XIX": (93, 93), "XX": (94, 96),
    "XXI": (97, 97),
}  # fmt: skip


@pytest.mark.parametrize("key", EDITIONS)
def test_every_entry_has_two_names_a_level_and_a_known_parent(key):
    listed = classification(key)
    for product in listed.products:
        assert product.name
        assert any("а" <= letter <= "я" for letter in product.name_ru.lower()), product
        assert product.level in listed.levels
        assert product.parent is None or listed.find(product.parent).code == product.parent
        assert listed.find(product.code) == product


@pytest.mark.parametrize("key", [key for key in EDITIONS if key.startswith("HS")])
def test_hs_has_97_chapters_in_21_sections(key):
    hs = classification(key)
    found = {}
    for chapter in range(1, 98):
        found.setdefault(hs.parent(f"{chapter:02d}"), []).append(chapter)
    assert {section: (min(chapters), max(chapters)) for section, chapters in found.items()} == SECTIONS
    assert hs.parent("99") is None


@pytest.mark.parametrize(("edition", "divisions"), [(1, 56 + 5), (2, 63 + 6), (3, 67), (4, 67)])
def test_sitc_has_ten_sections_and_its_divisions(edition, divisions):
    """56, 63, 67 and 67 divisions (UN, Statistical Papers M/34).

    In revisions 1 and 2 section 9 has groups only (911, 931 ...); their first two digits are divisions here.
    """
    levels = [product.level for product in classification(f"SITC{edition}").products]
    assert levels.count("section") == 10
    assert levels.count("division") == divisions


def test_bec_4_has_19_basic_categories_with_the_end_use_of_the_manual():
    """UN, Statistical Papers M/53/Rev.4, paragraphs 16-19: three classes; 321, 51 and 7 belong to none alone."""
    bec = classification("BEC4")
    parents = {product.parent for product in bec.products}
    basic = {product.code: product.end_use for product in bec.products if product.code not in parents}
    assert len(basic) == 19
    by_use = {use: {code for code, end in basic.items() if end == use} for use in set(basic.values())}
    assert by_use == {
        "capital": {"41", "521"},
        "intermediate": {"111", "121", "21", "22", "31", "322", "42", "53"},
        "consumption": {"112", "122", "522", "61", "62", "63"},
        "": {"321", "51", "7"},
    }


@pytest.mark.parametrize(
    ("key", "code", "level", "parent"),
    [
        ("HS92", "01", "chapter", "I"), ("HS92", "0101", "heading", "01"), ("HS92", "010111", "subheading", "0101"),
        ("HS22", "87032319", "national line", "870323"), ("HS22", "8703231980", "national line", "870323"),
        ("HS22", "XVII", "section", None), ("H5", "999999", "subheading", "9999"),
        ("HS17", 10111, "subheading", "0101"),
        ("SITC4", "0", "section", None), ("SITC4", "00111", "item", "0011"), ("SITC3", "781", "group", "78"),
        ("S2", "33", "division", "3"), ("BEC4", "321", "basic category", "32"), ("BEC5", "2", "category", None),
    ],
)  # fmt: skip
def test_level_and_parent(key, code, level, parent):
    assert classification(key).level(code) == level
    assert classification(key).parent(code) == parent


@pytest.mark.parametrize(
    ("key", "code", "level", "cut"),
    [
        ("HS22", "8703231980", "subheading", "870323"), ("HS22", "87032319", "heading", "8703"),
        ("HS22", "87", "section", "XVII"),
        ("HS22", "870323", "subheading", "870323"), ("HS22", 1012100, "subheading", "010121"),
        ("SITC4", "78120", "section", "7"),
        ("BEC4", "521", "category", "5"),
    ],
)  # fmt: skip
def test_cut(key, code, level, cut):
    assert classification(key).cut(code, level) == cut


def test_cut_says_what_it_did():
    mapping, notes = cut_codes(classification("HS22"), ["87032319", "8703", "870323"], "heading")
    assert set(mapping.values()) == {"8703"}
    assert notes == ("2 of 3 product codes of HS22 were longer and cut to heading: 87032319 -> 8703, 870323 -> 8703.",)
    assert cut_codes(classification("HS22"), ["8703"], "heading") == ({"8703": "8703"}, ())


@pytest.mark.parametrize(
    ("key", "code", "message"),
    [
        ("HS17", "00", "'00' is no known HS17 product. Check the code"),
        ("HS17", "8703x", "'8703x' is no known HS17 product"),
        ("HS17", "TOTAL", "'TOTAL' is no known HS17 product"),
        ("SITC4", "86", "'86' is no known SITC4 product"),
        ("SITC4", "861", "'861' is no known SITC4 product"),
        ("BEC4", "23", "'23' is no known BEC4 product. Nearest known: "),
        ("BEC4", "9", "'9' is no known BEC4 product"),
        ("HS17", "Arms and ammunition", "It may mean XIX or 93; write the code"),
    ],
)
def test_unknown_products(key, code, message):
    with pytest.raises(UnknownCode, match=message):
        classification(key).find(code)


def test_wrong_level_language_and_key():
    hs = classification("HS17")
    with pytest.raises(
        DataError, match="HS17 has no level 'HS6'; it has section, chapter, heading, subheading, national"
    ):
        hs.cut("870323", "HS6")
    with pytest.raises(DataError, match="'87' is no finer than subheading in HS17"):
        hs.cut("87", "subheading")
    with pytest.raises(DataError, match="no names of products in 'de'"):
        hs.name("87", "de")
    with pytest.raises(UnknownCode, match=r"'HS97' is no known classification. Nearest known: "):
        classification("HS97")


def test_names():
    hs = classification("HS17")
    assert hs.name("27", "ru") == "Минеральное топливо, нефть, электроэнергия"
    assert hs.find("Cereals").code == "10"
    assert hs.find("зерновые").code == "10"
    assert hs.name("870323", "ru") == "870323 (Автомобили и тракторы)"
    assert [product.code for product in hs.inside("XVI")] == ["84", "85"]
    assert "87" in hs
    assert "870323" in hs
    assert "87032319" not in hs
    assert "10111" not in hs


def test_hs92_names_of_a_published_list(hansa_data: Path):
    hs = read_classification(hansa_data / "classifications" / "hs92_names.parquet", "HS92")
    assert hs.notes == ("29 of 6,406 entries are no codes of HS92 and were left out: 0, 1, 2 ....",)
    assert hs.name("010111") == "Live horses, pure-bred"
    assert hs.name("01", "ru") == "Живые животные"
    assert hs.find(10111).parent == "0101"
    assert hs.level("87032319") == "national line"
    with pytest.raises(UnknownCode, match="'010199' is no known HS92 product"):
        hs.find("010199")
    with pytest.raises(UnknownCode, match="'87039911' is no known HS92 product"):
        hs.parent("87039911")


def test_a_list_of_ones_own(tmp_path):
    path = tmp_path / "crops.csv"
    path.write_text("code,name,level,parent\nG,Grain,group,\nW,Wheat,crop,G\nR,Rye,crop,G\n")
    crops = read_classification(path, "crops")
    assert crops.levels == ("group", "crop")
    assert crops.cut("W", "group") == "G"
    assert [product.name for product in crops.inside("G")] == ["Wheat", "Rye"]
    with pytest.raises(UnknownCode, match=r"'Wheet' is no known crops product. Nearest known: 'Wheat'"):
        crops.find("Wheet")


@pytest.mark.parametrize(
    ("content", "key", "message"),
    [
        ("code,name\nA,Apples\n", "HS17", "holds no code of HS17, e.g. 'A'"),
        ("code,name\n0101,Horses\n0101,Asses\n", "HS17", "line 3, column 'code': '0101' stands on line 2 already"),
        ("code,title\n0101,Horses\n", "HS17", "line 1: column 'name' is missing"),
        ("code,name\n0101,\n", "HS17", "line 2, column 'name': is empty"),
    ],
)
def test_lists_that_are_refused(tmp_path, content, key, message):
    path = tmp_path / "list.csv"
    path.write_text(content)
    with pytest.raises(DataError) as caught:
        read_classification(path, key)
    assert message in str(caught.value)
    assert "list.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("said", "key"),
    [("hs17", "HS17"), ("H5", "HS17"), ("HS 2017", "HS17"), ("S3", "SITC3"), ("HS", "HS"), ("My", "My")],
)
def test_how_an_edition_may_be_written(said, key):
    assert edition(said) == key


@pytest.mark.parametrize("said", ["HS99", "SITC9", "BEC 7", "H9"])
def test_an_edition_that_there_is_not(said):
    with pytest.raises(UnknownCode, match="is no known classification"):
        edition(said)
