"""Search: words in any order and form, Latin and Cyrillic; only what may be seen; the words marked."""

from __future__ import annotations

import re
from functools import partial
from random import Random

import pytest

from hansa.commitments.records import Event, Link, Party, Project
from hansa.office.ledger import Edit, commit
from hansa.office.search import MOST_WORDS, Document, build, excerpt, fold, marked, query, stem
from tests.growth import assert_cheaper

DOCUMENTS = (
    Document("cote", "Accord avec la Côte d’Ivoire", ("signé à Łódź",)),
    Document("orel", "Соглашение с Орлом", ("Протокол подписан в городе Орёл",)),
    Document("yoshkar", "Йошкар-Ола: барьеры на границе", ("Ioškar-Ola",)),
    Document("agency", "Агентства по развитию", ("развивают торговлю",), ("Беларусь", "Belarus")),
    Document("prg-2023", "Programmes of machines", ("prg-2023", "прочее"), ("Engines", "Двигатели")),
)
INDEX = build(DOCUMENTS)


def _found(text: str) -> list[str]:
    return [one.key for one in INDEX.find(query(text))]


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("COTE ivoire", ["cote"]),
        ("Ivoire Côte", ["cote"]),
        ("lodz", ["cote"]),
        ("орел", ["orel"]),
        ("ОРЁЛ", ["orel"]),
        ("йошкар", ["yoshkar"]),
        ("иошкар", []),  # й is no и
        ("ioskar", ["yoshkar"]),
        ("барьеров", ["yoshkar"]),  # another case of the same word
        ("барьер границы", ["yoshkar"]),
        ("агентство", ["agency"]),
        ("торговля беларусь", ["agency"]),
        ("belarus торговли", ["agency"]),  # two scripts at once
        ("programme machine", ["prg-2023"]),
        ("двигатели", ["prg-2023"]),
        ("prg", ["prg-2023"]),
        ("2023", ["prg-2023"]),
        ("mach progr", ["prg-2023"]),  # the beginnings of words
        ("the programmes of the machines", ["prg-2023"]),
        ("machines belarus", []),  # each has one of them
        ("", []),
        ("... !", []),
    ],
)
def test_words_are_found_in_any_order_form_and_script(asked, keys):
    assert _found(asked) == keys


def test_letters_that_are_written_in_two_ways_are_one():
    assert fold("и\u0306о\u0301") == fold("йо") == "йо"
    assert fold("e\u0301") == fold("é") == "e"


def test_titles_come_first_and_whole_words_before_others():
    index = build(
        [
            Document("text", "A", ("port",)),
            Document("begins", "Portugal"),
            Document("whole", "The port"),
            Document("beside", "B", (), ("port",)),
        ]
    )
    assert [one.key for one in index.find(query("port"))] == ["whole", "begins", "text", "beside"]


def test_what_may_not_be_seen_is_not_found():
    assert INDEX.find(query("орел"), lambda key: key != "orel") == []


def test_words_beyond_the_limit_are_told():
    asked = query(" ".join(f"w{number}" for number in range(MOST_WORDS + 2)))
    assert (len(asked.words), asked.left_out) == (MOST_WORDS, (f"w{MOST_WORDS}", f"w{MOST_WORDS + 1}"))


def test_nothing_is_found_where_there_is_nothing():
    assert build([]).find(query("a")) == []


def test_the_words_are_marked_as_they_are_written():
    assert [text for text, hit in marked("Барьеры, БАРЬЕРОВ и борьба", query("барьер")) if hit] == [
        "Барьеры",
        "БАРЬЕРОВ",
    ]
    assert "".join(text for text, _ in marked("<b>Côte</b>", query("cote"))) == "<b>Côte</b>"


def test_an_excerpt_is_short_and_holds_the_word():
    long = "слово " * 400 + "Орёл " + "слово " * 400
    pieces = excerpt(Document("a", "A", ("nothing", long)), query("ОРЕЛ"))
    assert [text for text, hit in pieces if hit] == ["Орёл"]
    assert 50 < len("".join(text for text, _ in pieces)) < 200


@pytest.mark.parametrize(("word", "other"), [("барьера", "барьерами"), ("agreement", "agreements"), ("ёлки", "ёлка")])
def test_forms_of_one_word_have_one_stem(word, other):
    assert stem(fold(word)) == stem(fold(other))


def test_asking_ten_thousand_records_is_nothing_beside_reading_them():
    random = Random(7)
    words = ["".join(random.choices("абвгдежзиклмнопрст", k=random.randint(3, 9))) for _ in range(8_000)]
    words += ["".join(random.choices("abcdefghiklmnoprst", k=random.randint(3, 9))) for _ in range(8_000)]
    documents = [
        Document(
            f"r-{number}", " ".join(random.choices(words, k=6)), (" ".join(random.choices(words, k=40)),), ("Brin",)
        )
        for number in range(10_000)
    ]
    index = build(documents)
    for asked in ("brin", "a", f"{words[0]} {words[9_000]}", "r"):
        assert_cheaper(partial(index.find, query(asked)), partial(build, documents), times=20)


# ---- the page -------------------------------------------------------------------------------------------------------
@pytest.fixture
def spoken(register):
    """The office of the sample world with records in other scripts, one of them a draft."""
    french = Party("cote", "République de Côte d’Or", region="XIR")
    russian = Link("lnk-doc", "prg-food", "document", "Протокол о вступлении Елизово", date="2023-05-01")
    hidden = Link("lnk-hidden", "prg-wider", "document", "Секретный протокол Зазимье", date="2023-05-02")
    commit(register["chair"], [Edit("create", one.id, one, draft=False) for one in (french, russian)])
    commit(register["editor"], [Edit("create", hidden.id, hidden)])
    return register


def _hits(client, text: str, **more: str) -> list[str]:
    answer = client.get("/search", {"q": text, **more})
    assert answer.status_code == 200
    return re.findall(r'<li><a href="/register/[a-z-]+/([^"]+)">', answer.content.decode())


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("republique COTE", "cote"),
        ("ЕЛИЗОВО протоколы", "lnk-doc"),
        ("Kast-motors", "kast-motors"),
        ("кастовия бринмарк барьер текстиль", None),
        ("кастовии товарооборот", "tgt-turnover"),  # region and statistic in Russian, title in English
        ("yard stopped", "dec-ferry"),  # a note
        ("gazette 41", "agr-free-trade"),  # evidence
        ("machinery engines pump", "prj-pump-works"),
        ("станки барьер", "bar-certificates"),  # a product and a kind
    ],
)
def test_the_page_finds_words_of_every_field_and_language(spoken, client_of, asked, key):
    found = _hits(client_of(""), asked)
    assert (key in found) if key else found == []


def test_the_page_marks_what_it_found(spoken, client_of):
    text = client_of("").get("/search", {"q": "протоколы"}).content.decode()
    assert "<mark>Протокол</mark> о вступлении Елизово" in text


@pytest.mark.parametrize("name", ["", "visitor", "reporter-kastovia"])
def test_a_draft_is_not_found_by_who_may_not_see_it(spoken, client_of, name):
    text = client_of(name).get("/search", {"q": "Секретный протокол"}).content.decode()
    assert "lnk-hidden" not in text
    assert "Зазимье" not in text
    assert _hits(client_of(name), "протокол") == ["lnk-doc"]


def test_a_draft_is_found_by_who_works_on_it(spoken, client_of):
    assert set(_hits(client_of("reporter-brinmark"), "протокол")) == {"lnk-doc", "lnk-hidden"}


def test_a_kind_is_shown_page_by_page(register, client_of):
    many = [Party(f"firm-{number:02}", f"Firm Zeppelin {number}", kind="company") for number in range(45)]
    commit(register["chair"], [Edit("create", one.id, one, draft=False) for one in many])
    client = client_of("")
    assert len(_hits(client, "zeppelin")) == 5
    pages = [_hits(client, "zeppelin", kind="parties", page=str(number)) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert sorted(key for page in pages for key in page) == [one.id for one in many]


def test_what_was_changed_is_found_as_it_is_now(register, client_of):
    assert _hits(client_of(""), "zeppelin") == []
    held = Party("zep", "Zeppelin", kind="company")
    commit(register["chair"], [Edit("create", "zep", held, draft=False)])
    assert _hits(client_of(""), "zeppelin") == ["zep"]
    commit(register["chair"], [Edit("delete", "zep")])
    assert _hits(client_of(""), "zeppelin") == []


def test_a_name_of_a_draft_finds_nothing_that_names_it(register, client_of):
    """A draft of a project may be seen by a partner's reporter, and a draft of its other partner may not."""
    partner = Party("quiet", "Quiet Zeppelin Works", kind="company", parent="holmera")
    project = Project("prj-quiet", "A quadriga", ("quiet", "kastovia"), history=(Event("2023-07-01", "preparation"),))
    commit(register["editor"], [Edit("create", one.id, one) for one in (partner, project)])
    assert _hits(client_of("reporter-kastovia"), "quadriga") == ["prj-quiet"]
    assert _hits(client_of("reporter-kastovia"), "zeppelin") == []
    assert _hits(client_of("chair"), "zeppelin") == ["quiet"]


@pytest.mark.parametrize(
    ("asked", "address", "said"),
    [
        ("Brinmark – Kastovia", "/pairs/XBR/XKA", "Brinmark – Kastovia: everything on this pair"),
        ("kastovia brinmark barriers", "/pairs/XKA/XBR", "Kastovia – Brinmark: everything on this pair"),
        ("Бринмарк XKA", "/pairs/XBR/XKA", "Brinmark – Kastovia: everything on this pair"),
        ("kastovia", "/regions?a=Kastovia", "Kastovia: choose the other side of a pair"),
    ],
)
def test_regions_that_a_query_names_lead_to_their_pages(register, client_of, asked, address, said):
    text = client_of("").get("/search", {"q": asked}).content.decode()
    assert f'<a href="{address}">{said}</a>' in text
    assert client_of("").get(address).status_code == 200


def test_words_that_are_codes_only_in_capitals_name_no_region(register, client_of):
    assert (
        "/pairs/" not in client_of("").get("/search", {"q": "steps per and barriers"}).content.decode().split("<h1>")[1]
    )
