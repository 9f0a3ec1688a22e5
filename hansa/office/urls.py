"""Every address of the site. Pages have names, by which templates and tests find them."""

from __future__ import annotations

from django.urls import include, path

from hansa.office.api import urls as api
from hansa.office.pages import (
    about,
    account,
    edit,
    exchange,
    feeds,
    forum,
    history,
    home,
    indicators,
    listing,
    pair,
    people,
    record,
    regions,
    scenarios,
    scorecard,
    search,
    speech,
    speech_edit,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("regions", regions.regions, name="regions"),
    path("pairs/<str:a>/<str:b>", pair.pair, name="pair"),
    path("pairs/<str:a>/<str:b>/report.<str:form>", pair.report, name="report"),
    path("register", listing.register, name="register"),
    path("register/export.<str:form>", exchange.export, name="export"),
    path("register/import", exchange.bring, name="import"),
    path("register/import/<int:key>", exchange.confirm, name="confirm-import"),
    path("register/changes", history.changes, name="changes"),
    path("register/changes/<int:number>", history.change, name="change"),
    path("register/<str:kinds>", listing.listing, name="listing"),
    path("register/<str:kinds>/new", edit.new, name="new"),
    path("register/<str:kinds>/<path:key>/edit", edit.edit, name="edit"),
    path("register/<str:kinds>/<path:key>/report", edit.report, name="word"),
    path("register/<str:kinds>/<path:key>/publish", edit.publish, name="publish"),
    path("register/<str:kinds>/<path:key>/withdraw", edit.withdraw, name="withdraw"),
    path("register/<str:kinds>/<path:key>/delete", edit.delete, name="delete"),
    path("register/<str:kinds>/<path:key>/history", history.history, name="history"),
    path("register/<str:kinds>/<path:key>/history/<int:version>", history.revision, name="revision"),
    path("register/<str:kinds>/<path:key>", record.record, name="record"),
    path("forum", forum.forum, name="forum"),
    path("forum/<path:key>", forum.edition, name="edition"),
    path("scorecard", scorecard.scorecard, name="scorecard"),
    path("indicators", indicators.indicators, name="indicators"),
    path("indicators/<str:key>", indicators.indicator, name="indicator"),
    path("scenarios", scenarios.scenarios, name="scenarios"),
    path("speech", speech.speech, name="speech"),
    path("speeches", speech.speeches, name="speeches"),
    path("speeches/<int:key>", speech.kept, name="kept-speech"),
    path("speeches/<int:key>/page", speech.checked, name="checked-speech"),
    path("speeches/<int:key>/edit", speech_edit.edit, name="edit-speech"),
    path("speeches/<int:key>/publish", speech.publish, name="publish-speech"),
    path("speeches/<int:key>/delete", speech.delete, name="delete-speech"),
    path("search", search.search, name="search"),
    path("due.ics", feeds.calendar, name="due.ics"),
    path("due.atom", feeds.news, name="due.atom"),
    path("about", about.about, name="about"),
    path("health", about.health, name="health"),
    path("account", account.account, name="account"),
    path("account/sign-in", account.sign_in, name="sign-in"),
    path("account/sign-out", account.sign_out, name="sign-out"),
    path("account/password", account.password, name="password"),
    path("account/tokens", account.tokens, name="tokens"),
    path("account/export", account.export, name="export-account"),
    path("account/erase", account.erase, name="erase-account"),
    path("people", people.people, name="people"),
    path("people/new", people.new, name="new-person"),
    path("people/<int:key>", people.person, name="person"),
    path("api/v1/", include(api)),
]
handler400 = "hansa.office.pages.refusal.bad"
handler403 = "hansa.office.pages.refusal.forbidden"
handler404 = "hansa.office.pages.refusal.lacking"
handler500 = "hansa.office.pages.refusal.broken"
