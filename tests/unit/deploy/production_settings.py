"""What a container tells a service, as the service reads it."""

import pytest
from accept.config import AcceptSettings
from approve.config import ApproveSettings
from chassis.settings import Settings
from intel_sink.config import IntelSinkSettings
from petition.config import PetitionSettings
from query.config import QuerySettings

SERVICES: dict[str, type[Settings]] = {
    "petition": PetitionSettings,
    "intel-sink": IntelSinkSettings,
    "accept": AcceptSettings,
    "approve": ApproveSettings,
    "query": QuerySettings,
}
ELSEWHERE = ("OTEL_", "RECONCILER_PASSWORD", "STATE_DIR")
"""What the telemetry's own library reads, what other settings refer to, and what is the deployment's own commands'."""


def known(service: str) -> set[str]:
    """Give the environment variables that a service reads."""
    settings = SERVICES[service]
    prefix = str(settings.model_config.get("env_prefix", ""))
    return {
        str(field.validation_alias) if field.validation_alias else f"{prefix}{name}".upper()
        for name, field in settings.model_fields.items()
    }


def read(service: str, told: dict[str, str], patch: pytest.MonkeyPatch) -> Settings:
    """Read the settings as a process of the service would, which refuses what is left of development.

    Raises:
        pydantic.ValidationError: They can't be used in production.
    """
    unknown = {name for name in told if not name.startswith(ELSEWHERE)} - known(service)
    assert not unknown, f"{service} knows no {unknown}"
    for name, value in told.items():
        patch.setenv(name, value)
    return SERVICES[service]()
