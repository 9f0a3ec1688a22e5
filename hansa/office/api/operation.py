"""What may be asked of the interface, declared once: view, refusals and description follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, OpenApiRequest, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from hansa.commitments.register import Register
from hansa.errors import NotAllowed
from hansa.office.api.content import Json, nothing
from hansa.office.api.parameter import Parameter, read_query
from hansa.office.api.problem import TITLES
from hansa.office.models import Account
from hansa.office.permission import Viewer, who_may
from hansa.office.rate import SharedRate
from hansa.office.snapshot import Snapshot, current
from hansa.office.statistics import Statistics, statistics
from hansa.office.viewer import viewer_of

Schema = Mapping[str, Any]
SAFE = ("GET", "HEAD", "OPTIONS")
PROBLEM: Schema = {"$ref": "#/components/schemas/Problem"}
CALLERS = ("anybody", "signed in", "role")


@dataclass(frozen=True, eq=False)
class Call:
    """A question as it was asked.

    path : the changing parts of the address. asked : its query, by name, as values.
    """

    request: Request
    path: Mapping[str, Any]
    asked: Mapping[str, Any]

    @cached_property
    def viewer(self) -> Viewer:
        """Who asks: by key, or by a session."""
        return viewer_of(self.account)

    @property
    def account(self) -> Account | None:
        """The account of who asks, where it is one."""
        return self.request.user if isinstance(self.request.user, Account) else None

    @cached_property
    def snapshot(self) -> Snapshot:
        """The register as it stands, one and the same for the whole call."""
        return current()

    @property
    def register(self) -> Register:
        """What they may see of it."""
        return self.snapshot.register(self.viewer)

    @cached_property
    def statistics(self) -> Statistics:
        """The statistics of the office."""
        return statistics()

    @property
    def circle(self) -> tuple[tuple[str, str], ...]:
        """Who else sees the same of the register: what is computed for one is the answer for all of them."""
        return self.viewer.roles


@dataclass(frozen=True)
class Operation:
    """One method of an address.

    method : of HTTP. name : its own in the whole interface. what : what it does, in a line. answer : does it.
    gives : status -> schema of the answer, None where it has no content. refuses : further statuses of problems.
    takes : schema of what is sent. parameters : of the query. headers : of the request, name -> (what, whether it must
    be there). caller : of `CALLERS`, who may ask at all; what a role may do is looked at by the ledger.
    throttle : name of the rate it is held to. may : the right by which it is open to who has a role.
    """

    method: str
    name: str
    what: str
    answer: Callable[[Call], HttpResponse]
    gives: Mapping[int, Schema | None]
    refuses: Sequence[int] = ()
    takes: Schema | None = None
    parameters: Sequence[Parameter] = ()
    headers: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    caller: str = "anybody"
    throttle: str = ""
    may: str = "see history"

    @property
    def statuses(self) -> list[int]:
        """The statuses of all problems that may be its answer."""
        own = {400, 401, 406, *self.refuses}
        if self.caller != "anybody":
            own |= {403}
        if self.takes is not None:
            own |= {413, 415}
        return sorted(own | ({429} if self.throttle else set()))


def view_of(title: str, tag: str, operations: Sequence[Operation]) -> Callable[..., HttpResponse]:
    """The view of an address, which answers its operations.

    title : name of the view. tag : the chapter of the description that it stands in.
    """
    verbs = {operation.method.lower(): _verb(operation, tag) for operation in operations}
    throttle = next((operation.throttle for operation in operations if operation.throttle), None)
    own = {"options": _options, "parser_classes": [Json], "throttle_classes": [SharedRate] if throttle else []}
    view = type(title, (APIView,), {**verbs, **own, "throttle_scope": throttle, "__module__": __name__}).as_view()  # type: ignore[attr-defined]

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **path: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **path)
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response

    return answered


def _options(self: APIView, request: Request, **path: Any) -> HttpResponse:
    return nothing()  # what may be asked here stands in the header Allow


def _verb(operation: Operation, tag: str) -> Callable[..., HttpResponse]:
    def verb(self: APIView, request: Request, **path: Any) -> HttpResponse:
        _refuse_caller(operation, request)
        if any("\x00" in str(part) for part in path.values()):
            raise exceptions.NotFound("No address holds a NUL.")
        if "Transfer-Encoding" in request.headers:  # its content would not be seen
            raise exceptions.ParseError("Send the content in one piece, with its Content-Length.")
        return operation.answer(Call(request, path, read_query(request.query_params, operation.parameters)))

    verb.__name__, verb.__doc__ = operation.method.lower(), operation.what
    described: Callable[..., HttpResponse] = _described(operation, tag)(verb)
    return described


def _refuse_caller(operation: Operation, request: Request) -> None:
    account = request.user if isinstance(request.user, Account) else None
    if account is None:
        if operation.caller != "anybody":
            raise exceptions.NotAuthenticated("Sign in, or send a key as 'Authorization: Bearer hansa_...'.")
        return
    if operation.method not in SAFE and account.must_change_password:
        raise NotAllowed("Choose a password of your own on your account page first; until then you may only read.")
    if operation.caller == "role" and not viewer_of(account).may(operation.may):
        roles = viewer_of(account).roles
        if not any(role in who_may(operation.may) for role, _ in roles):
            raise NotAllowed(f"This takes a role among: {', '.join(who_may(operation.may))}.")


def _described(operation: Operation, tag: str) -> Callable[..., Any]:
    """The decorator that describes an operation in OpenAPI."""
    answers: dict[Any, Any] = {
        (status, "application/json") if schema else status: OpenApiResponse(
            schema and dict(schema), description=DONE.get(status, "Done.")
        )
        for status, schema in operation.gives.items()
    }
    answers |= {
        (status, "application/problem+json"): OpenApiResponse(dict(PROBLEM), description=TITLES[status])
        for status in operation.statuses
    }
    sent = [
        OpenApiParameter(name, {"type": "string"}, OpenApiParameter.HEADER, required=needed, description=what)
        for name, (what, needed) in operation.headers.items()
    ]
    tags = [status for status, schema in operation.gives.items() if schema is not None]
    etag = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=tags, description="Tag of this version.")
    return extend_schema(
        operation_id=operation.name,
        summary=operation.what,
        description=operation.what,
        tags=[tag],
        parameters=[*(parameter.described() for parameter in operation.parameters), *sent, *([etag] if tags else [])],
        request=OpenApiRequest(dict(operation.takes)) if operation.takes else None,
        responses=answers,
        auth=_auth(operation),  # type: ignore[arg-type]
    )


DONE = {200: "The answer.", 201: "It was made.", 204: "Done; there is nothing to show.", 304: "It is what you have."}


def _auth(operation: Operation) -> list[dict[str, list[str]]]:
    known: list[dict[str, list[str]]] = [{"key": []}, {"session": []}]
    return [*known, {}] if operation.caller == "anybody" else known
