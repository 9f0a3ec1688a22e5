"""Times as a careful person reads them; every expectation is written by hand from the sentence and the day."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.errors import UnknownCode
from hansa.statements.recognition.time_expression import TimeExpression, times
from tests.growth import assert_linear

JUNE_2023 = "2023-06-28"


def said(found: tuple[TimeExpression, ...]) -> list[str]:
    """The times found as "words | kind | period", with a star before what growth is compared with."""
    return [f"{'*' if t.base else ''}{t.text} | {t.kind} | {t.period}" for t in found]


ENGLISH = [
    # years
    (JUNE_2023, "In 2022, trade grew.", ["In 2022 | period | 2022"]),
    (JUNE_2023, "Trade grew in 2022 and 2021.", ["in 2022 | period | 2022", "2021 | period | 2021"]),
    (
        JUNE_2023,
        "Trade grew in 2019, 2020 and 2021.",
        ["in 2019 | period | 2019", "2020 | period | 2020", "2021 | period | 2021"],
    ),
    (JUNE_2023, "the results of 2022", ["the results of 2022 | period | 2022"]),
    (JUNE_2023, "Since 2021, 28 programmes have run.", ["Since 2021 | since | 2021.."]),
    (JUNE_2023, "from 2021 onwards there were 28 programmes", ["from 2021 | since | 2021.."]),
    (JUNE_2023, "trade is to reach 60 billion by 2030", ["by 2030 | until | 2030"]),
    (JUNE_2023, "the programme runs until 2025", ["until 2025 | until | ..2025"]),
    (JUNE_2023, "the 2022 figure was higher", ["the 2022 | period | 2022"]),
    (JUNE_2023, "exports (2022) were higher", ["2022 | period | 2022"]),
    (JUNE_2023, "2022's exports were higher", ["2022 | period | 2022"]),
    (JUNE_2023, "at the end of 2022 there were 12", ["at the end of 2022 | date | 2022"]),
    (JUNE_2023, "over the year 2021 it grew", ["over the year 2021 | period | 2021"]),
    # spans
    (JUNE_2023, "in 2019-2021 trade grew", ["in 2019-2021 | period | 2019..2021"]),
    (JUNE_2023, "from 2015 to 2020 trade grew", ["from 2015 to 2020 | period | 2015..2020"]),
    (JUNE_2023, "between 2015 and 2020 trade grew", ["between 2015 and 2020 | period | 2015..2020"]),
    (JUNE_2023, "the plan for 2024–2026", ["for 2024–2026 | period | 2024..2026"]),
    (JUNE_2023, "in the 2022/23 season", ["in the 2022/23 | period | 2022..2023"]),
    (JUNE_2023, "in the 1990s trade fell", ["in the 1990s | period | 1990..1999"]),
    (JUNE_2023, "over the past five years trade doubled", ["over the past five years | duration | 2018..2022"]),
    (JUNE_2023, "in the last 10 years", ["in the last 10 years | duration | 2013..2022"]),
    (JUNE_2023, "over the past decade", ["over the past decade | duration | 2013..2022"]),
    (JUNE_2023, "over the past two decades", ["over the past two decades | duration | 2003..2022"]),
    # years told from the day
    (JUNE_2023, "Last year, trade rose", ["Last year | period | 2022"]),
    (JUNE_2023, "exceeded 50 billion last year", ["last year | period | 2022"]),
    (JUNE_2023, "This year's plan", ["This year | period | 2023"]),
    (JUNE_2023, "in the current year", ["in the current year | period | 2023"]),
    (JUNE_2023, "in the previous year", ["in the previous year | period | 2022"]),
    (JUNE_2023, "the year before last", ["the year before last | period | 2021"]),
    (JUNE_2023, "next year we will see more", ["next year | period | 2024"]),
    (JUNE_2023, "two years ago trade fell", ["two years ago | period | 2021"]),
    ("2022-12-24", "about 22 billion by the end of the year", ["by the end of the year | until | 2022"]),
    ("2022-12-24", "since the beginning of the year", ["since the beginning of the year | since | 2022.."]),
    (None, "Last year, trade rose", ["Last year | period | None"]),
    # months
    (JUNE_2023, "In January-April, trade added 11 percent", ["In January-April | period | 2023-01..2023-04"]),
    (JUNE_2023, "in January–April of this year", ["in January–April of this year | period | 2023-01..2023-04"]),
    (JUNE_2023, "January to April of this year", ["January to April of this year | period | 2023-01..2023-04"]),
    (JUNE_2023, "from January through April 2022", ["from January through April 2022 | period | 2022-01..2022-04"]),
    (JUNE_2023, "between January and April 2023", ["between January and April 2023 | period | 2023-01..2023-04"]),
    (JUNE_2023, "in March 2023 it fell", ["in March 2023 | period | 2023-03"]),
    (JUNE_2023, "in January and February", ["in January and February | period | 2023-01..2023-02"]),
    ("2023-03-26", "in January it grew", ["in January | period | 2023-01"]),
    ("2023-03-26", "in November it grew", ["in November | period | 2022-11"]),
    (JUNE_2023, "in January last year", ["in January last year | period | 2022-01"]),
    (JUNE_2023, "Last year, in January-April, it grew", ["Last year, in January-April | period | 2022-01..2022-04"]),
    (JUNE_2023, "last month", ["last month | period | 2023-05"]),
    (None, "in January-April", ["in January-April | period | None"]),
    (None, "in January-April 2022", ["in January-April 2022 | period | 2022-01..2022-04"]),
    # parts of a year
    (JUNE_2023, "in the first four months of 2023", ["in the first four months of 2023 | period | 2023-01..2023-04"]),
    (
        JUNE_2023,
        "In the first four months [of 2023] it rose",
        ["In the first four months [of 2023] | period | 2023-01..2023-04"],
    ),
    ("2023-06-27", "in the first four months", ["in the first four months | period | 2023-01..2023-04"]),
    (
        "2024-06-28",
        "In the first four months of this year",
        ["In the first four months of this year | period | 2024-01..2024-04"],
    ),
    (
        "2022-12-24",
        "As the results of the ten months show",
        ["As the results of the ten months | duration | 2022-01..2022-10"],
    ),
    (JUNE_2023, "nine months of 2022", ["nine months of 2022 | period | 2022-01..2022-09"]),
    (JUNE_2023, "9M 2022 exports", ["9M 2022 | period | 2022-01..2022-09"]),
    (JUNE_2023, "in the first quarter", ["in the first quarter | period | 2023-01..2023-03"]),
    (JUNE_2023, "Q1 2023 exports", ["Q1 2023 | period | 2023-01..2023-03"]),
    (JUNE_2023, "exports of the fourth quarter of 2022", ["of the fourth quarter of 2022 | period | 2022-10..2022-12"]),
    (
        JUNE_2023,
        "in the first three quarters of 2022",
        ["in the first three quarters of 2022 | period | 2022-01..2022-09"],
    ),
    (JUNE_2023, "last year's first quarter", ["last year's first quarter | period | 2022-01..2022-03"]),
    (JUNE_2023, "the last quarter of 2021", ["the last quarter of 2021 | period | 2021-10..2021-12"]),
    ("2024-08-29", "in the first half of the year", ["in the first half of the year | period | 2024-01..2024-06"]),
    (JUNE_2023, "H1 2022", ["H1 2022 | period | 2022-01..2022-06"]),
    ("2024-08-29", "over the half-year exports rose", ["over the half-year | duration | 2024-01..2024-06"]),
    ("2022-12-19", "over the past ten months", ["over the past ten months | duration | 2022-02..2022-11"]),
    # what growth is compared with
    (JUNE_2023, "rose by 14.3% compared with 2021", ["*compared with 2021 | period | 2021"]),
    (JUNE_2023, "up 12% from 2021", ["*from 2021 | period | 2021"]),
    (JUNE_2023, "up 12% on last year", ["*on last year | period | 2022"]),
    (JUNE_2023, "12% more than in 2021", ["*than in 2021 | period | 2021"]),
    (JUNE_2023, "against 38.4 in 2021", ["in 2021 | period | 2021"]),
    (
        JUNE_2023,
        "in January-April it grew against the same period of last year",
        [
            "in January-April | period | 2023-01..2023-04",
            "*against the same period of last year | period | 2022-01..2022-04",
        ],
    ),
    (
        JUNE_2023,
        "it grew against the same period of last year",
        ["*against the same period of last year | period | None"],
    ),
    (JUNE_2023, "In 2022 it rose 5% year on year", ["In 2022 | period | 2022", "*year on year | period | 2021"]),
    (JUNE_2023, "up 5% y/y", ["*y/y | period | None"]),
    (
        JUNE_2023,
        "In May 2023 it was higher than a year earlier",
        ["In May 2023 | period | 2023-05", "*than a year earlier | period | 2022-05"],
    ),
    (JUNE_2023, "a growth of 12% over 2021", ["*over 2021 | period | 2021"]),
    # days
    (JUNE_2023, "On 28 June 2023 he said", ["On 28 June 2023 | date | 2023-06-28"]),
    (JUNE_2023, "June 28, 2023", ["June 28, 2023 | date | 2023-06-28"]),
    (JUNE_2023, "on June 28 he said", ["on June 28 | date | 2023-06-28"]),
    ("2024-01-09", "on the 28th of December", ["on the 28th of December | date | 2023-12-28"]),
    (JUNE_2023, "Posted: 04.07.2023 14:51:00", ["04.07.2023 14:51:00 | date | 2023-07-04"]),
    (JUNE_2023, "2023-06-28", ["2023-06-28 | date | 2023-06-28"]),
    (JUNE_2023, "on 26-28 June 2023", ["on 26-28 June 2023 | date | 2023-06-28"]),
    ("2023-07-04", "held at the end of June", ["at the end of June | date | 2023-06"]),
    (JUNE_2023, "at 14:51", ["at 14:51 | date | None"]),
    (JUNE_2023, "as of 1 January 2023", ["as of 1 January 2023 | date | 2023-01-01"]),
    # written otherwise
    (JUNE_2023, "since mid-2022", ["since mid-2022 | since | 2022.."]),
    (JUNE_2023, "by early 2024", ["by early 2024 | until | 2024"]),
    (JUNE_2023, "by year-end", ["by year-end | until | 2023"]),
    (JUNE_2023, "at year-end 2022", ["at year-end 2022 | period | 2022"]),
    (JUNE_2023, "1Q2023 results", ["1Q2023 | period | 2023-01..2023-03"]),
    (JUNE_2023, "2022 was a record year", ["2022 | period | 2022"]),
    (JUNE_2023, "In Jan. 2023", ["In Jan. 2023 | period | 2023-01"]),
    (JUNE_2023, "Jan-Apr 2022", ["Jan-Apr 2022 | period | 2022-01..2022-04"]),
    (JUNE_2023, "January-to-April trade", ["January-to-April | period | 2023-01..2023-04"]),
    (JUNE_2023, "in the last three months of 2022", ["in the last three months of 2022 | period | 2022-10..2022-12"]),
    (JUNE_2023, "from May 2022 to April 2023", ["from May 2022 to April 2023 | period | 2022-05..2023-04"]),
    (JUNE_2023, "the March figures", ["the March | period | 2023-03"]),
    (JUNE_2023, "by December exports will double", ["by December | until | 2023-12"]),
    (JUNE_2023, "the same month a year ago", ["*the same month a year ago | period | None"]),
]

NOT_ENGLISH = [
    "2022 tonnes of sugar",
    "in 2000 companies",
    "of 2000 enterprises",
    "worth $2022",
    "more than 2000",
    "over 2022 tonnes",
    "2022% more",
    "€2000 a head",
    "It may rise, and they march on.",
    "May I ask a question?",
    "12022 and 20225",
    "a total of 2022.5",
    "ten months ago",
    "resolution No 2022",
    "a ten-month-old child",
    "the year was hard",
    "half of the exports",
    "the second half of the list",
    "a third of 2,022 firms",
    "the first of many",
    "Belarus is the fourth partner in the world.",
    "191 agreements with 77 regions",
    "one month more",
    "ratio 3:1",
    "at the same time",
]

RUSSIAN = [
    # годы
    (JUNE_2023, "в 2022 году товарооборот вырос", ["в 2022 году | period | 2022"]),
    (JUNE_2023, "В 2022 г. товарооборот вырос", ["В 2022 г. | period | 2022"]),
    (JUNE_2023, "за 2022 год", ["за 2022 год | period | 2022"]),
    (JUNE_2023, "По итогам 2022 года доля", ["По итогам 2022 года | period | 2022"]),
    (JUNE_2023, "в 2022-м вырос", ["в 2022-м | period | 2022"]),
    (JUNE_2023, "в 2021 и 2022 годах", ["в 2021 | period | 2021", "2022 годах | period | 2022"]),
    (JUNE_2023, "с 2021 года работают 28 программ", ["с 2021 года | since | 2021.."]),
    (JUNE_2023, "начиная с 2021 года", ["начиная с 2021 года | since | 2021.."]),
    (JUNE_2023, "к 2030 году достигнет", ["к 2030 году | until | 2030"]),
    (JUNE_2023, "до 2025 года", ["до 2025 года | until | ..2025"]),
    (JUNE_2023, "в конце 2022 года", ["в конце 2022 года | date | 2022"]),
    (JUNE_2023, "в течение 2022 года", ["в течение 2022 года | period | 2022"]),
    (JUNE_2023, "экспорт (2022) вырос", ["2022 | period | 2022"]),
    # годы подряд
    (JUNE_2023, "в 2019-2021 годах", ["в 2019-2021 годах | period | 2019..2021"]),
    (JUNE_2023, "в 2019–2021 гг.", ["в 2019–2021 гг. | period | 2019..2021"]),
    (JUNE_2023, "с 2015 по 2020 год", ["с 2015 по 2020 год | period | 2015..2020"]),
    (JUNE_2023, "в 1990-е годы", ["в 1990-е годы | period | 1990..1999"]),
    (JUNE_2023, "за последние пять лет", ["за последние пять лет | duration | 2018..2022"]),
    (JUNE_2023, "за последние 10 лет", ["за последние 10 лет | duration | 2013..2022"]),
    (JUNE_2023, "за последнее десятилетие", ["за последнее десятилетие | duration | 2013..2022"]),
    # годы от дня
    (JUNE_2023, "В прошлом году товарооборот вырос", ["В прошлом году | period | 2022"]),
    (JUNE_2023, "прошлого года", ["прошлого года | period | 2022"]),
    (JUNE_2023, "в этом году", ["в этом году | period | 2023"]),
    (JUNE_2023, "текущего года", ["текущего года | period | 2023"]),
    (JUNE_2023, "в нынешнем году", ["в нынешнем году | period | 2023"]),
    (JUNE_2023, "за прошедший год", ["за прошедший год | period | 2022"]),
    (JUNE_2023, "в следующем году", ["в следующем году | period | 2024"]),
    (JUNE_2023, "в позапрошлом году", ["в позапрошлом году | period | 2021"]),
    (JUNE_2023, "два года назад", ["два года назад | period | 2021"]),
    ("2022-12-24", "к концу года", ["к концу года | until | 2022"]),
    ("2022-12-24", "по итогам года", ["по итогам года | period | 2022"]),
    ("2023-02-13", "по итогам года", ["по итогам года | period | 2022"]),
    ("2023-06-28", "с начала года", ["с начала года | since | 2023.."]),
    (None, "в прошлом году", ["в прошлом году | period | None"]),
    # месяцы
    (JUNE_2023, "в январе-апреле", ["в январе-апреле | period | 2023-01..2023-04"]),
    (JUNE_2023, "за январь–апрель 2023 года", ["за январь–апрель 2023 года | period | 2023-01..2023-04"]),
    (JUNE_2023, "В январе — апреле текущего года", ["В январе — апреле текущего года | period | 2023-01..2023-04"]),
    (JUNE_2023, "с января по апрель 2022 года", ["с января по апрель 2022 года | period | 2022-01..2022-04"]),
    ("2023-03-26", "на 29,2% в январе", ["в январе | period | 2023-01"]),
    ("2023-03-26", "в ноябре", ["в ноябре | period | 2022-11"]),
    (JUNE_2023, "в марте 2023 года", ["в марте 2023 года | period | 2023-03"]),
    (JUNE_2023, "в январе прошлого года", ["в январе прошлого года | period | 2022-01"]),
    (JUNE_2023, "в январе и феврале", ["в январе и феврале | period | 2023-01..2023-02"]),
    (JUNE_2023, "в мае вырос", ["в мае | period | 2023-05"]),
    (JUNE_2023, "в прошлом месяце", ["в прошлом месяце | period | 2023-05"]),
    (None, "в январе-апреле 2022 г.", ["в январе-апреле 2022 г. | period | 2022-01..2022-04"]),
    # части года
    ("2022-12-19", "за 10 месяцев товарооборот вырос", ["за 10 месяцев | duration | 2022-01..2022-10"]),
    (JUNE_2023, "за 10 месяцев 2022 года", ["за 10 месяцев 2022 года | period | 2022-01..2022-10"]),
    ("2022-12-19", "за девять месяцев", ["за девять месяцев | duration | 2022-01..2022-09"]),
    (
        JUNE_2023,
        "по итогам девяти месяцев 2022 года",
        ["по итогам девяти месяцев 2022 года | period | 2022-01..2022-09"],
    ),
    (JUNE_2023, "за первые четыре месяца", ["за первые четыре месяца | period | 2023-01..2023-04"]),
    (
        JUNE_2023,
        "за четыре первых месяца этого года",
        ["за четыре первых месяца этого года | period | 2023-01..2023-04"],
    ),
    (JUNE_2023, "в первом квартале", ["в первом квартале | period | 2023-01..2023-03"]),
    (JUNE_2023, "в I квартале 2023 года", ["в I квартале 2023 года | period | 2023-01..2023-03"]),
    (JUNE_2023, "в 1-м квартале 2023 г.", ["в 1-м квартале 2023 г. | period | 2023-01..2023-03"]),
    (JUNE_2023, "за IV кв. 2022 г.", ["за IV кв. 2022 г. | period | 2022-10..2022-12"]),
    (JUNE_2023, "за три квартала 2022 года", ["за три квартала 2022 года | period | 2022-01..2022-09"]),
    ("2024-08-29", "За полгода мы превысили", ["За полгода | duration | 2024-01..2024-06"]),
    ("2024-08-29", "в первом полугодии", ["в первом полугодии | period | 2024-01..2024-06"]),
    (JUNE_2023, "за первое полугодие 2022 года", ["за первое полугодие 2022 года | period | 2022-01..2022-06"]),
    (JUNE_2023, "во втором полугодии 2022 года", ["во втором полугодии 2022 года | period | 2022-07..2022-12"]),
    (JUNE_2023, "в первой половине года", ["в первой половине года | period | 2022-01..2022-06"]),
    (JUNE_2023, "в первой половине 2022 года", ["в первой половине 2022 года | period | 2022-01..2022-06"]),
    # с чем сравнивают
    (JUNE_2023, "по сравнению с 2021 годом", ["*по сравнению с 2021 годом | period | 2021"]),
    (
        "2023-03-26",
        "увеличился на 29,2% в январе по сравнению с аналогичным месяцем 2022 года до $3 млрд",
        ["в январе | period | 2023-01", "*по сравнению с аналогичным месяцем 2022 года | period | 2022-01"],
    ),
    (JUNE_2023, "на 12% к 2021 году", ["*к 2021 году | period | 2021"]),
    (JUNE_2023, "к уровню 2021 года", ["*к уровню 2021 года | period | 2021"]),
    (JUNE_2023, "рост к аналогичному периоду прошлого года", ["*к аналогичному периоду прошлого года | period | None"]),
    (JUNE_2023, "больше, чем в 2021 году", ["*чем в 2021 году | period | 2021"]),
    (JUNE_2023, "В 2022 году рост на 5% год к году", ["В 2022 году | period | 2022", "*год к году | period | 2021"]),
    (JUNE_2023, "рост 5% г/г", ["*г/г | period | None"]),
    (JUNE_2023, "относительно 2021 года", ["*относительно 2021 года | period | 2021"]),
    (JUNE_2023, "выше, чем годом ранее", ["*чем годом ранее | period | None"]),
    # дни
    (JUNE_2023, "28 июня 2023 года он сказал", ["28 июня 2023 года | date | 2023-06-28"]),
    (JUNE_2023, "28 июня он сказал", ["28 июня | date | 2023-06-28"]),
    (JUNE_2023, "28.06.2023", ["28.06.2023 | date | 2023-06-28"]),
    (JUNE_2023, "26–28 июня 2023 года", ["26–28 июня 2023 года | date | 2023-06-28"]),
    ("2023-07-04", "в конце июня", ["в конце июня | date | 2023-06"]),
    (JUNE_2023, "на 1 января 2023 года", ["на 1 января 2023 года | date | 2023-01-01"]),
    (JUNE_2023, "в 14:51", ["в 14:51 | date | None"]),
    # по-другому
    (JUNE_2023, "за 11 мес. 2022 г.", ["за 11 мес. 2022 г. | period | 2022-01..2022-11"]),
    (JUNE_2023, "в янв.-апр. 2023 г.", ["в янв.-апр. 2023 г. | period | 2023-01..2023-04"]),
    (JUNE_2023, "за последние три месяца 2022 года", ["за последние три месяца 2022 года | period | 2022-10..2022-12"]),
    (JUNE_2023, "до конца года", ["до конца года | until | 2023"]),
    (JUNE_2023, "между 2015 и 2020 годами", ["между 2015 и 2020 годами | period | 2015..2020"]),
    (JUNE_2023, "2022 год стал рекордным", ["2022 год | period | 2022"]),
    (JUNE_2023, "на 15% к январю", ["*к январю | period | 2023-01"]),
    (JUNE_2023, "с 1 января 2023 года", ["с 1 января 2023 года | since | 2023-01.."]),
    (
        JUNE_2023,
        "с мая 2022 года по апрель 2023 года",
        ["с мая 2022 года по апрель 2023 года | period | 2022-05..2023-04"],
    ),
    (
        JUNE_2023,
        "в апреле выше, чем в апреле прошлого года",
        ["в апреле | period | 2023-04", "*чем в апреле прошлого года | period | 2022-04"],
    ),
]

NOT_RUSSIAN = [
    "2022 тонны сахара",
    "2000 компаний",
    "в 2022 компаниях",
    "до 2000 рублей",
    "около 2022 человек",
    "более 2000",
    "2022% роста",
    "$2022 за тонну",
    "12022 и 20225",
    "десять месяцев назад",
    "год был трудным",
    "Российские поставки снизились на 7,7% до $21,3 млрд",
    "10-й форум регионов",
    "девять форумов",
    "семь из десяти",
    "81 соглашение с 73 регионами",
    "часть первая",
    "в первой половине списка",
    "мая",
    "постановление № 2022",
    "в то же время",
]


@pytest.mark.parametrize(("day", "text", "expected"), ENGLISH)
def test_english(day: str | None, text: str, expected: list[str]) -> None:
    assert said(times(text, "en", day)) == expected


@pytest.mark.parametrize(("day", "text", "expected"), RUSSIAN)
def test_russian(day: str | None, text: str, expected: list[str]) -> None:
    assert said(times(text, "ru", day)) == expected


@pytest.mark.parametrize("text", NOT_ENGLISH)
def test_no_time_in_english(text: str) -> None:
    assert said(times(text, "en", JUNE_2023)) == []


@pytest.mark.parametrize("text", NOT_RUSSIAN)
def test_no_time_in_russian(text: str) -> None:
    assert said(times(text, "ru", JUNE_2023)) == []


def test_what_hangs_on_the_day() -> None:
    """Relative is what another day would move."""
    for text, relative in (("in 2022", False), ("last year", True), ("in January", True), ("January 2022", False)):
        assert [t.relative for t in times(text, "en", JUNE_2023)] == [relative], text


@pytest.mark.parametrize(
    ("month", "period"), [("2023-02-01", "2023-01"), ("2023-01-31", "2022-01"), ("2023-12-31", "2023-01")]
)
def test_a_month_counts_once_it_has_ended(month: str, period: str) -> None:
    assert [t.period for t in times("in January", "en", month)] == [period]


YEARS = [f"{year}" for year in range(1991, 2050, 7)]


@pytest.mark.parametrize("year", YEARS)
def test_any_year(year: str) -> None:
    """Nothing hangs on the years of the examples."""
    for text, language in (
        (f"In {year}, trade grew by 14.3% compared with {int(year) - 1}.", "en"),
        (f"В {year} году товарооборот вырос на 14,3% по сравнению с {int(year) - 1} годом.", "ru"),
    ):
        assert [(t.period, t.base) for t in times(text, language)] == [(year, False), (str(int(year) - 1), True)]


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
IN_MONTH = [
    "январе",
    "феврале",
    "марте",
    "апреле",
    "мае",
    "июне",
    "июле",
    "августе",
    "сентябре",
    "октябре",
    "ноябре",
    "декабре",
]
WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
WORDS_RU = ["один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать"]


@pytest.mark.parametrize("last", range(2, 12))
def test_any_months(last: int) -> None:
    expected = f"2021-01..2021-{last:02d}"
    word = "месяца" if last < 5 else "месяцев"
    for text, language in (
        (f"in January-{MONTHS[last - 1]} of this year", "en"),
        (f"in the first {WORDS[last - 1]} months of 2021", "en"),
        (f"in the first {last} months", "en"),
        (f"for {last} months", "en"),
        (f"в январе-{IN_MONTH[last - 1]} 2021 года", "ru"),
        (f"за первые {WORDS_RU[last - 1]} {word}", "ru"),
        (f"за {last} {word} 2021 года", "ru"),
        (f"за {WORDS_RU[last - 1]} {word}", "ru"),
    ):
        assert [t.period for t in times(text, language, "2021-12-19")] == [expected], text


# What a careful person reads in each quote of the collection, by its words and its date alone; * is a base.
QUOTED = [
    "2022",
    "2023-01..2023-04",
    "",
    "",
    "",
    "",
    "2022",
    "2022 *2021",
    "2023-01..2023-04",
    "2023-01..2023-04",
    "",
    "2022",
    "",
    "",
    "2023-01 *2022-01",
    "",
    "2022",
    "2021",
    "2022-01..2022-10",
    "",
    "",
    "",
    "2022-01..2022-10",
    "2022",
    "2023",
    "2024-01..2024-04",
    "2024-01..2024-06",
]


def test_the_quotes(hansa_data: Path) -> None:
    with (hansa_data / "forum_2023" / "claims.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    read = []
    for row in rows:
        language = "ru" if re.search("[а-я]", row["quote"]) else "en"
        read.append(" ".join(f"{'*' * t.base}{t.period}" for t in times(row["quote"], language, row["published"])))
    assert read == QUOTED


SWAPS = {
    "January-April": "February-July",
    "first four months": "first seven months",
    "ten months": "five months",
    "10 месяцев": "5 месяцев",
    "в январе": "в мае",
}
SWAPPED = [text.replace("2021", "2024").replace("2022", "2025").replace("2023", "2026") for text in QUOTED]
SWAPPED[1] = "2026-02..2026-07"
SWAPPED[8] = SWAPPED[9] = "2026-01..2026-07"
SWAPPED[14] = "2026-05 *2025-05"
SWAPPED[18] = SWAPPED[22] = "2025-01..2025-05"
SWAPPED[24:] = ["2026", "2027-01..2027-07", "2027-01..2027-06"]


def test_the_quotes_with_other_times(hansa_data: Path) -> None:
    """Every year and month of the quotes is swapped, three years on, and the swapped ones are read."""
    with (hansa_data / "forum_2023" / "claims.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    read = []
    for row in rows:
        language = "ru" if re.search("[а-я]", row["quote"]) else "en"
        quote = re.sub(r"\b20\d\d\b", lambda hit: str(int(hit[0]) + 3), row["quote"])
        for said_there, said_here in SWAPS.items():
            quote = quote.replace(said_there, said_here)
        day = f"{int(row['published'][:4]) + 3}-12-05"
        read.append(" ".join(f"{'*' * t.base}{t.period}" for t in times(quote, language, day)))
    assert read == SWAPPED


def test_the_article(hansa_data: Path) -> None:
    text = (hansa_data / "forum_2023" / "article.txt").read_text(encoding="utf-8")
    assert said(times(text, "en", "2023-07-04")) == [
        "04.07.2023 14:51:00 | date | 2023-07-04",
        "at the end of June | date | 2023-06",
        "last year | period | 2022",
        "Last year | period | 2022",
        "In January-April | period | 2023-01..2023-04",
        "Since 2021 | since | 2021..",
    ]


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(UnknownCode, match="en, ru"):
        times("in 2022", "xx")


PIECES = st.sampled_from(
    [
        "in",
        "the",
        "first",
        "four",
        "months",
        "of",
        "2022",
        "last",
        "year",
        ",",
        ".",
        "(",
        "[",
        "]",
        "-",
        "–",
        "/",
        ":",
        "'",
        "'s",
        "10",
        "за",
        "в",
        "январе",
        "апреле",
        "по",
        "2021",
        "году",
        "г.",
        "полугодие",
        "May",
        "March",
        "mid-",
        "end",
        "of",
        "from",
        "to",
        "between",
        "and",
        "compared",
        "with",
        "Q1",
        "1st",
        "31",
        "июня",
        "28.06.2023",
        "99.99.2022",
        "12:30",
        "past",
        "decades",
        "ſ",
        "K",
        "İ",
        "ten-month",
        "половина",
        "т.г.",
        "к",
        "конца",
    ]
)


@given(st.text() | st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join))
def test_any_text(text: str) -> None:
    for language in ("en", "ru"):
        for day in (None, "2023-06-28", "0001-01-01", "9999-12-31"):
            found = times(text, language, day)
            assert all(text[t.start : t.end] == t.text and t.start < t.end for t in found)
            assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        " ",
        "(",
        "-",
        "one ",
        "млрд ",
        "in ",
        "mid-",
        "10 ",
        "2022 ",
        "first ",
        "January ",
        "the year ",
        "за 10 месяцев ",
        "compared with ",
        "2022 to ",
        "the same period of last year ",
        "2022-",
        "12:12:",
        "1.1.",
        "'s ",
    ],
)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    for language in ("en", "ru"):
        assert_linear(lambda text, language=language: times(text, language, JUNE_2023), piece)
