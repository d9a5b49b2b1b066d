"""A register of any size for benchmarks: sample enterprises, and copies whose facts are mixed anew.

Deterministic. For scratch databases only: it drops what keeps the fact table honest row by row.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from engine.runtime import Work
from handlers.enterprises import register
from handlers.sample.firms import SEED, make_firm
from handlers.sample.load import row_of

ORIGINALS = 1000
_FACT_OF = "fk_enterprise_fact_enterprise_id"

# Copy k takes each fact from another original, by a step of the fact's own: what goes together in
# one enterprise differs in every copy, how common a value is does not.
_COPIES = """
with original as (select *, row_number() over (order by uscc) - 1 as n from enterprise)
insert into enterprise (id, uscc, name, legal_representative, status, registered_on, industry, town)
select md5('firm ' || o.n || ' ' || k)::uuid, 'B' || lpad(k::text, 7, '0') || lpad(o.n::text, 10, '0'),
       o.name || k, o.legal_representative, o.status, o.registered_on + (k * 7 % 700), o.industry, o.town
from original o, generate_series(1, :copies) as k
"""
_FACTS = """
with original as (select id, row_number() over (order by uscc) - 1 as n from enterprise
                  where uscc not like 'B%'),
     fact as (select o.n, f.name, f.as_of, f.value, f.source, abs(hashtext(f.name)) % 997 as step
              from enterprise_fact f join original o on o.id = f.enterprise_id)
insert into enterprise_fact (enterprise_id, name, as_of, value, source)
select md5('firm ' || ((n + k * step) % :originals) || ' ' || k)::uuid, name, as_of, value, source
from fact, generate_series(1, :copies) as k
"""
_LISTINGS = """
insert into negative_listing (id, enterprise_id, list_name, reason, listed_on, source)
select md5('listing ' || uscc)::uuid, id, '严重失信主体名单', '示例', date '2026-01-10', '示例'
from enterprise where abs(hashtext(uscc)) % 40 = 0
on conflict do nothing
"""

_CHANGE = """
insert into enterprise_fact (enterprise_id, name, as_of, value, source)
select distinct on (f.enterprise_id) f.enterprise_id, f.name, :day, f.value, f.source
from enterprise_fact f join enterprise e on e.id = f.enterprise_id
where abs(hashtext(e.uscc)) % 100 = :part and f.as_of < :day
order by f.enterprise_id, hashtext(f.name || :part)
on conflict (enterprise_id, name, as_of) do update set value = excluded.value
"""


def fill(work: Work, firms: int) -> None:
    """Fills an empty register with `firms` enterprises, a multiple of 1,000."""
    register.import_enterprises(
        work, [row_of(make_firm(number, SEED)) for number in range(1, ORIGINALS + 1)]
    )
    copies = firms // ORIGINALS - 1
    for statement, values in (
        (f"alter table enterprise_fact drop constraint {_FACT_OF}", {}),
        ("alter table enterprise_fact set unlogged", {}),
        (_COPIES, {"copies": copies}),
        (_FACTS, {"copies": copies, "originals": ORIGINALS}),
        (_LISTINGS, {}),
        ("analyze enterprise, enterprise_fact, negative_listing", {}),
    ):
        work.connection.execute(text(statement), values)


def change(work: Work, part: int, day: date) -> None:
    """Gives every hundredth enterprise a fact of the day; another hundredth for every part below 100."""
    work.connection.execute(text(_CHANGE), {"part": part, "day": day})
