"""Task specs of ours: what a user task, a service task, a decision and a script mean here."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import NoneTask, ScriptTask, ServiceTask, UserTask


class AbstractTask(NoneTask):  # type: ignore[misc]
    """A task of no kind: it is done as soon as it is reached (BPMN 2.0.2, 13.3.3)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False


class HumanTask(UserTask):  # type: ignore[misc]
    """A user task. `role`, `department` and `due` are FEEL; `form` is a path in the release."""

    def __init__(self, *args: Any, settings: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settings = settings


class HandlerTask(ServiceTask):  # type: ignore[misc]
    """Calls the registered handler `handler` with FEEL parameters; the answer goes to `result`."""

    def __init__(
        self, *args: Any, handler: str, parameters: dict[str, str], result: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.handler, self.parameters, self.result = handler, parameters, result

    def _execute(self, task: Any) -> bool | None:
        """True if it is done; None while it waits for the outside, a retry or its boundary event."""
        done: bool | None = task.workflow.script_engine.call_handler(task, self)
        return done


class DecisionTask(ServiceTask):  # type: ignore[misc]
    """Evaluates a decision of the release; its answer goes to `result`."""

    def __init__(self, *args: Any, decision: str, result: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision, self.result = decision, result

    def _execute(self, task: Any) -> bool:
        task.workflow.script_engine.decide(task, self)
        return True


class FeelScript(ScriptTask):  # type: ignore[misc]
    """A script that is one FEEL context; its entries are merged into the data."""
