"""Keys by which programs speak for an account: sent as ``Authorization: Bearer ...``, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from hansa.office.models import Account, Token
from hansa.office.viewer import office

SCHEME, PREFIX = "Bearer", "hansa_"


def new_token(account: Account, name: str, expires: datetime | None = None) -> tuple[Token, str]:
    """A new key of an account, and the text of it, which is shown once."""
    text = PREFIX + secrets.token_urlsafe(32)
    return Token.objects.create(account=account, name=name, digest=digest(text), expires=expires), text


def digest(text: str) -> str:
    """What is kept of a key. It is random and long, so that a plain hash cannot be turned round."""
    return hashlib.sha256(text.encode()).hexdigest()


class ByToken(BaseAuthentication):
    """Who sends a valid key is the account that it belongs to."""

    def authenticate(self, request: Request) -> tuple[Account, Token] | None:
        """The account of the key that was sent, where one was."""
        said = request.headers.get("Authorization", "")
        if not said.startswith(f"{SCHEME} "):
            return None
        token = Token.objects.select_related("account").filter(digest=digest(said.removeprefix(f"{SCHEME} "))).first()
        if token is None or not token.account.is_active or (token.expires and token.expires < timezone.now()):
            raise AuthenticationFailed("The key is not known, or no longer valid. Make a new one on your account page.")
        if token.account.sample and not office().demo:
            raise AuthenticationFailed("Sample accounts open no office but the demo.")
        return token.account, token

    def authenticate_header(self, request: Request) -> str:
        """What a refused caller is to send."""
        return SCHEME
