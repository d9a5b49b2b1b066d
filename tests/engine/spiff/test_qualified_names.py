"""References that other modelers write with a prefix mean the elements of the document."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.spiff.rewrite.qualified_names import rewrite
from tests.engine.spiff.draw import Drawn, boundary, end, event, flows, note, person, start, sub
from tests.engine.spiff.test_repairs import HEAD

OWN = 'xmlns:own="x"'  # HEAD's targetNamespace


def qualified(text):
    """A process part whose references all have a prefix."""
    for name in ("attachedToRef", "errorRef", "messageRef", "signalRef", "activityRef"):
        text = text.replace(f'{name}="', f'{name}="own:')
    return text


def drawn(*body, others=""):
    parts = [
        qualified(one).replace("<bpmn:subProcess ", f"<bpmn:subProcess {OWN} ") for one in body
    ]
    return Drawn(
        *(one.replace("<bpmn:boundaryEvent ", f"<bpmn:boundaryEvent {OWN} ")
             .replace("<bpmn:intermediateCatchEvent ", f"<bpmn:intermediateCatchEvent {OWN} ")
          for one in parts),
        others=others,
    )  # fmt: skip


def test_an_error_is_caught_where_the_boundary_event_is_attached():
    inside = sub("x", start("s1"), note("a"), end("e1", what="error err"), flows("s1>a>e1"))
    case = drawn(
        start(), inside, boundary("b", "x", "error err"), note("c"), end("e", "e2"),
        flows("s>x>e; b>c>e2"),
    )  # fmt: skip
    assert case.notes == ["a", "c"] and case.completed


def test_a_message_is_waited_for():
    wait = event("intermediateCatchEvent", "w", "message m", r_key="&quot;K&quot;")
    case = drawn(start(), wait, person("p1"), end("e"), flows("s>w>p1>e"))
    assert [(one.name, one.element) for one in case.waiting.messages] == [("paid", "w")]


@pytest.mark.parametrize(
    ("written", "read"),
    [("own:Task", "Task"), (" Task ", "Task"), ("Task", "Task"), ("other:Task", "other:Task"),
     ("nobody:Task", "nobody:Task")],
)  # fmt: skip
def test_only_the_documents_own_prefix_goes(written, read):
    text = (
        HEAD.replace("<bpmn:definitions", f'<bpmn:definitions {OWN} xmlns:other="urn:other"', 1)
        + f'<bpmn:process id="p"><bpmn:boundaryEvent id="b" attachedToRef="{written}">'
        f"<bpmn:outgoing>{written}</bpmn:outgoing></bpmn:boundaryEvent></bpmn:process></bpmn:definitions>"
    )
    root = etree.fromstring(text.encode())
    rewrite(root)
    node = root[0][0]
    assert node.get("attachedToRef") == read and node[0].text == read
