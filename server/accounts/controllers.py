"""``/login`` and ``/logout``; what the form looks like is ``web``'s."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.elsewhere import FAILED, UNKNOWN, only_provider
from server.accounts.models import Role
from server.accounts.passkeys import Site
from server.accounts.sign_in import Denied, HalfWay, SignedIn, SignIn, Visit
from server.accounts.staff import SETTING_UP, current_account, require, visitor
from server.accounts.steps import STEP_S, Step
from server.config import Settings
from server.network import AnyRequest, client_address, is_elsewhere
from server.storage.database import Database

LOGIN_TEMPLATE = "login.html"
HOME = "/"
SECOND = "/login/second"

NOT_KEPT = {"Cache-Control": "no-store"}

# What the form says to whoever was sent to it with these words, and to nobody with others.
RENEWED = "Your new password is kept. Sign in with it."

# Of a form's field, in characters.
MAX_FIELD = 1_000

# Of the form, in bytes: three fields, each character escaped. Anybody may send one.
MAX_FORM_BYTES = 65_536


def cookie_name(settings: Settings) -> str:
    """The session cookie's name; by https one that no neighbouring site can set
    (RFC 6265bis, *The "__Host-" Prefix*).
    """
    return "__Host-invigil" if settings.https else "invigil"


def step_cookie_name(settings: Settings, kind: Step) -> str:
    """The name of the cookie of half a sign-in."""
    return f"{cookie_name(settings)}-{kind.value}"


def visit_of(request: AnyRequest, settings: Settings) -> Visit:
    """From where this request comes."""
    return Visit(
        client_address(request, proxied=settings.trusted_proxy),
        request.headers.get("User-Agent", ""),
        request.cookies.get(cookie_name(settings)),
    )


def entered(settings: Settings, signed_in: SignedIn, target: str) -> Redirect:
    """On to a page of this server, signed in."""
    answer = Redirect(target, status_code=303)
    set_session_cookie(answer, settings, signed_in.cookie)
    return answer


class AccountsController(Controller):
    """Signing in and out."""

    include_in_schema = False

    @get("/login")
    async def get_login(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Template | Redirect:
        """The form; whoever is signed in already goes on to ``next``."""
        target = local_path(request.query_params.get("next", HOME))
        if visitor(request) is not None:
            return Redirect(target, status_code=303)
        told = request.query_params.get("told", "")
        error = told if told in {FAILED, UNKNOWN} else ""
        async with database.transaction() as db:
            return await _form(
                db, settings, target, error=error, told=told if told == RENEWED else ""
            )

    @post("/login", status_code=303, request_max_body_size=MAX_FORM_BYTES)
    async def post_login(
        self,
        request: AnyRequest,
        sign_in: NamedDependency[SignIn],
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Response[Any]:
        """Fields ``email``, ``password``, ``next``. Back to ``next``, or the form again."""
        refuse_other_sites(request, settings)
        form = await request.form()
        email, password, target = (_field(form, name) for name in ("email", "password", "next"))
        match await sign_in.sign_in(email, password, visit_of(request, settings)):
            case SignedIn() as signed_in:
                return entered(settings, signed_in, local_path(target))
            case HalfWay() as half:
                where = f"{SECOND}?{urlencode({'next': local_path(target)})}"
                answer = Redirect(where, status_code=303)
                set_step_cookie(answer, settings, Step.SECOND, half.cookie)
                return answer
            case Denied() as denied:
                async with database.transaction() as db:
                    return await _form(
                        db,
                        settings,
                        local_path(target),
                        error=denied.words,
                        email=email,
                        status=429 if denied.retry_after else 401,
                        retry_after=denied.retry_after,
                    )

    @post("/logout", status_code=303, guards=[require(Role.OBSERVER)], opt=SETTING_UP)
    async def post_logout(
        self,
        request: AnyRequest,
        sign_in: NamedDependency[SignIn],
        settings: NamedDependency[Settings],
    ) -> Redirect:
        """End the session."""
        address = client_address(request, proxied=settings.trusted_proxy)
        await sign_in.sign_out(current_account(request), address)
        answer = Redirect("/login", status_code=303)
        answer.delete_cookie(cookie_name(settings), path="/")
        return answer


def login_with(told: str) -> Redirect:
    """To the form, which says this."""
    return Redirect(f"/login?{urlencode({'told': told})}", status_code=303)


def local_path(target: str) -> str:
    """``target`` where it is a path on this server, else the start page."""
    outward = not target.startswith("/") or target.startswith("//") or "\\" in target
    return HOME if outward or not target.isprintable() else target


async def _form(
    db: AsyncSession,
    settings: Settings,
    target: str,
    *,
    error: str = "",
    told: str = "",
    email: str = "",
    status: int = 200,
    retry_after: int = 0,
) -> Template:
    provider = await only_provider(db)
    query = urlencode({"next": target})
    context = {
        "error": error,
        "told": told,
        "email": email,
        "next": target,
        "passkeys_work": Site.of(settings) is not None,
        "elsewhere": f"/login/with/{provider}?{query}" if provider else "",
    }
    waiting = {"Retry-After": str(retry_after)} if retry_after else {}
    return Template(
        LOGIN_TEMPLATE, context=context, status_code=status, headers=NOT_KEPT | waiting
    )


def set_session_cookie(answer: Response[Any], settings: Settings, value: str) -> None:
    """Sign the browser in; what led to it is over."""
    _set(answer, settings, cookie_name(settings), value, settings.session_max_s)
    answer.delete_cookie(step_cookie_name(settings, Step.SECOND), path="/")


def set_step_cookie(answer: Response[Any], settings: Settings, kind: Step, value: str) -> None:
    """Have the browser show that it is half-way."""
    _set(answer, settings, step_cookie_name(settings, kind), value, STEP_S)


def _set(answer: Response[Any], settings: Settings, name: str, value: str, age_s: int) -> None:
    answer.set_cookie(
        name,
        value,
        path="/",
        max_age=age_s,
        httponly=True,
        secure=settings.https,
        samesite="lax",
    )


def _field(form: Any, name: str) -> str:
    value = form.get(name, "")
    return value[:MAX_FIELD] if isinstance(value, str) else ""


def refuse_other_sites(request: AnyRequest, settings: Settings) -> None:
    """A form on another site must not sign anybody in; browsers say where it came from."""
    site = request.headers.get("Sec-Fetch-Site")
    if site not in {None, "same-origin", "none"} or (
        site is None and is_elsewhere(request, settings.url)
    ):
        raise PermissionDeniedException("Sign in from this server's own page.")
