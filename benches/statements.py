"""How fast claims are found and checked.

Found: text like an article per second, on one core. Checked: the three texts of the sample world, 1,500 claims made of
one of them and, where HANSA_DATA is set, the article of 2023 against the customs tables; each in a fresh process, from
its start to the files written. Medians and the largest resident memory are added to history.csv.

The text is an invented speech, again and again with other figures: 15 claims and 50 names in 4 kB, twice as many as an
article has. One core is enough; the least of three rounds is printed, for all and for the stages that go over the whole
text.

    python benches/statements.py                # 1 MB in English and in Russian
    python benches/statements.py --size 4       # 4 MB
    python benches/statements.py --only checked
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from hansa.statements.document import Document, Turn
from hansa.statements.extract import claims
from hansa.statements.extraction.cue import LOOSE, cues, lowered
from hansa.statements.recognition.place_name import places
from hansa.statements.recognition.quantity import quantities
from hansa.statements.recognition.sentence import sentences
from hansa.statements.recognition.time_expression import times

SPEECH = {
    "en": """
It is a pleasure to open the 12th Meeting of Ports of Kenya and Japan here in Mombasa, a city with a long
history and an open mind. Kenyan and Japanese engineers have worked side by side for generations, and young
people from Japan come to Kenya to study the ocean. We remember the storms as well as the calm days; what stays
is trust between our peoples.

Last year, trade between Kenya and Japan increased by 12 percent and exceeded a record $1.2 billion. In January-
April, mutual trade added another 11 percent. Japan is the second partner of Kenya among the members of the G7
and the fifth in the world. Kenyan exports to Japan rose by 7.4 % to $310 million, and imports from Japan fell
by 3.5 percent.

There are many who ask what a forum is good for. It is good for talk, and talk is good for business: builders,
growers, teachers and doctors of Kenya meet those of Japan, and each goes home with a plan. Kenya and Japan are
far from each other, thousands of kilometres lie between Nairobi and Tokyo, and yet the ships of both have never
stopped. The ministers of Japan and of Kenya, and guests from Tanzania, Uganda, India and Korea, have walked
through the new harbour this week.

Since 2019, 28 joint programmes have been carried out. There are 81 agreements between Kenya and 23 regions of
Japan. Investment projects totalling 80 million dollars were launched with the support of Japan. The share of
Japan in Kenyan imports is about a tenth. Our farmers do not ask for favours; they ask for fair rules, good
roads and a cold store near the quay, and in this Japan has been a friend of Kenya as Kenya has been a friend of
Japan in hard times.

Thanks to the new line, exports of tea from Kenya to Japan surged by more than 7 million dollars. We shall go on
along this road with patience. Friends from Uganda and Rwanda are welcome, as are all who come in good faith;
the sea belongs to nobody and joins everyone. In the evening the guests will hear music from the coast, and
tomorrow they will see the gardens, the school that Japan built with Kenya, and the old town, where merchants
from Oman, India and Portugal lived.

The forum has become a table at which people who would otherwise write letters can sit down together. Over these
years we have learned to listen first. Where the law of one side puzzles the other, the lawyers meet and go
through it line by line; where a road ends in sand, the engineers draw another. Nobody promised that it would be
quick, and it has not been quick. But whoever looks at the quays of Mombasa today and remembers what stood there
when we began will understand why we speak of patience as the greatest of our assets. The school for pilots has
opened its doors to young women from the islands, the laboratory measures the water of the bay, and the library
lends its books to both banks of the creek.

I should like to thank the hosts, who have given us their houses and their kitchens, and the drivers, who know
every hole in the road. Let me also thank those who disagree with us. Their questions were fair, and some of the
answers still have to be found: how small growers can reach a distant market, what becomes of the old sheds, who
pays for the lights along the pier. The commission will take up these matters in the autumn, when the rains are
over, and report to both parliaments in public session. Until then the working groups go on meeting, as they
have always done, in turn on one coast and the other. Culture, sport and science belong to this as much as
containers and customs forms: a partnership that only counts boxes will not last, and one that forgets to count
them will not last either. This is what we have learned from each other.
""",
    "ru": """
Рад открыть двенадцатую встречу портов Кении и Японии здесь, в Момбасе, городе с долгой историей и открытой
душой. Кенийские и японские инженеры работают бок о бок не первое поколение, и молодёжь из Японии приезжает в
Кению изучать океан. Мы помним и бури, и тихие дни; остаётся доверие между нашими народами.

В прошлом году товарооборот между Кенией и Японией вырос на 12% и превысил рекордные 1,2 млрд долларов. В
январе-апреле взаимная торговля прибавила ещё 11%. Япония занимает второе место среди торговых партнёров Кении.
Экспорт Кении в Японию увеличился на 7,4% до $310 млн, импорт из Японии снизился на 3,5%.

Многие спрашивают, зачем нужна такая встреча. Она нужна для разговора, а разговор нужен для дела: строители,
садоводы, учителя и врачи Кении встречают коллег из Японии, и каждый едет домой с планом. Кения и Япония далеки
друг от друга, тысячи километров лежат между Найроби и Токио, но корабли обеих стран ходят всегда. Министры
Японии и Кении, гости из Танзании, Уганды, Индии и Кореи прошли на этой неделе по новой гавани.

С 2019 года выполняется 28 совместных программ. Действует 81 соглашение между Кенией и 23 регионами Японии.
Инвестиционные проекты на сумму 80 млн долларов начаты при поддержке Японии. Доля Японии в импорте Кении — около
10%. Наши крестьяне не просят милости, они просят честных правил, хороших дорог и холодного склада у причала, и
в этом Япония была другом Кении, как и Кения была другом Японии в трудные времена.

Благодаря новой линии экспорт чая из Кении в Японию вырос более чем на 7 млн долларов. Мы пойдём этой дорогой
терпеливо. Друзья из Уганды и Руанды желанны, как и все, кто приходит с добром; море никому не принадлежит и
соединяет всех. Вечером гости услышат музыку побережья, а завтра увидят сады, школу, которую Япония построила
вместе с Кенией, и старый город, где жили купцы из Омана, Индии и Португалии.

Встреча стала столом, за которым сидят вместе те, кто иначе писал бы письма. За эти годы мы научились сначала
слушать. Где закон одной стороны непонятен другой, юристы собираются и читают его строка за строкой; где дорога
кончается в песке, инженеры чертят другую. Никто не обещал, что будет быстро, и быстро не было. Но кто посмотрит
сегодня на причалы и вспомнит, что стояло там в начале, поймёт, почему мы говорим о терпении. Школа лоцманов
открыла двери для девушек с островов, лаборатория измеряет воду залива, библиотека даёт книги обоим берегам.

Хочу поблагодарить хозяев, которые отдали нам свои дома и кухни, и водителей, которые знают каждую яму на
дороге. Спасибо и тем, кто с нами спорит. Их вопросы были честными, и на некоторые ещё предстоит ответить: как
малым хозяйствам выйти на далёкий рынок, что станет со старыми складами, кто платит за свет вдоль пирса.
Комиссия займётся этим осенью, когда пройдут дожди, и доложит обоим парламентам на открытом заседании. До тех
пор рабочие группы встречаются, как и прежде, по очереди на одном берегу и на другом. Культура, спорт и наука
входят сюда так же, как контейнеры и таможенные бумаги: дружба, которая считает только ящики, долго не живёт,
как и та, что забывает их считать. Этому мы научились друг у друга.
""",
}
NUMBER = re.compile(r"\d+(?=[%,. ])")
HERE = Path(__file__).resolve().parent
MANY = 1_500  # claims


def text_of(language: str, size: int, seed: int = 1) -> str:
    """At least `size` bytes of the speech, each time with other figures."""
    draw = random.Random(seed)
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(NUMBER.sub(lambda hit: hit[0] if len(hit[0]) == 4 else str(draw.randint(2, 99)), SPEECH[language]))
        length += len(parts[-1].encode())
    return "".join(parts)


def seconds(call: Callable[[], object], rounds: int = 3) -> float:
    """The least time of a few calls."""
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return min(spent)


def measure(language: str, size: int) -> None:
    text = text_of(language, size)
    low, day = lowered(text), "2024-05-20"
    document = Document(text, language, spoken=day, turns=(Turn(0, len(text), "Maria Vogel"),))
    amount = len(text.encode()) / 1e6
    stages: dict[str, Callable[[], object]] = {
        "sentences": lambda: sentences(text, language),
        "quantities": lambda: quantities(text, language),
        "times": lambda: times(text, language, day),
        "places": lambda: places(text, language),
        "loose cues": lambda: cues(low, language, kinds=LOOSE),
        "all": lambda: claims(document),
    }
    print(f"{language}: {amount:.2f} MB, {len(claims(document))} claims")
    for name, call in stages.items():
        spent = seconds(call)
        print(f"  {name:11} {spent:6.3f} s  {amount / spent:6.2f} MB/s")


def texts_of(folder: Path) -> dict[str, tuple[Path, list[Path]]]:
    """For each case the store and the texts, made in a folder."""
    from hansa import sample
    from hansa.trade.readers.flat import read_flat
    from hansa.trade.store import Store

    world = sample.build(folder / "world").archive.folder
    texts = [world / "statements" / name for name in ("president.txt", "minister.txt", "agency.html")]
    head, _, speech = texts[0].read_text(encoding="utf-8").partition("‘")
    draw, said = random.Random(1), f"‘{speech}\n\n"
    again = [NUMBER.sub(lambda hit: hit[0] if len(hit[0]) == 4 else str(draw.randint(2, 99)), said) for _ in range(400)]
    many = folder / "many.txt"
    each = len(found_in(texts[0]))
    many.write_text(head + "".join(again[: -(-MANY // each)]), encoding="utf-8")
    cases = {"one sample text": (world, texts[:1]), "three sample texts": (world, texts)}
    cases["1,500 claims"] = (world, [many])
    if data := os.environ.get("HANSA_DATA"):
        customs, maps = Store.create(folder / "customs"), HERE.parent / "tests" / "samples" / "column_maps"
        for name, file in (("annual", "annual_cis_1994_2021"), ("monthly", "monthly_by_country_2006_2021")):
            flows = read_flat(Path(data) / "russia_fts" / f"{file}.parquet", maps / f"russia_fts_{name}.toml")
            customs.write(flows, dataset=name, vintage="2022-02-08")
        cases["article of 2023"] = (customs.archive.folder, [Path(data) / "forum_2023" / "article.txt"])
    return cases


def found_in(text: Path) -> list[object]:
    """The claims of a text."""
    from hansa.statements.document import read

    return list(claims(read(text)))


def checked(runs: int) -> None:
    """Check each case in fresh processes that take turns; print and keep medians."""
    with tempfile.TemporaryDirectory() as place:
        with get_context("spawn").Pool(1) as other:  # a child begins with the memory of its parent, so that stays small
            cases = other.apply(texts_of, (Path(place),))
        taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in cases}
        for _ in range(runs):
            for name, (store, texts) in cases.items():
                command = [sys.executable, "-m", "hansa", "check", *map(str, texts), "--store", str(store)]
                start = time.perf_counter()
                child = subprocess.Popen([*command, "-o", f"{place}/out"], stdout=subprocess.DEVNULL)
                _, status, used = os.wait4(child.pid, 0)
                if status:
                    raise SystemExit(f"{' '.join(command)} failed")
                spent = time.perf_counter() - start
                taken[name].append((spent, used.ru_utime + used.ru_stime, memory(used)))
    when = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    with (HERE / "history.csv").open("a", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        for name, several in taken.items():
            figures = [f"{statistics.median(column):.3f}" for column in zip(*several, strict=True)]
            cores = os.cpu_count()
            out.writerow(
                [when, "check, start to files", name, cores, runs, *figures, f"{platform.machine()} {cores} cores"]
            )
            print(f"{name:20} {figures[0]:>7} s  {figures[1]:>7} CPU s  {figures[2]:>8} MB")


def memory(used: resource.struct_rusage) -> float:
    """The largest resident memory, in MB."""
    return used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--size", type=float, default=1.0, help="MB of text")
    arguments.add_argument("--only", choices=("found", "checked"), help="one of the two parts")
    arguments.add_argument("--repeats", type=int, default=3, help="runs of each check")
    options = arguments.parse_args()
    if options.only != "checked":
        for spoken_in in SPEECH:
            measure(spoken_in, int(options.size * 1e6))
    if options.only != "found":
        checked(options.repeats)
