"""The English of the site: a complete catalogue, and no Chinese on a page but what is data."""

# ruff: noqa: F811 (a fixture is imported)
from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from lxml import html
from sqlalchemy import Text, select
from sqlalchemy.dialects.postgresql import JSONB

from engine.definitions import files_of, latest_release
from engine.tables import metadata
from engine.xml import parse_xml
from handlers.accounts.roles import ENTERPRISE_ROLES, ROLES
from tests.web.district import district, page, post  # noqa: F401
from tests.web.test_routes import access, rules

WEB = Path(__file__).parents[2] / "web"
CATALOGUE = WEB / "translations/en/LC_MESSAGES/messages.po"
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff60]")
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
MARKS = frozenset(["_", "N_", "gettext", "lazy_gettext"])
# What no reader of a page sees: commands, the demonstration's answers, the bank that stands in,
# what a new diagram begins with.
NOT_PAGES = (
    "commands/", "demonstration/", "simulators/", "settings.py", "assets.py", "frontend/",
    "studio/skeletons.py",
)  # fmt: skip
# Chinese that is data: a file's column names, a guide's elements, what is stored with a case.
DATA = frozenset(
    ["统一社会信用代码", "金额", "事项标识", "兑付标准", "申请条件", "兑现流程", "上班", "休息", "元",
     "承诺书", "补录原因", "已在线承诺（", "企业已签署纸质承诺书（窗口 ", " 核对）",
     r"\s*(（示例）|\(sample\))$"]
)  # fmt: skip


def catalogue() -> list[Any]:
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file) if message.id]


def test_every_text_of_the_site_has_an_english_one():
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    options = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
    keywords = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None}
    used = {
        text
        for name, _line, text, *_rest in extract_from_dir(str(WEB), methods, options, keywords)
        if "node_modules" not in name
    }
    known = {message.id for message in catalogue() if message.string}
    assert len(used) > 900
    assert used - known == set(), "run script/translate and fill in the English texts"


def test_an_english_text_keeps_its_placeholders():
    for message in catalogue():
        wanted, found = (set(PLACEHOLDER.findall(t)) for t in (message.id, message.string))
        assert wanted == found, message.id


def test_an_english_text_holds_no_chinese():
    # the columns of a list's file are called in Chinese, whoever fills it in
    kept = "统一社会信用代码|金额|事项标识|姓名|证件类型|证件号码"
    found = [m.string for m in catalogue() if CHINESE.search(re.sub(kept, "", m.string))]
    assert found == []


def test_no_chinese_in_the_code_of_a_page_goes_untranslated():
    found = []
    for path in sorted(WEB.rglob("*.py")):
        place = path.relative_to(WEB).as_posix()
        if not place.startswith(NOT_PAGES):
            tree = ast.parse(path.read_text())
            found += [f"{place}:{line}: {text}" for line, text in unmarked(tree)]
    assert found == []


def unmarked(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Chinese literals outside the calls that mark a text; pairs (Chinese, English) are fine."""
    marked = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            marked |= {id(one) for one in ast.walk(node) if name in MARKS}
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            second = node.elts[1]
            if isinstance(second, ast.Constant) and re.fullmatch(r"[a-z ]+", str(second.value)):
                marked |= {id(one) for one in node.elts}
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body:
            marked |= {id(one) for one in ast.walk(node.body[0]) if ast.get_docstring(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in marked:
            text = node.value
            if isinstance(text, str) and IDEOGRAPH.search(text) and text not in DATA:
                yield node.lineno, text[:60]


def stored_texts(work: Any) -> set[str]:
    """Every Chinese text of the database but the names that have an English one beside them."""
    found: set[str] = set()
    for table in metadata.sorted_tables:
        for column in table.c:
            if column.name == "name" and "name_en" in table.c:
                continue
            if isinstance(column.type, (Text, JSONB)):
                for value in work.connection.scalars(select(column).distinct()):
                    found |= set(texts(value))
    release = latest_release(work.connection)
    for path in files_of(work.connection, release) if release else {}:
        content = bytes(files_of(work.connection, release)[path])
        if path.endswith((".bpmn", ".dmn")):
            found |= {n.get("name") or "" for n in parse_xml(content, path).iter("{*}*")}
    return {text for text in found if CHINESE.search(text)}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from re.split(r"[；;]\s*|\d+[.．、]\s*", value)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def chinese_of(text: str, data: set[str]) -> list[str]:
    """The Chinese a reader meets on a page that is not data.

    Rows of conditions are the engine's words about a policy's own.
    """
    tree = html.fromstring(text)
    apart = "//script|//style|//*[@lang='zh-CN']|//*[@class='site-mark']"
    for node in tree.xpath(f"{apart}|//tr[starts-with(@class, 'condition')]"):
        node.drop_tree()
    names = ("title", "placeholder", "aria-label", "alt", "content", "data-label")
    said = [*tree.itertext(), *tree.xpath(" | ".join(f"//@{name}" for name in names))]
    left = []
    for one in said:
        for known in sorted(data, key=len, reverse=True):
            one = one.replace(known, "")
        if CHINESE.search(one):
            left.append(one.strip())
    return left


@pytest.fixture
def english(district: Any) -> Any:
    """`english(client, path)`: the Chinese on a page in English that is not data."""

    def look(client: Any, path: str) -> list[str]:
        post(client, "/display", {"language": "en"})
        text = page(client, path)
        assert '<html lang="en"' in text
        return chinese_of(text, district.scene.do(stored_texts))

    return look


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """The catalogue as the site reads it, of today's texts."""
    with CATALOGUE.open("rb") as source:
        found = io.BytesIO()
        write_mo(found, read_po(source, locale="en"))
    target = CATALOGUE.with_suffix(".mo")
    if not target.exists() or target.read_bytes() != found.getvalue():
        target.write_bytes(found.getvalue())


def test_every_page_of_every_role_is_english_but_for_data(app, district, english):
    district.firm()
    left = {}
    for role in ROLES:
        if role in ENTERPRISE_ROLES:
            client = district.person(district.firm(), role)
        else:
            client = district.officer("JFJ" if role in ("reviewer", "head") else "XZSPJ", role)
        for rule in rules(app):
            found = access(app, rule) or ()
            may = found in ("public", ("signed in",)) or role in found
            if "GET" in rule.methods and not rule.arguments and may:
                answer = client.get(rule.rule, headers={"Accept": "text/html"})
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    chinese = english(client, rule.rule)
                    if chinese:
                        left[f"{role} {rule.rule}"] = chinese
    assert left == {}


def test_the_pages_of_a_case_are_english_but_for_data(district, english):
    firm = district.firm()
    client = district.person(firm)
    district.apply(client)
    district.scene.drain()
    (case,) = district.cases()
    reviewer = district.officer("JFJ", "reviewer")
    (task,) = re.findall(r"/inbox/[0-9a-f-]{36}", page(reviewer, "/inbox"))[:1]
    looked = [
        (client, "/policies/I@1"), (client, "/policies/I@1/check"), (client, "/policies/I@1/apply"),
        (client, "/policies/A@1"), (client, "/cases"), (client, f"/cases/{case.id}"),
        (client, f"/cases/{case.id}/withdrawal"), (reviewer, "/inbox"), (reviewer, task),
        (district.officer("XZSPJ", "manager"), f"/monitor/{case.instance_id}"),
        (district.officer("XZSPJ", "clerk"), f"/cases/{case.id}/receipt"),
        (district.officer("CZJ", "finance"),
         f"/finance/indicators/{district.scene.indicator_id}"),
    ]  # fmt: skip
    left = {path: chinese for who, path in looked if (chinese := english(who, path))}
    assert left == {}


def test_names_and_sentences_are_english_where_they_are_known(district, english):
    client = district.sign_in("nobody", ("XZSPJ", "manager"))
    english(client, "/password")
    answer = client.get(
        "/cases/00000000-0000-0000-0000-000000000001", headers={"Accept": "text/html"}
    )
    assert "There is no such case" in answer.get_data(as_text=True)
    answer = client.get("/nowhere", headers={"Accept": "text/html"})
    assert "There is no such page" in answer.get_data(as_text=True)
