"""Reads XML from people safely: no DTD, no entities, no network, a size cap."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.errors import InvalidInput

MAX_BYTES = 5_000_000
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
OURS = "urn:rongyidui:bpmn"
NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMNDI, "r": OURS}


def parse_xml(content: bytes, name: str = "") -> etree._Element:
    """Returns the root element. Raises InvalidInput with line and column for anything unsafe or broken."""
    if len(content) > MAX_BYTES:
        raise InvalidInput(f"{name} 超过 {MAX_BYTES // 1_000_000} MB,请精简后再上传")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise InvalidInput(f"{name} 不是有效的 XML: {error.msg}") from error
    information: Any = root.getroottree().docinfo
    if information.doctype:
        raise InvalidInput(f"{name} 含有 DOCTYPE 声明,为安全起见不予接受,请删除该声明")
    return root


def ours(local: str) -> str:
    """The full name of an attribute or element of our extension namespace."""
    return f"{{{OURS}}}{local}"


def bpmn(local: str) -> str:
    """The full name of a BPMN element."""
    return f"{{{BPMN}}}{local}"
