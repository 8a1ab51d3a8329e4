"""The gateway with a certificate: TLS ends at it, so that it sees who asks; a renewed one is used at once."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from chassis.testing.waiting import eventually_sync
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from deploy.issuer import Issuer
from deploy.server import free_port, listens
from deploy.services import SERVICES
from deploy.tokens import Tokens

from deploy.gateway import Door, Gateway


class TlsGateway(Gateway):
    """A gateway whose health page needs a certificate that the test made."""

    def answers(self) -> bool:
        return listens(self.door.port)


def certified(folder: Path) -> str:
    """Put a certificate for this machine into a folder, as Kubernetes renews a secret: by another link. Give it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")]), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = builder.add_extension(here, critical=False).sign(key, hashes.SHA256())
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    data = folder / str(made.serial_number)
    data.mkdir()
    for file, content in {"tls.key": private, "tls.crt": pem}.items():
        (data / file).write_bytes(content)
        if not (folder / file).is_symlink():
            (folder / file).symlink_to(Path("..data") / file)
    (folder / "..new").symlink_to(data.name)
    (folder / "..new").rename(folder / "..data")
    return pem.decode()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    (tmp_path / "certificate").mkdir()
    certified(tmp_path / "certificate")
    issuer = Issuer(tmp_path / "issuer")
    (tmp_path / "issuer").mkdir()
    issuer.prepare()
    services = dict.fromkeys((each.name for each in SERVICES), ("127.0.0.1", free_port()))
    door = Door(
        port=free_port(),
        admin_port=free_port(),
        tokens=Tokens(jwks=issuer.jwks),
        services=services,
        certificate=tmp_path / "certificate",
    )
    gateway = TlsGateway(tmp_path / "gateway", door)
    gateway.start()
    yield gateway
    gateway.stop()


def presented(gateway: Gateway) -> str:
    return ssl.get_server_certificate(("127.0.0.1", gateway.door.port))


def test_only_tls_is_answered_and_a_renewed_certificate_is_used_without_a_restart(
    gateway: Gateway, tmp_path: Path
) -> None:
    folder = tmp_path / "certificate"
    trusted = ssl.create_default_context(cafile=str(folder / "tls.crt"))
    answer = httpx.get(f"https://127.0.0.1:{gateway.door.port}/v1/petitions", verify=trusted, trust_env=False)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:yiwangban:problem:unauthenticated")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{gateway.door.port}/v1/petitions", trust_env=False)
    renewed = certified(folder)
    eventually_sync(lambda: presented(gateway) == renewed, within=10, that="the renewed certificate is shown")
