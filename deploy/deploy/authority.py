"""The certificate authority of a deployment: made at set-up, kept in the state folder only, trusted by nobody else."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.private_files import replace_secret

LIFE = timedelta(days=3650)
LIFE_OF_EACH = timedelta(days=397)
RENEWED_BEFORE = timedelta(days=30)
"""A certificate that ends sooner is made anew at the next start."""

CLOCKS_DIFFER = timedelta(minutes=5)


class Authority:
    """Signs the certificates of servers that talk to each other, each for both sides of a connection.

    Args:
        folder: Of its key and certificate (PKCS #12, mode 0600), and of what is to be believed.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "authority.p12"
        self.trusted = folder / "trusted.pem"
        """The authorities to believe: this one and, after `renew`, the one before it."""

    def prepare(self) -> None:
        """Make it unless it is there."""
        if not self._file.exists():
            replace_secret(self._file, _new_authority()[0])
        if not self.trusted.exists():
            replace_secret(self.trusted, _pem(self._load()[1]))

    def renew(self) -> None:
        """Begin a new authority, and go on believing the one before it, whose certificates are still being shown."""
        content, certificate = _new_authority()
        replace_secret(self.trusted, _pem(certificate) + _pem(self._load()[1]))
        replace_secret(self._file, content)

    def issue(self, name: str, hosts: Sequence[str], path: Path, password: str) -> None:
        """Put a new key with its certificate and chain into a PKCS #12 file, replacing one that is there.

        Args:
            name: Common name of the subject.
            hosts: Names and addresses under which it is reached.
            path: The file, mode 0600.
            password: Of the file.
        """
        signer, authority = self._load()
        key = ec.generate_private_key(ec.SECP256R1())
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        certificate = (
            _builder(_subject(name), authority.subject, key, LIFE_OF_EACH)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(x509.SubjectAlternativeName([_name_of(host) for host in hosts]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
            .sign(signer, hashes.SHA256())
        )
        encryption = BestAvailableEncryption(password.encode())
        content = pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, [authority], encryption)
        replace_secret(path, content)

    def _load(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key, certificate, _ = pkcs12.load_key_and_certificates(self._file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate is None:
            raise TypeError(f"{self._file} holds no authority")
        return key, certificate


def holds_for_long(path: Path, password: str) -> bool:
    """Tell whether a file made by `Authority.issue` is there and needs no renewal yet."""
    if not path.exists():
        return False
    certificate = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode())[1]
    return certificate is not None and certificate.not_valid_after_utc > datetime.now(UTC) + RENEWED_BEFORE


def _new_authority() -> tuple[bytes, x509.Certificate]:
    name = f"yiwangban {secrets.token_hex(4)}"  # two of them are told apart by their names, too
    key, subject = ec.generate_private_key(ec.SECP256R1()), _subject(name)
    certificate = (
        _builder(subject, subject, key, LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, NoEncryption()), certificate


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name_of(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
