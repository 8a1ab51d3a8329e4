"""Who is who on this machine's bus: the brokers' certificates and everybody's passwords, in the state folder only."""

from collections.abc import Sequence
from pathlib import Path

from contracts.bus import MECHANISM, Bus

from deploy.authority import Authority, holds_for_long
from deploy.private_files import kept_secret, replace_secret
from deploy.server import LOOPBACK

ADMIN = "admin"
"""Whoever runs the suite: makes topics, users and access lists, and may read everything."""

BROKER = "broker"
"""The brokers among themselves."""

HOSTS = ("localhost", LOOPBACK)
"""Names of this machine for itself."""

PROPERTIES = """\
# Clients and brokers come to one door over TLS and say who they are. Controllers show each other certificates: their
# users' passwords lie in the log that they have to agree on first.
listeners=CLIENTS://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=CLIENTS://{host}:{port},CONTROLLER://{host}:{controller}
listener.security.protocol.map=CLIENTS:SASL_SSL,CONTROLLER:SSL
inter.broker.listener.name=CLIENTS
sasl.enabled.mechanisms={mechanism}
sasl.mechanism.inter.broker.protocol={mechanism}
listener.name.clients.{lower}.sasl.jaas.config={module} required username="{broker}" password="{password}";
listener.name.controller.ssl.client.auth=required
ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/
ssl.keystore.type=PKCS12
ssl.keystore.location={keystore}
ssl.keystore.password={keystore_password}
ssl.key.password={keystore_password}
ssl.truststore.type=PEM
ssl.truststore.location={trusted}

# Nobody may do anything that isn't allowed by name.
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{broker};User:{admin}
"""
MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule"


class Credentials:
    """Of one deployment's bus.

    Args:
        folder: Of all of them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.authority = Authority(self.folder)

    def prepare(self) -> None:
        """Make the authority and the passwords of those who are there before anybody else, unless they are there."""
        self.authority.prepare()
        for name in (ADMIN, BROKER):
            self.password(name)

    def password(self, principal: str) -> str:
        """Give a principal's password; a new principal gets one."""
        return kept_secret(self.password_path(principal))

    def password_path(self, principal: str) -> Path:
        """Name the file of a principal's password."""
        return self.folder / "passwords" / principal

    def bus(self, bootstrap: str, principal: str) -> Bus:
        """Give the brokers as a principal sees them."""
        return Bus(bootstrap, principal, self.password_path(principal), self.authority.trusted)

    def certify(self, broker: str, hosts: Sequence[str] = HOSTS, *, anew: bool = False) -> None:
        """Give a broker a certificate, unless the one that it has holds for a month or longer.

        Args:
            broker: Name of the broker.
            hosts: Names and addresses under which it is reached.
            anew: Whatever it has.
        """
        path, password = self._keystore(broker), kept_secret(self.folder / "keystore-password")
        if anew or not holds_for_long(path, password):
            self.authority.issue(BROKER, hosts, path, password)

    def properties(self, broker: str, host: str, port: int, controller_port: int, *, at: Path | None = None) -> str:
        """Give the part of a broker's settings that says who may talk to it, and how. It holds passwords.

        Args:
            broker: Name of the broker.
            host: Where it listens.
            port: For clients.
            controller_port: For controllers.
            at: Where the broker finds this folder; by default where it is.
        """
        seen = at or self.folder
        return PROPERTIES.format(
            host=host,
            port=port,
            controller=controller_port,
            mechanism=MECHANISM,
            lower=MECHANISM.lower(),
            module=MODULE,
            broker=BROKER,
            admin=ADMIN,
            password=self.password(BROKER),
            keystore=seen / self._keystore(broker).name,
            keystore_password=kept_secret(self.folder / "keystore-password"),
            trusted=seen / self.authority.trusted.name,
        )

    def first_users(self) -> Path:
        """Write the arguments by which an empty log folder is formatted with those who make everybody else.

        They are given as ``@`` and this file, because a command line is for everybody to see.
        """
        path = self.folder / "first-users"
        lines = (f"--add-scram\n{MECHANISM}=[name={name},password={self.password(name)}]" for name in (ADMIN, BROKER))
        replace_secret(path, "\n".join(lines).encode())
        return path

    def _keystore(self, broker: str) -> Path:
        return self.folder / f"{broker}.p12"
