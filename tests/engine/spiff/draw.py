"""Diagrams in a few lines, and cases that are stored and restored around every act."""

from __future__ import annotations

from engine.errors import BusinessError
from engine.spiff import Run, parse_library
from tests.engine.spiff.test_repairs import HEAD, Services

CATALOGUE = (
    '<bpmn:message id="m" name="paid"/><bpmn:signal id="sig" name="alarm"/>'
    '<bpmn:signal id="sig2" name="calm"/><bpmn:error id="err" errorCode="broken"/>'
    '<bpmn:error id="err2" errorCode="other"/>'
    '<bpmn:escalation id="esc" escalationCode="look"/>'
)


def event(kind, identity, what="", inner="", **attributes):
    """An event; `what` names its definition: `signal sig`, `timer P1D`, `condition x > 1`, …"""
    text = "".join(f' {k.replace("_", ":")}="{v}"' for k, v in attributes.items())
    return f'<bpmn:{kind} id="{identity}"{text}>{inner}{definition(what)}</bpmn:{kind}>'


def definition(what):
    kind, _, rest = what.partition(" ")
    if not kind:
        return ""
    if kind == "timer":
        return f"<bpmn:timerEventDefinition><bpmn:timeDuration>{rest}</bpmn:timeDuration></bpmn:timerEventDefinition>"
    if kind == "cycle":
        return f"<bpmn:timerEventDefinition><bpmn:timeCycle>{rest}</bpmn:timeCycle></bpmn:timerEventDefinition>"
    if kind == "condition":
        rest = rest.replace(">", "&gt;")
        return f"<bpmn:conditionalEventDefinition><bpmn:condition>{rest}</bpmn:condition></bpmn:conditionalEventDefinition>"
    if kind == "link":
        return f'<bpmn:linkEventDefinition name="{rest}"/>'
    if kind == "compensate":
        return f'<bpmn:compensateEventDefinition activityRef="{rest}"/>'
    reference = f' {kind}Ref="{rest}"' if rest else ""
    return f"<bpmn:{kind}EventDefinition{reference}/>"


def start(identity="s", what="", **attributes):
    return event("startEvent", identity, what, **attributes)


def end(*identities, what=""):
    return "".join(event("endEvent", i, what) for i in identities)


def boundary(identity, host, what, interrupts=True, **attributes):
    return event(
        "boundaryEvent",
        identity,
        what,
        attachedToRef=host,
        cancelActivity=str(interrupts).lower(),
        **attributes,
    )


def person(identity, inner=""):
    return f'<bpmn:userTask id="{identity}" r:role="reviewer">{inner}</bpmn:userTask>'


def script(identity, text="{}", inner=""):
    text = text.replace("<", "&lt;")
    return f'<bpmn:scriptTask id="{identity}">{inner}<bpmn:script>{text}</bpmn:script></bpmn:scriptTask>'


def note(identity, inner="", attributes=""):
    """A service task whose handler notes that it was called."""
    return (
        f'<bpmn:serviceTask id="{identity}" implementation="note" {attributes}>'
        f'<bpmn:extensionElements><r:parameter name="word" value="&quot;{identity}&quot;"/>'
        f"</bpmn:extensionElements>{inner}</bpmn:serviceTask>"
    )


def gate(kind, *identities, **attributes):
    text = "".join(f' {k}="{v}"' for k, v in attributes.items())
    return "".join(f'<bpmn:{kind}Gateway id="{i}"{text}/>' for i in identities)


def sub(identity, *inner, kind="subProcess", **attributes):
    text = "".join(f' {k}="{v}"' for k, v in attributes.items())
    return f'<bpmn:{kind} id="{identity}"{text}>{"".join(inner)}</bpmn:{kind}>'


def watcher(identity, what, *inner, interrupting=True, **attributes):
    """An event sub-process with a start event `identity.s`."""
    begin = start(f"{identity}.s", what, isInterrupting=str(interrupting).lower(), **attributes)
    return sub(identity, begin, *inner, triggeredByEvent="true")


def flows(text):
    """Flows such as `s>a>join; fork>b[x = 1]>join`; a condition belongs to the flow before it."""
    found = []
    for path in text.split(";"):
        steps = [step.strip() for step in path.split(">")]
        names = [step.partition("[")[0] for step in steps]
        for source, target, step in zip(names, names[1:], steps[1:], strict=False):
            number = len(found)
            condition = step.partition("[")[2].removesuffix("]").replace("<", "&lt;")
            inner = (
                f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>"
                if condition
                else ""
            )
            found.append(
                f'<bpmn:sequenceFlow id="f{number}.{source}.{target}" sourceRef="{source}" '
                f'targetRef="{target}">{inner}</bpmn:sequenceFlow>'
            )
    return "".join(found)


class Drawn:
    """An instance of a process `p`, stored and restored around every act."""

    def __init__(self, *body, others="", data=None, **handlers):
        self.notes = []
        self.services = Services(note=self._note, fail=self._fail, **handlers)
        content = (
            f'{HEAD}{CATALOGUE}{others}<bpmn:process id="p" isExecutable="true">{"".join(body)}'
            "</bpmn:process></bpmn:definitions>"
        )
        self.process = parse_library({"p.bpmn": content.encode()}).process("p")
        self.trace, self.sent, self.failures = [], [], []
        self._settle(Run.start(self.process, data or {}, self.services))

    def _note(self, word):
        self.notes.append(word)

    def _fail(self, code):
        raise BusinessError(code, "坏了")

    def _settle(self, run):
        run.advance()
        self.waiting, self.completed = run.waiting(), run.completed
        self.trace += [t.element for t in run.trace]
        self.failures += [f.cause for f in run.failures]
        self.sent += run.sent
        self.data = run.data if run.completed else run.current_data()
        self.state = run.dump()

    def act(self, act):
        run = Run.restore(self.process, self.state, self.services)
        act(run)
        self._settle(run)
        return self

    @property
    def people(self):
        return sorted(p.element for p in self.waiting.people)

    def answer(self, element, **values):
        task = next(p for p in self.waiting.people if p.element == element)
        return self.act(lambda run: run.complete(task.task_id, values))

    def fire(self, element):
        timer = next(t for t in self.waiting.timers if t.element == element)
        self.services.now = max(self.services.now, timer.due)
        return self.act(lambda run: run.fire(timer.task_id, element, timer.due))

    def message(self, name, **payload):
        wait = next(m for m in self.waiting.messages if m.name == name)
        return self.act(lambda run: run.receive(wait.task_id, wait.element, payload))

    def signal(self, name, **payload):
        wait = next(m for m in self.waiting.signals if m.name == name)
        return self.act(lambda run: run.receive(wait.task_id, wait.element, payload))

    def done(self, element):
        """How often an element was done."""
        return self.trace.count(element)
