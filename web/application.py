"""The application factory."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from engine.runtime import Runtime
from web.settings import Settings


def create_app(settings: Settings, runtime: Runtime) -> Flask:
    """Builds the site over a runtime."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY=settings.secret("secret_key"))
    app.extensions["runtime"] = runtime

    @app.get("/health")
    def health() -> dict[str, str]:
        """Says that the site and its database answer; for the supervisor of a deployment."""
        with runtime.database.connect() as connection:
            connection.execute(text("select 1"))
        return {"status": "ok"}

    return app
