"""What the office keeps: accounts and their roles; the register, entry by entry, with every change that was made.

A record is kept whole, as the fields of its kind in `hansa.commitments.records`, which is their only declaration: a new
field needs no migration and appears in forms, API, history and exchange at once (docs/decisions/0007). What is kept
beside it is the office's own: version, draft, who changed it and when, and which records name which.

Entries, revisions and changes are written by `hansa.office.ledger` alone, so that no change goes without history.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.signals import pre_delete, pre_save
from django.dispatch import receiver

from hansa.errors import HansaError

ROLES = ("reporter", "editor", "chair", "administrator")
LONGEST_ID = 200
_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def written_by_the_ledger() -> Iterator[None]:
    """Within it the register's tables may be written; `hansa.office.ledger` uses it."""
    before = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(before)


def _refuse_silent_writing(what: str) -> None:
    if not _writing.get():
        raise HansaError(f"{what} of the register without history. Write through hansa.office.ledger.commit().")


class Guarded(models.QuerySet[Any]):
    """Rows that only the ledger writes."""

    def update(self, **kwargs: Any) -> int:
        """Refused but to the ledger."""
        _refuse_silent_writing("An update")
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused but to the ledger."""
        _refuse_silent_writing("A deletion")
        return super().delete()

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Refused but to the ledger."""
        _refuse_silent_writing("An insertion")
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        """Refused but to the ledger."""
        _refuse_silent_writing("An update")
        return super().bulk_update(*args, **kwargs)


class Accounts(BaseUserManager["Account"]):
    """Accounts are made with a password that nobody has chosen; it is shown once."""

    def create_account(self, name: str, password: str | None, **fields: Any) -> Account:
        """A new account."""
        account = self.model(name=name.strip(), **fields)
        account.set_password(password)
        account.full_clean(exclude=["password"])
        account.save()
        return account

    def named(self, name: str) -> Account | None:
        """The account that signs in by a name, in any case; SQLite itself knows no case beyond ASCII."""
        found = self.filter(name__iexact=name).first()
        if found is None and not name.isascii():
            like = (key for key, one in self.values_list("pk", "name") if one.casefold() == name.casefold())
            found = next((self.get(pk=key) for key in like), None)
        return found

    def get_by_natural_key(self, name: str | None) -> Account:
        """The account that signs in by a name, in any case."""
        return self.get(name__iexact=name)


class Account(AbstractBaseUser):
    """Somebody who signs in. An erased account keeps its row, under a pseudonym, for the history that it wrote.

    sample : made for the demo, with it and nowhere else.
    """

    name = models.CharField(max_length=80, unique=True)
    full_name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    sample = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)
    erased = models.DateTimeField(null=True, blank=True)

    objects = Accounts()
    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.full_name or self.name


class Role(models.Model):
    """What an account may do: everywhere, or where one party is concerned."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])
    party = models.CharField(max_length=LONGEST_ID, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "role", "party"), name="role_once"),)

    def __str__(self) -> str:
        return f"{self.role} of {self.party}" if self.party else self.role


class Token(models.Model):
    """A key by which a program speaks for an account. Only its digest is kept."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Ledger(models.Model):
    """The number of the last change, in one row: changes come one after the other."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class Change(models.Model):
    """One thing that somebody did to the register, be it one field or a file of a thousand records.

    what : in their words, or what the office calls it. account : None where the office itself did it.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="changes")
    what = models.TextField(blank=True)

    objects = Guarded.as_manager()

    def __str__(self) -> str:
        return f"{self.number}: {self.what}"


class Entry(models.Model):
    """A record as it stands: `content` has the fields of its kind. A draft is seen by those who work on it."""

    id = models.CharField(max_length=LONGEST_ID, primary_key=True)
    kind = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    draft = models.BooleanField()
    content = models.JSONField()
    change = models.ForeignKey(Change, models.PROTECT, related_name="+")

    objects = Guarded.as_manager()

    class Meta:
        indexes = (models.Index(fields=("kind", "id")),)
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return self.id


class Revision(models.Model):
    """What an entry became in a change; rows are added and never altered.

    action : created, edited, reported, published, withdrawn (again a draft) or deleted. content : as it was after, of a
    deleted entry as it was before.
    """

    record = models.CharField(max_length=LONGEST_ID)
    kind = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    change = models.ForeignKey(Change, models.PROTECT, related_name="revisions")
    action = models.CharField(max_length=12)
    draft = models.BooleanField()
    content = models.JSONField()

    objects = Guarded.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("record", "version"), name="version_once"),)

    def __str__(self) -> str:
        return f"{self.record} {self.version} {self.action}"


class Reference(models.Model):
    """That one record names another: the database itself refuses to lose the one that is named."""

    source = models.ForeignKey(Entry, models.CASCADE, related_name="names")
    target = models.ForeignKey(Entry, models.PROTECT, related_name="named_by")

    objects = Guarded.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "target"), name="named_once"),)

    def __str__(self) -> str:
        return f"{self.source_id} names {self.target_id}"


@receiver((pre_save, pre_delete))
def _guard(sender: type[models.Model], signal: object, **told: Any) -> None:
    """What a row alone can do is refused too, but to the ledger."""
    if sender in (Change, Entry, Revision):
        _refuse_silent_writing("A change" if signal is pre_save else "A deletion")


class Intake(models.Model):
    """A file that was read and is waiting for its confirmation; gone when it is confirmed, or after a day.

    content : its records, as one JSON register. ledger : the change up to which it was compared.
    """

    account = models.ForeignKey(Account, models.CASCADE)
    at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=300)
    content = models.JSONField()
    notes = models.JSONField(default=list)
    ledger = models.BigIntegerField()

    def __str__(self) -> str:
        return self.source


class Speech(models.Model):
    """A text that was said in public and is kept with what the data say of its figures.

    parties : ids of those it is about. regions : codes of the two that it is about, where that was said for the check.
    draft : seen by those who work on it.
    """

    title = models.CharField(max_length=300)
    speaker = models.CharField(max_length=200, blank=True)
    date = models.CharField(max_length=10, blank=True)
    source = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=10)
    text = models.TextField()
    parties = models.JSONField(default=list)
    regions = models.JSONField(default=list)
    draft = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    account = models.ForeignKey(Account, models.PROTECT, related_name="speeches")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "speeches"

    def __str__(self) -> str:
        return self.title


class SpeechEdit(models.Model):
    """What somebody changed in a draft of a kept speech; rows are added and never altered, and go with the speech.

    version : of the speech after it. became : field -> what it was, and what it became.
    """

    speech = models.ForeignKey(Speech, models.CASCADE, related_name="edits")
    version = models.PositiveIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="speech_edits")
    at = models.DateTimeField(auto_now_add=True)
    became = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("speech", "version"), name="speech_version_once"),)

    def __str__(self) -> str:
        return f"{self.speech_id} {self.version}"
