"""What brokers in containers need, written once by whoever runs them: settings, certificates, the first users."""

from collections.abc import Sequence
from pathlib import Path

from deploy.credentials import Credentials
from deploy.kafka import basics, voters
from deploy.private_files import replace_secret
from deploy.services import SERVICES

PORT, CONTROLLER_PORT = 9092, 9093
DATA = Path("/var/lib/kafka/data")


def write(folder: Path, hosts: Sequence[str], at: Path) -> None:
    """Write everything, and a password for each service; what is there stays as it is.

    Brokers need, each of them, ``<host>.properties``, ``<host>.p12``, ``trusted.pem`` and ``first-users``; nobody but
    whoever runs them needs ``authority.p12``.

    Args:
        folder: Where to.
        hosts: Names of the brokers, in the order of their nodes.
        at: Where brokers find what they need.
    """
    credentials = Credentials(folder)
    credentials.prepare()
    credentials.first_users()
    for service in SERVICES:
        credentials.password(service.name)
    quorum = voters([f"{host}:{CONTROLLER_PORT}" for host in hosts])
    for node, host in enumerate(hosts, 1):
        credentials.certify(host, [host])
        settings = basics(node, quorum, len(hosts), DATA)
        settings += credentials.properties(host, host, PORT, CONTROLLER_PORT, at=at)
        replace_secret(credentials.folder / f"{host}.properties", settings.encode())
