"""Ten rounds of a script."""

from engine.bench.models.model import Choice, End, Model, Script, Start

LOOP10 = Model(
    "loop10",
    (
        Start("start"),
        Script("begin", "{ i: 0 }"),
        Choice("again"),
        Script("body", "{ i: i + 1 }"),
        Choice("is_done"),
        End("end"),
    ),
    """
    start > begin > again > body > is_done
    is_done > again if i < 10
    is_done > end
    """,
)
