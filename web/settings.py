"""Settings: one typed object, from one file and the environment (which wins).

The file is `rongyidui.ini` in the working directory, or what RONGYIDUI_SETTINGS names; its one
section is [rongyidui]. In the environment a key is written RONGYIDUI_<KEY>; DATABASE_URL is read
under that name. An unknown key is an error.
"""

from __future__ import annotations

import configparser
import dataclasses
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import EngineError

PREFIX = "RONGYIDUI_"
# Read by other parts under the same prefix; not settings.
NOT_SETTINGS = frozenset(
    [
        "SETTINGS",
        "CRASH_AT",
        "LONG",
        "CONFORMANCE",
        "SUPERVISOR",
        "PICTURES",
        "WALK",
        "CASES",
        "EVENTS",
    ]
)


class SettingsError(EngineError):
    """设置有误。"""


@dataclass(frozen=True)
class Settings:
    """All settings, with their defaults."""

    database_url: str = ""  # empty: the embedded server
    database: str = "rongyidui"  # the database of the embedded server
    data_folder: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    web_threads: int = 8
    bank_simulator_port: int = 8001
    workers: int = 2
    worker_concurrency: int = 2
    secret_key: str = ""  # empty: made once and kept in the data folder
    field_key: str = ""  # encrypts account numbers; empty: made once and kept in the data folder
    serve_sample_publicly: bool = False
    bank_url: str = ""  # where payments are sent; empty with the sample: the bank simulator
    history_months: int = 0  # months of history kept in the database; 0: all (see redeem archive)
    archive_years: int = 30  # term of archived months; 0: for ever (see redeem archive --expired)
    log_level: str = "INFO"

    @property
    def archive_folder(self) -> Path:
        """Where months of the history go."""
        return self.data_folder / "archive"

    def secret(self, name: str) -> str:
        """The named key, or one made at first use and kept in a private file of the data folder."""
        given = str(getattr(self, name))
        if given:
            return given
        path = self.data_folder / f"{name}.txt"
        self.data_folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(32))
        except FileExistsError:
            pass
        return path.read_text().strip()


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Reads file and environment. Raises SettingsError naming the key and what is wrong with it."""
    environment = os.environ if environment is None else environment
    path = Path(environment.get(PREFIX + "SETTINGS", "rongyidui.ini"))
    values: dict[str, str] = {}
    if path.exists():
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(path.read_text(encoding="utf-8"))
        except configparser.Error as error:
            raise SettingsError(f"{path} 无法读取: {error}") from error
        extra = [name for name in parser.sections() if name != "rongyidui"]
        if extra:
            raise SettingsError(f"{path} 中有不认识的小节 [{extra[0]}]")
        if parser.has_section("rongyidui"):
            values.update(parser["rongyidui"])
    elif PREFIX + "SETTINGS" in environment:
        raise SettingsError(f"找不到设置文件 {path}")
    for name, value in environment.items():
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in NOT_SETTINGS:
            values[name.removeprefix(PREFIX).lower()] = value
    if environment.get("DATABASE_URL"):
        values["database_url"] = environment["DATABASE_URL"]
    return _typed(values)


def _typed(values: Mapping[str, str]) -> Settings:
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    found: dict[str, Any] = {}
    for name, text in values.items():
        if name not in fields:
            known = "、".join(sorted(fields))
            raise SettingsError(f"不认识的设置 {name};可用的设置: {known}")
        found[name] = _read(name, type(fields[name].default), text)
    return Settings(**found)


def _read(name: str, kind: type, text: str) -> Any:
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off", ""):
            return False
        raise SettingsError(f"设置 {name} 应为 true 或 false,现在是 {text!r}")
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise SettingsError(f"设置 {name} 应为整数,现在是 {text!r}") from None
    return Path(text) if issubclass(kind, Path) else text
