"""Whoever reads Russian is told what is wrong in Russian: on pages, beside fields, of files, and in the interface."""

from __future__ import annotations

import dataclasses
import html
import json
import re

from django.core.files.uploadedfile import SimpleUploadedFile

from hansa.commitments.fields import fields_of
from hansa.commitments.records import KINDS
from hansa.office.labels import PLURAL
from hansa.office.models import Account
from hansa.office.pages.regions import SHOWN
from hansa.scenario import Where
from hansa.scenario.reading import KINDS as CHANGES
from tests.house.russian import english

# Elements of a page that say what is wrong, or why something is not shown.
TELLING = re.compile(
    r'<(p|div|td|span|dd)\b[^>]*class="(?:label )?(?:wrong|fault|empty)[^"]*"[^>]*>(.*?)</\1>', re.DOTALL
)
FACTOR = 'name = "A"\n[[change]]\nkind = "tariff"\norigin = "XBR"\ndestination = "XKA"\n'


def told(page: str) -> list[str]:
    """What a page says to be wrong."""
    assert '<span lang="en">' not in page
    found = [html.unescape(re.sub(r"<[^>]+>", " ", hit[2])) for hit in TELLING.finditer(page)]
    return [" ".join(text.split()) for text in found if text.strip()]


# What somebody types, and is told to type: names of kinds, fields, parameters.
TYPED = {
    *KINDS,
    *PLURAL.values(),
    *SHOWN,
    *CHANGES,
    *(column.name for kind in (*KINDS, "event", "amount") for column in fields_of(kind)),
    *(field.name for kind in (*CHANGES.values(), Where) for field in dataclasses.fields(kind)),
    *("register", "nme", "en", "ru", "party", "asserted", "counts", "company", "person", "institution", "by"),
    *("partner", "dataset"),
    *("scope", "limit", "offset", "negotiated", "signed", "in", "force", "amended", "acceded", "withdrawn", "ended"),
}


def refused(page: str) -> str:
    """All of it, which must be some, and hold no English word."""
    said = told(page)
    assert said, "nothing is said to be wrong"
    for one in said:
        assert re.search("[а-я]", one), one
        assert [word for word in english(one) if word not in TYPED] == [], one
    return " | ".join(said)


PAGES = (
    ("", "/pairs/XBR/NOWHERE", "Не найдено: «NOWHERE» (регион или объединение)"),
    ("", "/pairs/XBR/XBR", "две стороны"),
    ("", "/pairs/XBR/XKA/report.doc", "«doc»"),
    ("", "/register/partys", "Не найдено: «partys» (вид записи)"),
    ("", "/register/agreements/agr-none", "Не найдено: «agr-none» (соглашение)"),
    ("", "/register/export.pdf", "Не найдено: «pdf» (вид)"),
    ("", "/indicators/none", "Не найдено: «none»"),
    ("", "/indicators/exports?asked=1&origin=NOWHERE", "NOWHERE"),
    ("", "/indicators/exports?asked=1&first=1900", "1900"),
    ("", "/indicators/exports?asked=1&first=2022&last=2019", "первый позже последнего"),
    ("", "/indicators/exports?asked=1&form=pdf", "«pdf»"),
    ("", "/indicators/exports?asked=1&dataset=none", "Не найдено: «none» (набор данных)"),
    ("", "/indicators/exports?asked=1&told_by=none", "Не найдено: «none»"),
    ("", "/indicators/economic_complexity?asked=1&threshold=-1", ""),
    ("", "/indicators/exports?asked=1&colour=red", "«colour»"),
    ("", "/regions?bloc=NONE", "Не найдено: «NONE» (объединение)"),
    ("", "/regions?show=none", "Не найдено: «none» (содержание ячейки)"),
    ("", "/register?on=2021-06-31", ""),
    ("editor", "/register?on=2021-06-31", "«2021-06-31» — не день"),
    ("", "/speeches/77", "Не найдено: 77 (сохранённая речь)"),
    ("", "/speech/none", ""),
    ("", "/scenarios?s1=all:bar-none", "Не найдено: «bar-none» (барьер)"),
    ("editor", "/register/changes/9999", "Не найдено: 9999 (изменение)"),
    ("", "/register/changes/1", ""),
    ("editor", "/register/agreements/agr-single-window/history/99", ""),
    ("", "/register/import", ""),
    ("", "/people", ""),
    ("", "/account", ""),
    ("admin", "/people/9999", "Не найдено: 9999 (учётная запись)"),
    ("", "/register/agreements/new", ""),
    ("editor", "/register/import/77", "Не найдено: 77 (импорт)"),
)


def test_pages_are_refused_in_russian(register, client_of):
    for name, address, says in PAGES:
        answer = client_of(name).get(address, HTTP_ACCEPT_LANGUAGE="ru")
        assert answer.status_code >= 400, answer.status_code
        assert says in refused(answer.content.decode())


SCENARIOS = (
    ("", ""),
    ("name = ", "Файл не читается как TOML"),
    ('name = "A"', "Нет ни одного изменения"),
    ('name = "A"\n[[change]]\nkind = "toll"', "Не найдено: «toll» (вид изменения)"),
    (FACTOR, "«rate»"),
    (f"{FACTOR}factor = -1", "не меньше 0"),
    (f'{FACTOR}factor = "half"', "число, например 0.05"),
    (f"{FACTOR}colour = 1", "Не найдено: «colour» (ключ изменения вида «tariff»)"),
    (f"{FACTOR}factor = 0.5".replace("XBR", "ZZZ"), "Не найдено: «ZZZ» (регион модели)"),
    (f"{FACTOR}factor = 0.5\nproduct = '99Z'", ""),
    ('name = "A"\n[[change]]\nkind = "membership"\nbloc = "EAEU"\ndate = "2025"', "никто не вступает"),
    ("[[scenario]]\n" * 5, ""),
    ('name = "A"\n[change]\nkind = "tariff"', "двойных скобках"),
)


def test_scenarios_are_refused_in_russian(register, client_of):
    for text, says in SCENARIOS:
        page = client_of("").post("/scenarios", {"text": text or " [[", "year": "2022"}, HTTP_ACCEPT_LANGUAGE="ru")
        assert says in refused(page.content.decode())
        sent = json.dumps({"scenario": text or "[["})
        answer = client_of("").post(
            "/api/v1/simulate", sent, content_type="application/json", HTTP_ACCEPT_LANGUAGE="ru-RU,ru;q=0.9"
        )
        _problem(answer, says)


def _problem(answer, says: str) -> None:
    """Problem details whose title is the word for programs, and whose detail is Russian."""
    body = answer.json()
    assert answer.status_code == body["status"] >= 400
    assert body["type"] == "about:blank"
    assert re.fullmatch(r"[A-Za-z -]+", body["title"])
    assert answer["Content-Language"] == "ru"
    assert "Accept-Language" in answer["Vary"]
    for one in (body["detail"], *(error["message"] for error in body["errors"])):
        told_of = re.sub(r"^\w+(, )?|(?<=; )\w+(?=: )", "", one)  # the fields, by the names that a program sent
        assert [word for word in english(told_of) if word not in TYPED] == [], one
    assert says in body["detail"]


ANSWERS = (
    ("/api/v1/agreements/agr-none", "Не найдено: «agr-none» (соглашение)"),
    ("/api/v1/agreements?limit=many", "«many» — не целое число от"),
    ("/api/v1/agreements?colour=red", "неизвестный параметр"),
    ("/api/v1/agreements?limit=1&limit=2", "задано несколько раз"),
    ("/api/v1/agreements?state=sleeping", "Не найдено: «sleeping» (значение)"),
    ("/api/v1/agreements?party=none", "Не найдено: «none»"),
    ("/api/v1/problems?on=2021-06-31", ""),
    ("/api/v1/me", "Войдите"),
    ("/api/v1/what-if?barrier=bar-none", "Не найдено: «bar-none»"),
    ("/api/v1/what-if?barrier=bar-quota&elasticity=0", "не число от"),
    ("/api/v1/what-if?barrier=bar-quota&year=1800", "такого года"),
    ("/api/v1/what-if?barrier=bar-quota&deficit=share", "«armington»"),
    ("/api/v1/what-if", "не задано"),
    ("/api/v1/indicators/none", "Не найдено: «none»"),
    ("/api/v1/nothing", "Такой страницы нет"),
)


def test_answers_of_the_interface_are_refused_in_russian(register, client_of):
    for address, says in ANSWERS:
        answer = client_of("").get(address, HTTP_ACCEPT_LANGUAGE="ru")
        if "nothing" in address:  # which no view answers
            assert says in answer.json()["detail"]
        else:
            _problem(answer, says)


def test_the_interface_speaks_english_to_who_asks_for_no_other(register, client):
    body = client.get("/api/v1/agreements/agr-none").json()
    assert body["detail"].startswith("'agr-none' is no known agreement.")


FILES = (
    ("party.csv", "", "Файл пуст"),
    ("party.csv", "id,nme\na,b\n", "name"),
    ("party.csv", "id,name,kind\na,,region\n", "party.csv, строка 2, столбец «name»: Поле «name» пусто"),
    ("party.csv", "id,name,kind\na,A,planet\n", "Не найдено: «planet» (вид)"),
    ("party.csv", "id,name\na,A\na,B\n", "Идентификатор «a» уже стоит"),
    ("party.csv", "id,name\na,A,too,many\n", "Ячеек 4, а столбцов 2"),
    ("project.csv", "id,title,start,end,partners\na,A,2023,2020,b\n", "раньше начала"),
    ("barrier.csv", 'id,title,origin,destination,equivalent\na,A,XBR,XKA,"much"\n', "не число"),
    ("edition.csv", "id,title,number,start,end,host\na,A,x,yesterday,2020,b\n", "Ошибок: 2"),
    ("register.json", "{", "Это не JSON"),
    ("register.json", "[]", "Документ — не объект"),
    ("register.json", '{"partys": []}', "Не найдено: «partys» (вид записи)"),
    ("register.json", '{"party": [{"id": "a", "colour": 1}]}', ""),
    ("register.xml", "<a>", "XML"),
    ("register.xml", "<a/>", "<iati-activities>"),
    ("register.doc", "x", "не подходит"),
    ("register.zip", "x", "начало у него другое"),
    ("things.csv", "id,name\na,A\n", "не понять, что в его строках"),
    ("event.csv", "of,date,state\na,2020,signed\n", "пришлите их вместе"),
    ("party.csv", "id,name\na,A\x00\n", "NUL"),
)


def test_files_are_refused_in_russian(register, client_of):
    for name, content, says in FILES:
        file = SimpleUploadedFile(name, content.encode() or b"")
        page = client_of("editor").post("/register/import", {"file": file}, HTTP_ACCEPT_LANGUAGE="ru").content.decode()
        said = told(page)
        assert said, "nothing is said to be wrong"
        if content:
            assert says in refused(page)


def test_what_is_wrong_with_a_file_before_it_is_taken_in(register, client_of):
    content = "id,title,origin,destination,kind,owner,products\nbar-x,X,ZZZ,XKA,trade,nobody,99Z\n"
    editor = client_of("editor")
    where = editor.post("/register/import", {"file": SimpleUploadedFile("barrier.csv", content.encode())})["Location"]
    page = editor.get(where, HTTP_ACCEPT_LANGUAGE="ru").content.decode()
    assert "barrier.csv, строка 2" in html.unescape(page)
    assert "регион или объединение" in refused(page)


FORMS = (
    ("agreements", {"title": "T", "parties": ["brinmark"], "kinds": ["trade"]}),
    ("agreements", {"id": "../x", "title": "T", "parties": ["brinmark", "kastovia"], "kinds": ["trade"]}),
    ("barriers", {"title": "T", "origin": "ZZZ", "destination": "XKA", "kind": "trade", "equivalent": "-4"}),
    ("barriers", {"title": "T", "origin": "XKA", "destination": "XKA", "kind": "administrative"}),
    ("targets", {"of": "prg-food", "indicator": "none", "value": "x", "period": "soon", "unit": "USD"}),
    ("targets", {"of": "prg-food", "indicator": "exports", "value": "1", "period": "2019",
                 "baseline_period": "2020", "unit": "USD", "arguments": "colour = red"}),
    ("projects", {"title": "T", "start": "2023", "end": "2020"}),
    ("parties", {"name": "N", "parent": "nobody"}),
    ("editions", {"title": "E", "number": "one", "start": "yesterday"}),
    ("links", {"title": "L", "of": "none"}),
)  # fmt: skip


def test_forms_are_refused_in_russian(register, client_of):
    for kinds, given in FORMS:
        answer = client_of("chair").post(f"/register/{kinds}/new", given, HTTP_ACCEPT_LANGUAGE="ru")
        assert answer.status_code == 400
        refused(answer.content.decode())


SPEECHES = (
    ({"text": "12345 67890"}, "Выберите язык в форме"),
    ({"text": "ελληνικά είναι αυτά τα λόγια"}, "Тексты читаются на языках"),
    ({"text": "Trade rose by 5 percent.", "date": "yesterday"}, ""),
    ({"text": "Trade rose by 5 percent.", "region_a": "NOWHERE", "region_b": "XKA"}, "Такого региона"),
)


def test_speeches_are_refused_in_russian(register, client_of):
    for given, says in SPEECHES:
        answer = client_of("").post("/speech", given, HTTP_ACCEPT_LANGUAGE="ru")
        assert answer.status_code == 400
        assert says in refused(answer.content.decode())


def test_what_an_account_is_refused(register, client_of):
    client = client_of("reporter-brinmark")
    for address, given in (
        ("/account/password", {"old_password": "x", "new_password1": "a", "new_password2": "b"}),
        ("/account/erase", {"password": "x"}),
    ):
        answer = client.post(address, given, HTTP_ACCEPT_LANGUAGE="ru")
        refused(answer.content.decode())
    Account.objects.filter(name="reporter-brinmark").update(must_change_password=True)
    answer = client.post("/api/v1/agreements", "{}", content_type="application/json", HTTP_ACCEPT_LANGUAGE="ru")
    assert english(answer.json()["detail"]) == []
    assert answer.json()["title"] == "Not allowed"


def test_an_office_without_statistics_says_so_in_russian(blind, client_of):
    for address in ("/", "/register/targets/tgt-exports", "/scenarios", "/indicators/exports"):
        page = client_of("").get(address, HTTP_ACCEPT_LANGUAGE="ru").content.decode()
        assert '<span lang="en">' not in page
