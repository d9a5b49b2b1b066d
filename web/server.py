"""gunicorn around the site, configured from the settings."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication
from sqlalchemy import URL

from engine.garbage import collect_rarely
from web.application import create_app
from web.settings import Settings
from web.system import make_runtime


class Site(BaseApplication):  # type: ignore[misc]
    """Loads the site in each gunicorn worker, so that no connection is shared across a fork."""

    def __init__(self, settings: Settings, url: URL) -> None:
        self.settings, self.url = settings, url
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": self.settings.web_workers,
            "worker_class": "gthread",
            "threads": self.settings.web_threads,
            "timeout": 60,
            "graceful_timeout": 10,
            "accesslog": None,
            "loglevel": "warning",
            "worker_tmp_dir": None,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        site = create_app(self.settings, make_runtime(self.settings, self.url, pool_size=8))
        collect_rarely()
        return site


def serve_site(settings: Settings, url: URL) -> None:
    """Serves until a signal stops it."""
    Site(settings, url).run()
