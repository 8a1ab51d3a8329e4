"""Principals on the brokers: passwords set, rights given where they are missing and taken where they are too many."""

import secrets
from collections.abc import Sequence

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.errors import NoError

from deploy.access import Principal, described
from deploy.private_files import SECRET_BYTES

EVERYTHING = ACLFilter(
    None,
    None,
    ACLOperation.ANY,
    ACLPermissionType.ANY,
    ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)


ALL_OF_THEM = "*"


class AdmissionError(RuntimeError):
    """The brokers didn't take a user or a right; the message says which."""


def admit(admin: KafkaAdminClient, principals: Sequence[Principal], prefix: str = "") -> list[str]:
    """Let each of them do what its rights say, and nothing else; then let it sign in.

    Args:
        admin: Of somebody who may do that.
        principals: All that are declared.
        prefix: Of the topics that are meant here.

    Returns:
        Rights on these topics that somebody else has, who isn't declared. They stay: each is a decision.

    Raises:
        AdmissionError: Something was refused.
        KafkaError: No answer, or not allowed.
    """
    names = {f"User:{principal.name}" for principal in principals}
    wanted = {right for principal in principals for right in principal.rights}
    found = set(admin.describe_acls(EVERYTHING)[0])
    here = {right for right in found if _is_here(right, prefix)}
    too_many = {right for right in here if right.principal in names} - wanted
    if missing := sorted(wanted - found, key=described):
        refused = admin.create_acls(missing)["failed"]
        if refused:
            raise AdmissionError(f"权限未能设置。 Rights were refused: {refused}")
    if too_many:
        _take(admin, too_many)
    enter(admin, principals)
    strangers = {right for right in here if right.principal not in names}
    return sorted(described(right) for right in strangers if right.resource_pattern.resource_type == ResourceType.TOPIC)


def enter(admin: KafkaAdminClient, principals: Sequence[Principal]) -> None:
    """Set each one's password.

    Raises:
        AdmissionError: One was refused.
    """
    users = [
        UserScramCredentialUpsertion(principal.name, ScramMechanism.SCRAM_SHA_512, principal.password)
        for principal in principals
    ]
    _check(admin.alter_user_scram_credentials(users) if users else {})


def dismiss(admin: KafkaAdminClient, name: str) -> None:
    """Take everything from a principal: rights first, which ends what its open connections do, then the password.

    The password becomes one that nobody knows, instead of being deleted: a broker (4.3.1) that finds a deletion in its
    log when it starts may forget everybody's passwords, and then lets nobody in.

    Raises:
        AdmissionError: It was refused.
    """
    mine = ACLFilter(f"User:{name}", None, ACLOperation.ANY, ACLPermissionType.ANY, EVERYTHING.resource_pattern)
    _take(admin, {mine})
    if admin.describe_user_scram_credentials([name])[name]["credential_infos"]:
        enter(admin, [Principal(name, secrets.token_urlsafe(SECRET_BYTES), frozenset())])


def _is_here(right: ACL, prefix: str) -> bool:
    """Tell whether a right concerns this deployment: several may share brokers, each with a prefix of its topics."""
    pattern, name = right.resource_pattern, str(right.resource_pattern.resource_name)
    if pattern.resource_type != ResourceType.TOPIC or name == ALL_OF_THEM or name.startswith(prefix):
        return True
    return pattern.pattern_type == ACLResourcePatternType.PREFIXED and prefix.startswith(name)


def _take(admin: KafkaAdminClient, rights: set[ACL] | set[ACLFilter]) -> None:
    for right, _, error in admin.delete_acls(sorted(rights, key=str)):
        if error is not NoError:
            raise AdmissionError(f"权限未能收回。 A right could not be taken back: {right}: {error.__name__}")


def _check(answers: dict[str, str | None]) -> None:
    if refused := {name: why for name, why in answers.items() if why}:
        raise AdmissionError(f"用户未能设置。 Users were refused: {refused}")
