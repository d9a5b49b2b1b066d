"""The complex gateway: goes on as soon as its activation condition is true, and then waits for the rest.

SpiffWorkflow refuses it. After it has fired it takes the tokens that still come by the other flows,
without passing them on, until none can come any more; then it begins anew (BPMN 2.0.2, 13.4.5).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser

from engine.spiff.joins import InclusiveJoin, came_from, first_of_each, may_still_come
from engine.spiff.merging import merged_data
from engine.xml import bpmn


class ComplexJoin(InclusiveJoin):
    """`activation` is FEEL; it may ask for `activationCount`, the number of tokens that have come."""

    def __init__(self, *args: Any, activation: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activation = activation

    def enough(self, my_task: Any, tokens: list[Any]) -> list[Any]:
        if not self.activation:
            return super().enough(my_task, tokens)
        memory = my_task.workflow.task_tree.internal_data
        key = f"fired:{self.name}"
        if key in memory:
            seen = set(memory[key])
            arrived = {came_from(token) for token in tokens}
            if may_still_come(self, my_task.workflow, arrived | seen):
                return []
            del memory[key]
            for token in first_of_each([t for t in tokens if came_from(t) not in seen]):
                tokens.remove(token)
                token.cancel()
        if not tokens or not self._is_active(tokens):
            return []
        used = first_of_each(tokens)
        memory[key] = [came_from(token) for token in used]
        return used

    def _is_active(self, tokens: list[Any]) -> bool:
        names = {**merged_data(tokens), "activationCount": Decimal(len(tokens))}
        engine = tokens[0].workflow.script_engine
        return engine.value(self.activation, names) is True


class ComplexParser(ConditionalGatewayParser):  # type: ignore[misc]
    """A flow without a condition is always taken."""

    def create_task(self) -> Any:
        text = (self.node.findtext(bpmn("activationCondition")) or "").strip()
        return self.spec_class(self.spec, self.bpmn_id, activation=text, **self.bpmn_attributes)

    def connect_outgoing(self, outgoing_task: Any, flow: Any, is_default: bool) -> None:
        if is_default or self.parse_condition(flow) is not None:
            super().connect_outgoing(outgoing_task, flow, is_default)
        else:
            self.task.connect_outgoing_if("true", outgoing_task)
