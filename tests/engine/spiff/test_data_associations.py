"""Data objects, associations and input/output specifications."""

import pytest

from engine.lint import lint
from tests.engine.lint.sample import SAMPLE, release
from tests.engine.spiff.draw import Drawn, end, flows, person, script, start

OBJECT = (
    '<bpmn:dataObject id="o"/><bpmn:dataObjectReference id="form" name="total" dataObjectRef="o"/>'
)
WRITES = '<bpmn:dataOutputAssociation id="w"><bpmn:targetRef>form</bpmn:targetRef></bpmn:dataOutputAssociation>'


def reads(name, more=""):
    return (
        f'<bpmn:ioSpecification><bpmn:dataInput id="in" name="{name}"/><bpmn:inputSet>'
        "<bpmn:dataInputRefs>in</bpmn:dataInputRefs></bpmn:inputSet><bpmn:outputSet/></bpmn:ioSpecification>"
        '<bpmn:dataInputAssociation id="r"><bpmn:sourceRef>form</bpmn:sourceRef>'
        f"<bpmn:targetRef>in</bpmn:targetRef>{more}</bpmn:dataInputAssociation>"
    )


def body(name="total", more=""):
    return (
        start(), OBJECT, script("a", "{ total: 3 }", WRITES), person("b", reads(name, more)),
        script("c", "{ double: total * 2 }"), end("e"), flows("s>a>b>c>e"),
    )  # fmt: skip


def test_a_data_object_is_a_variable_that_the_whole_process_sees():
    case = Drawn(*body())
    assert case.data == {"total": 3}
    case.answer("b")
    assert case.data == {"total": 3, "double": 6}


def refusals(*drawn):
    found = lint(release("".join(drawn)), SAMPLE, house=False)
    return [f.element for f in found if f.severity == "error"]


@pytest.mark.parametrize(
    ("name", "more", "refused"),
    [
        ("total", "", []),
        ("__targetRef_placeholder", "", []),
        ("sum", "", ["b"]),
        ("total", "<bpmn:transformation>total * 2</bpmn:transformation>", ["b"]),
    ],
)
def test_what_would_rename_or_transform_is_refused(name, more, refused):
    assert refusals(*body(name, more)) == refused
