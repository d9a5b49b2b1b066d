"""The list of instances."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from engine.runtime import Work
from web.access import requires, run
from web.monitor import READERS, blueprint, search


@blueprint.get("")
@requires(*READERS)
def instances() -> Any:
    """Every instance that matches the filter, the newest first."""
    wanted = search.asked_for(request.args)

    def act(work: Work) -> dict[str, Any]:
        rows, following = search.page(work, wanted)
        return {
            "rows": rows,
            "following": following,
            "figures": search.figures(work),
            "processes": search.process_names(work),
        }

    return render_template(
        "monitor/instances.html", wanted=wanted, statuses=search.STATUSES, **run(act)
    )
