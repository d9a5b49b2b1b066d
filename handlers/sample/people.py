"""The departments and sample accounts. All accounts share one password and must never be real."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.runtime import Work
from handlers.accounts import roles
from handlers.accounts.people import add_membership, create_account, hash_password
from handlers.accounts.tables import account, department
from handlers.enterprises.register import id_of
from handlers.sample.firms import NAMED, make_firm

PASSWORD = "Rongyi-2026"
SINCE = date(2024, 1, 1)
# code → (Chinese, English, name in logins; empty: owns no policy)
DEPARTMENTS = {
    "XZSPJ": ("区行政审批局", "Administrative Approval Bureau", ""),
    "CZJ": ("区财政局", "Finance Bureau", "czj"),
    "JFJ": ("区经发局", "Economic Development Bureau", "jfj"),
    "ZSJ": ("区产业招商局", "Investment Promotion Bureau", "zsj"),
    "SGJ": ("区社管局", "Social Affairs Bureau", "sgj"),
    "DQB": ("区党群部", "Party and Mass Work Department", "dqb"),
    "NB": ("区农办", "Agriculture Office", "nb"),
    "SCJG": ("市场监管分局", "Market Regulation Branch", "scjg"),
    "ZJJ": ("住建局", "Housing and Construction Bureau", ""),
}
# login → (name, unit, role)
_OFFICERS = {
    "window.a": ("示例窗口甲", "XZSPJ", roles.CLERK),
    "window.b": ("示例窗口乙", "XZSPJ", roles.CLERK),
    "pay.maker": ("示例制单", "XZSPJ", roles.MAKER),
    "pay.checker": ("示例复核", "XZSPJ", roles.CHECKER),
    "pay.releaser": ("示例签发", "XZSPJ", roles.RELEASER),
    "analyst.author": ("示例流程分析员", "XZSPJ", roles.ANALYST),
    "analyst.approver": ("示例流程审核员", "XZSPJ", roles.ANALYST_APPROVER),
    "finance": ("示例财政专管员", "CZJ", roles.FINANCE),
    "governor": ("示例归口管理员", "JFJ", roles.GOVERNOR),
    "manager": ("示例督办领导", "XZSPJ", roles.MANAGER),
    "auditor": ("示例审计员", "XZSPJ", roles.AUDITOR),
    "admin.system": ("示例系统管理员", "XZSPJ", roles.SYSTEM_ADMINISTRATOR),
    "admin.security": ("示例安全管理员", "XZSPJ", roles.SECURITY_ADMINISTRATOR),
    "admin.audit": ("示例审计管理员", "XZSPJ", roles.AUDIT_ADMINISTRATOR),
    **{
        f"expert.{n}": (f"示例专家{c}", "XZSPJ", roles.EXPERT)
        for n, c in enumerate("一二三四五六", 1)
    },
}


def add_departments(work: Work) -> None:
    """Adds the departments of the district; those present keep their names."""
    rows = [
        {"code": code, "name": name, "name_en": english}
        for code, (name, english, _) in DEPARTMENTS.items()
    ]
    work.connection.execute(upsert(department).on_conflict_do_nothing(), rows)


def add_accounts(work: Work) -> None:
    """Adds the sample accounts that are not there yet. The named firms must be registered."""
    known = set(work.connection.scalars(select(account.c.login)))
    wanted = {login: one for login, one in _accounts().items() if login not in known}
    password = hash_password(PASSWORD) if wanted else ""
    for login, (name, unit, role) in wanted.items():
        enterprise_id = id_of(_uscc(login)) if unit == "" else None
        account_id = create_account(work, login, name, PASSWORD, enterprise_id, False, password)
        unit = unit or roles.enterprise_unit(enterprise_id)
        add_membership(work, account_id, unit, role, SINCE)


def _accounts() -> dict[str, tuple[str, str, str]]:
    found = dict(_OFFICERS)
    for code, (name, _, login) in DEPARTMENTS.items():
        if login:
            found[f"{login}.reviewer"] = (f"示例{name}经办", code, roles.REVIEWER)
            found[f"{login}.head"] = (f"示例{name}负责人", code, roles.HEAD)
    for number in NAMED:
        found[f"firm{number}.accountant"] = (f"示例企业{number}会计", "", roles.APPLICANT)
        legal = make_firm(number).legal_representative
        found[f"firm{number}.legal"] = (legal, "", roles.LEGAL_REPRESENTATIVE)
    return found


def _uscc(login: str) -> str:
    return make_firm(int(login.removeprefix("firm").partition(".")[0])).uscc
