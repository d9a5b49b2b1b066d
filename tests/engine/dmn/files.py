"""Pieces of DMN files for tests, put together as text."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from tests.engine.dmn.tables import MODEL


def file(*parts: str, namespace: str = "urn:t") -> bytes:
    """A file of these elements."""
    head = f'<definitions xmlns="{MODEL}" name="m" namespace="{namespace}">'
    return f"{head}{''.join(parts)}</definitions>".encode()


def named(tag: str, name: str, type_name: str = "") -> str:
    """`<tag name="…" typeRef="…"/>`"""
    declared = f" typeRef={quoteattr(type_name)}" if type_name else ""
    return f"<{tag} name={quoteattr(name)}{declared}/>"


def lit(text: str, type_name: str = "") -> str:
    declared = f" typeRef={quoteattr(type_name)}" if type_name else ""
    return f"<literalExpression{declared}><text>{escape(text)}</text></literalExpression>"


def given(identity: str, name: str, type_name: str = "") -> str:
    """Input data."""
    return (
        f'<inputData id="{identity}" name={quoteattr(name)}>'
        f"{named('variable', name, type_name)}</inputData>"
    )


def decision(identity: str, logic: str, *requires: str, name: str = "", type_name: str = "") -> str:
    """A decision; what it requires are `input:href`, `decision:href` or `knowledge:href`."""
    name = name or identity
    return (
        f'<decision id="{identity}" name={quoteattr(name)}>{named("variable", name, type_name)}'
        f"{''.join(map(_requirement, requires))}{logic}</decision>"
    )


def _requirement(text: str) -> str:
    kind, _, href = text.partition(":")
    outer = "knowledgeRequirement" if kind == "knowledge" else "informationRequirement"
    inner = {"input": "requiredInput", "decision": "requiredDecision"}.get(
        kind, "requiredKnowledge"
    )
    return f"<{outer}><{inner} href={quoteattr(href)}/></{outer}>"


def knowledge(identity: str, logic: str, *parameters: str, requires: tuple[str, ...] = ()) -> str:
    """A business knowledge model with parameters `name` or `name:type`."""
    formal = "".join(
        named("formalParameter", *(part.strip() for part in one.split(":"))) for one in parameters
    )
    return (
        f'<businessKnowledgeModel id="{identity}" name="{identity}">{named("variable", identity)}'
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>"
        f"{''.join(map(_requirement, requires))}</businessKnowledgeModel>"
    )


def service(identity: str, outputs: list[str], decisions: list[str], data: list[str]) -> str:
    """A decision service; all are ids."""
    parts = [("outputDecision", outputs), ("inputDecision", decisions), ("inputData", data)]
    inner = "".join(f'<{tag} href="#{one}"/>' for tag, ids in parts for one in ids)
    return (
        f'<decisionService id="{identity}" name="{identity}">{named("variable", identity)}'
        f"{inner}</decisionService>"
    )


def importing(name: str, place: str = "") -> str:
    """The import of the namespace urn:lib."""
    location = f' locationURI="{place}"' if place else ""
    return f'<import name="{name}" namespace="urn:lib" importType="x"{location}/>'
