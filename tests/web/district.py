"""A small district behind the site: policies A (automatic), I (instant), P (promised) of JFJ."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from engine import credit_code
from engine.runtime import Runtime, Work
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy, policy_version, required_document
from handlers.catalogue.text_search import search_text, sort_key
from handlers.enterprises.tables import enterprise
from tests.handlers.scene import Scene, build

PDF = b"%PDF-1.7 a paper"
PAPER = "劳动合同"
HIRES = {
    "name": "hires",
    "label": "招用人数",
    "label_en": "People hired",
    "kind": "number",
    "unit": "人",
    "options": [],
    "required": True,
}
NAMES = {"A": "高新认定奖励", "I": "扩岗补助", "P": "项目配套资助"}
SOURCE = {
    "title": "某办法",
    "addresses": ["http://www.ganzhou.gov.cn/a.html", "http://gov.cn.example.com/b.html"],
}


@dataclass
class District:
    """A scene with its site."""

    scene: Scene
    sign_in: Any
    papers: dict[str, int] = field(default_factory=dict)
    _codes: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def firm(self, **values: Any) -> UUID:
        """A registered firm with a valid code and a confirmed account."""
        first = f"91360799YL{next(self._codes):07d}"
        code = first + credit_code.check_character(first)
        found = self.scene.firm(tail="4321", uscc=code, **values)

        def index(work: Work) -> None:
            row = work.connection.execute(select(enterprise).where(enterprise.c.id == found)).one()
            work.connection.execute(
                update(enterprise)
                .where(enterprise.c.id == found)
                .values(search=search_text(row.name, row.uscc))
            )

        self.scene.do(index)
        return found

    def person(self, firm: UUID, role: str = "applicant", login: str = "") -> FlaskClient:
        """A client signed in as one of a firm's people."""
        login = login or f"{role}-{str(firm)[-8:]}"
        client = self.sign_in(login, (f"enterprise:{firm}", role), enterprise_id=firm)
        return client

    def officer(self, unit: str, role: str) -> FlaskClient:
        return self.sign_in(f"{unit}-{role}".lower(), (unit, role))

    def form(self, letter: str, **changes: Any) -> dict[str, Any]:
        """A complete application; `None` leaves a field out."""
        found: dict[str, Any] = {
            "action": "send",
            "event_date": "2026-03-01",
            "stated-hires": "3",
            "account": "yes",
            "commitment": "yes",
            f"file-{self.papers[letter]}": (io.BytesIO(PDF), "合同.pdf"),
        }
        found.update(changes)
        return {name: value for name, value in found.items() if value is not None}

    def apply(self, client: FlaskClient, letter: str = "I", **changes: Any) -> Any:
        return post(client, f"/policies/{letter}@1/apply", self.form(letter, **changes))

    def cases(self) -> list[Any]:
        return self.scene.do(
            lambda work: work.connection.execute(
                select(case_file).order_by(case_file.c.number)
            ).all()
        )


def post(client: FlaskClient, path: str, data: dict[str, Any] | None = None) -> Any:
    """Posts a form with its CSRF token."""
    return client.post(
        path,
        data=data or {},
        headers={"X-CSRFToken": client.csrf, "Accept": "text/html"},
        content_type="multipart/form-data",
    )


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    """The text of a page that answers with a status."""
    answer = client.get(path, headers={"Accept": "text/html"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, (answer.status_code, text[:2000])
    return text


def _refine(work: Work, papers: dict[str, int]) -> None:
    for letter, name in NAMES.items():
        work.connection.execute(
            update(policy)
            .where(policy.c.id == letter)
            .values(name=name, search=search_text(name, letter), sort_key=sort_key(name))
        )
        inputs = [] if letter == "A" else [HIRES]
        guide = [
            {"name": "设立依据", "text": "某文件第三条"},
            {"name": "申请条件", "text": "1. 不是房地产企业；2. 在本区登记"},
            {"name": "兑付标准", "text": "每家一万元"},
            {"name": "监督电话", "text": "0797-0000000"},
        ]
        work.connection.execute(
            update(policy_version)
            .where(policy_version.c.policy_id == letter)
            .values(inputs=inputs, guide=guide, source=SOURCE)
        )
        papers[letter] = work.connection.execute(
            insert(required_document)
            .values(policy_version_id=f"{letter}@1", position=1, name=PAPER, obtained="upload")
            .returning(required_document.c.id)
        ).scalar_one()


@pytest.fixture
def district(runtime: Runtime, tmp_path: Path, sign_in: Any) -> Iterator[District]:
    scene = build(runtime, tmp_path)
    found = District(scene, sign_in)
    scene.do(lambda work: _refine(work, found.papers))
    yield found
    scene.close()
