"""Who acts. The values are the roles of the access tokens."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the administration. One may be several."""

    CITIZEN = "citizen"
    AGENT = "agent"
    """企业经办人: acts for a firm."""
    GUARDIAN = "guardian"
    """监护人: acts for somebody who can't."""
    CONNECTOR = "connector"
    """A program that passes on what was written elsewhere."""
    WINDOW = "window"
    """受理窗口: takes applications in, and accepts or refuses them."""
    EXAMINER = "examiner"
    """审查: looks into an accepted application and recommends."""
    APPROVER = "approver"
    """审批: decides."""
    TRIAGE = "triage"
    """分办: says which department has to answer."""
    HANDLER = "handler"
    """承办: answers, for one department."""
    SPOKESPERSON = "spokesperson"
    """新闻发言人: speaks to the public."""
    AGENCY_HEAD = "agency-head"
    """本机关负责人: approves what the law leaves to the head of the authority, such as an extension."""
    DUTY_OFFICER = "duty-officer"
    """值班员: is paged about what can't wait, at any hour, and takes it (接警)."""
    SUPERVISOR = "supervisor"
    """督办: sees to it that others do their work, in the tenant and those below."""
    VOLUNTEER_SUPERVISOR = "volunteer-supervisor"
    """志愿监督员: a citizen who watches over the whole, sees what is late, without its content, and urges it,
    and reads anonymised samples of what was settled."""
    ANALYST = "analyst"
    """研判: looks at figures and alerts."""
    AUDITOR = "auditor"
    """审计: reads everything, changes nothing."""
    ADMINISTRATOR = "administrator"
    """管理员: keeps things running; reads no content."""
    SYSTEM = "system"
    """The service itself: its rules, its clocks. No token carries it."""


TOKEN_ROLES = frozenset(Role) - {Role.SYSTEM}
"""Roles that a token can carry."""

APPLICANTS = (Role.CITIZEN, Role.AGENT, Role.GUARDIAN)
"""Who applies and writes in on a portal; what they handed in is their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever decides.

    Attributes:
        pseudonym: As events name them.
        roles: What they may do.
        department: Of a member of staff, if they have one.
    """

    pseudonym: str
    roles: frozenset[Role]
    department: str | None = None
