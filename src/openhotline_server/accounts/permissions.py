"""Who may do what. Every page and every call names one of these; nothing is open by default."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    """What a person is at this hotline."""

    ANALYST = "analyst", "Analyst"
    SECOND_READER = "second_reader", "Second reader"
    MANAGER = "manager", "Manager"
    OPERATOR = "operator", "Operator"
    PARTNER = "partner", "Partner organisation"


class Permission(StrEnum):
    """``stage:thing:act``."""

    LEDGER_READ = "ledger:line:read"
    PEOPLE_READ = "accounts:person:read"
    LISTS_READ = "lists:list:read"
    LISTS_MANAGE = "lists:list:manage"
    REPORTS_READ = "intake:report:read"
    REPORT_SEND = "intake:report:send"
    REPORT_ADMIT = "intake:report:admit"
    REPORT_CLOSE = "intake:report:close"
    REPORTER_ANSWER = "intake:message:write"
    ADDRESS_READ = "intake:address:read"
    TRACE_OVERRIDE = "findings:trace:override"
    ORIGINAL_OPEN = "evidence:original:open"
    FINDINGS_READ = "findings:finding:read"
    CASE_READ = "triage:case:read"
    QUEUE_READ = "triage:queue:read"
    QUEUE_MANAGE = "triage:queue:manage"
    VOTE_FIRST = "assessment:vote:first"
    VOTE_SECOND = "assessment:vote:second"
    EXPOSURE_READ_OWN = "assessment:exposure:read"
    AGREEMENT_READ = "assessment:agreement:read"
    POLICY_SET = "assessment:policy:set"
    ADDRESS_ASSESS = "assessment:address:make"
    NOTICE_WRITE = "notices:notice:write"
    NOTICE_SEND = "notices:notice:send"
    CONTACTS_MANAGE = "notices:contact:manage"
    REFERRAL_RELEASE = "sharing:referral:release"
    PUBLISH = "sharing:entry:publish"
    LIST_DOWNLOAD = "sharing:list:download"
    FEEDBACK_GIVE = "sharing:feedback:give"
    FEEDBACK_SETTLE = "sharing:feedback:settle"
    MATCH_ASK = "sharing:match:ask"
    STATISTICS_READ = "statistics:table:read"
    HOME = "accounts:home:read"


_READING = {Permission.HOME, Permission.EXPOSURE_READ_OWN}
_DESK = _READING | {
    Permission.CASE_READ,
    Permission.QUEUE_READ,
    Permission.FINDINGS_READ,
    Permission.ORIGINAL_OPEN,
    Permission.VOTE_SECOND,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ANALYST: frozenset(
        _DESK
        | {
            Permission.VOTE_FIRST,
            Permission.ADDRESS_READ,
            Permission.ADDRESS_ASSESS,
            Permission.REPORT_CLOSE,
            Permission.REPORTER_ANSWER,
            Permission.NOTICE_WRITE,
        }
    ),
    Role.SECOND_READER: frozenset(_DESK),
    # A manager sees results that one reader gave, so she is no blind second reader.
    Role.MANAGER: frozenset(
        _READING
        | {
            Permission.CASE_READ,
            Permission.QUEUE_READ,
            Permission.FINDINGS_READ,
            Permission.LEDGER_READ,
            Permission.PEOPLE_READ,
            Permission.LISTS_READ,
            Permission.LISTS_MANAGE,
            Permission.REPORTS_READ,
            Permission.QUEUE_MANAGE,
            Permission.AGREEMENT_READ,
            Permission.POLICY_SET,
            Permission.REPORT_ADMIT,
            Permission.REPORT_CLOSE,
            Permission.REPORTER_ANSWER,
            Permission.ADDRESS_READ,
            Permission.TRACE_OVERRIDE,
            Permission.NOTICE_WRITE,
            Permission.NOTICE_SEND,
            Permission.CONTACTS_MANAGE,
            Permission.REFERRAL_RELEASE,
            Permission.PUBLISH,
            Permission.FEEDBACK_SETTLE,
            Permission.STATISTICS_READ,
        }
    ),
    Role.OPERATOR: frozenset(_READING | {Permission.PEOPLE_READ, Permission.LEDGER_READ}),
    Role.PARTNER: frozenset(
        {
            Permission.LIST_DOWNLOAD,
            Permission.FEEDBACK_GIVE,
            Permission.MATCH_ASK,
            Permission.REPORT_SEND,
        }
    ),
}


def allowed(role: str, permission: Permission) -> bool:
    """Say whether ``role`` holds ``permission``; an unknown role holds nothing."""
    return role in Role.values and permission in ROLE_PERMISSIONS[Role(role)]
