"""The gateway's own certificate, where TLS ends at it: read from a folder, and again whenever that changes."""

from pathlib import Path
from typing import Any, Final

FILE: Final = "certificate.yaml"
"""Beside the configuration, which refers to it: Envoy reads a certificate again only if it comes this way (SDS)."""

NAME: Final = "door"
TLS: Final = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3"
AGAIN: Final = {
    "append": {
        "append_action": "ADD_IF_ABSENT",
        "header": {"key": "strict-transport-security", "value": "max-age=31536000"},
    }
}
"""The header by which browsers come back over TLS only."""


def socket(configuration: Path) -> dict[str, Any]:
    """Give the part of a listener that makes it speak TLS.

    Args:
        configuration: Folder of the gateway's configuration, as it sees it.
    """
    secret = {"name": NAME, "sds_config": {"path_config_source": {"path": str(configuration / FILE)}}}
    context = {
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "tls_certificate_sds_secret_configs": [secret],
    }
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": f"{TLS}.DownstreamTlsContext", "common_tls_context": context},
    }


def secret(folder: Path) -> dict[str, Any]:
    """Give what `FILE` says.

    Args:
        folder: With ``tls.crt`` (the whole chain) and ``tls.key``, as the gateway sees it.
    """
    certificate = {
        "certificate_chain": {"filename": str(folder / "tls.crt")},
        "private_key": {"filename": str(folder / "tls.key")},
    }
    return {"resources": [{"@type": f"{TLS}.Secret", "name": NAME, "tls_certificate": certificate}]}
