"""The roles of the plan. A role is held at a unit: a department or an enterprise."""

from __future__ import annotations

APPLICANT = "applicant"
LEGAL_REPRESENTATIVE = "legal_representative"
CLERK = "clerk"
REVIEWER = "reviewer"
HEAD = "head"
EXPERT = "expert"
MAKER = "maker"
CHECKER = "checker"
RELEASER = "releaser"
FINANCE = "finance"
GOVERNOR = "governor"
ANALYST = "analyst"
ANALYST_APPROVER = "analyst_approver"
MANAGER = "manager"
AUDITOR = "auditor"
SYSTEM_ADMINISTRATOR = "system_administrator"
SECURITY_ADMINISTRATOR = "security_administrator"
AUDIT_ADMINISTRATOR = "audit_administrator"

# role → (Chinese, English)
ROLES: dict[str, tuple[str, str]] = {
    APPLICANT: ("企业经办人", "Applicant"),
    LEGAL_REPRESENTATIVE: ("法定代表人", "Legal representative"),
    CLERK: ("窗口人员", "Window clerk"),
    REVIEWER: ("部门经办", "Reviewer"),
    HEAD: ("部门负责人", "Department head"),
    EXPERT: ("评审专家", "Expert"),
    MAKER: ("制单", "Payout maker"),
    CHECKER: ("复核", "Payout checker"),
    RELEASER: ("签发", "Payout releaser"),
    FINANCE: ("财政局", "Finance officer"),
    GOVERNOR: ("归口管理", "Catalogue governor"),
    ANALYST: ("流程分析员", "Analyst"),
    ANALYST_APPROVER: ("流程审核员", "Analyst (approver)"),
    MANAGER: ("督办领导", "Manager"),
    AUDITOR: ("审计", "Auditor"),
    SYSTEM_ADMINISTRATOR: ("系统管理员", "System administrator"),
    SECURITY_ADMINISTRATOR: ("安全管理员", "Security administrator"),
    AUDIT_ADMINISTRATOR: ("审计管理员", "Audit administrator"),
}
ENTERPRISE_ROLES = frozenset([APPLICANT, LEGAL_REPRESENTATIVE])
APPROVAL_BUREAU = "XZSPJ"  # 区行政审批局


def enterprise_unit(enterprise_id: object) -> str:
    """The unit of those who act for an enterprise."""
    return f"enterprise:{enterprise_id}"
