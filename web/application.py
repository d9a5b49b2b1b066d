"""The application factory."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask, Response, g, render_template, request, session
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import select, text
from werkzeug.exceptions import HTTPException

from engine.errors import Conflict, EngineError, InvalidInput, NotAllowed, NotFound
from engine.runtime import Runtime
from engine.tables import database_mark
from handlers import registry
from handlers.accounts.roles import ROLES
from web import display, navigation, plain_json
from web.access import NOBODY, current_actor, public
from web.assets import vite
from web.marking import N_
from web.naming import said_of_field, told
from web.settings import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; "
    "form-action 'self'"
)
ROOMS = (
    "accounts",
    "portal",
    "window",
    "inbox",
    "lists",
    "finance",
    "monitor",
    "studio",
    "admin",
    "api",
)
LANGUAGES = ("zh", "en")
MAX_REQUEST_BYTES = 25_000_000
STATUS = {NotFound: 404, NotAllowed: 403, Conflict: 409, InvalidInput: 422}


def create_app(settings: Settings, runtime: Runtime) -> Flask:
    """Builds the site over a runtime."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret("secret_key"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="rongyidui",
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_HEADERS=["X-CSRFToken"],
        BABEL_DEFAULT_LOCALE="zh",
    )
    app.extensions["runtime"] = runtime
    app.extensions["settings"] = settings
    registry.load()
    CSRFProtect(app)
    Babel(app, locale_selector=language)
    _templates(app)
    _headers(app)
    _errors(app)
    for room in ROOMS:
        app.register_blueprint(import_module(f"web.{room}").blueprint)
    _own_routes(app, runtime)
    return app


def language() -> str:
    """The language of this request: chosen, else the browser's, else Chinese."""
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES, "zh") if request else "zh"


def _templates(app: Flask) -> None:
    app.jinja_env.filters.update(display.FILTERS)
    app.jinja_env.globals.update(
        vite=vite,
        deadline=display.deadline,
        menu=navigation.menu,
        current_entry=navigation.current,
        ROLES=ROLES,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def common() -> dict[str, Any]:
        actor = current_actor()
        return {
            "actor": None if actor is NOBODY else actor,
            "care": session.get("care", False),
            "language": str(get_locale()),
            "sample_public": _sample_public(app),
        }


def _sample_public(app: Flask) -> bool:
    """Whether this is a sample database served to others than loopback."""
    if "sample_public" not in g:
        settings: Settings = app.extensions["settings"]
        g.sample_public = settings.serve_sample_publicly and is_sample(app.extensions["runtime"])
    return bool(g.sample_public)


def is_sample(runtime: Runtime) -> bool:
    """Whether the database holds the sample district and its known passwords."""
    with runtime.database.connect() as connection:
        statement = select(database_mark.c.kind).where(database_mark.c.kind == "sample")
        return connection.scalar(statement) is not None


def _headers(app: Flask) -> None:
    @app.after_request
    def secure(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _errors(app: Flask) -> None:
    def answer(status: int, message: str, fields: dict[str, str] | None = None) -> Any:
        if request.path.startswith("/api/"):
            return plain_json.problem(status, message, fields or {})
        if request.is_json or request.accept_mimetypes.best == "application/json":
            return {"message": message, "fields": fields or {}}, status
        return render_template("error.html", status=status, message=message), status

    @app.errorhandler(EngineError)
    def engine_error(error: EngineError) -> Any:
        status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 422)
        fields = {key: said_of_field(t) for key, t in getattr(error, "fields", {}).items()}
        return answer(status, told(error), fields)

    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> Any:
        return answer(400, _("页面已过期,请刷新后重新提交;已填写的内容可先复制保存。"))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        texts = {
            401: N_("请先登录。"),
            403: N_("您没有访问此页面的权限。如确需访问,请联系系统管理员调整岗位。"),
            404: N_("没有这个页面,它可能已被移动或删除。"),
            405: N_("不支持这种操作方式。"),
            413: N_("上传的内容过大,单次不超过 25 MB。"),
        }
        status = error.code or 500
        if status < 400:
            return error
        return answer(status, _(texts[status]) if status in texts else error.description or "")

    @app.errorhandler(500)
    def broken(error: Exception) -> Any:
        return answer(500, _("系统出现故障,刚才的操作没有生效。请稍后重试,或联系系统管理员。"))


def _own_routes(app: Flask, runtime: Runtime) -> None:
    @app.get("/health")
    @public
    def health() -> dict[str, str]:
        """Says that the site and its database answer; for the supervisor of a deployment."""
        with runtime.database.connect() as connection:
            connection.execute(text("select 1"))
        return {"status": "ok"}
