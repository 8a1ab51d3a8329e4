"""Certificates and passwords of the bus: made once, kept to themselves, renewed in time."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from contracts.registry import Registry
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from deploy.access import NotForSubscribersError
from deploy.authority import Authority, holds_for_long
from deploy.config import Configuration, SettingError
from deploy.credentials import Credentials
from deploy.subscribers import Subscribers

from deploy import authority


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    made = Credentials(tmp_path / "kafka")
    made.prepare()
    made.certify("kafka-1")
    return made


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nobody_else_may_read_any_of_it_and_a_second_time_nothing_changes(credentials: Credentials) -> None:
    first = everything(credentials.folder)
    assert len(first) > 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in first} == {0o600}
    credentials.prepare()
    credentials.certify("kafka-1")
    assert everything(credentials.folder) == first


def test_a_brokers_certificate_is_for_this_machine_and_signed_by_who_is_believed(tmp_path: Path) -> None:
    signer = Authority(tmp_path)
    signer.prepare()
    signer.issue("broker", ["localhost", "127.0.0.1"], tmp_path / "broker.p12", "password")
    _, certificate, chain = pkcs12.load_key_and_certificates((tmp_path / "broker.p12").read_bytes(), b"password")
    (trusted,) = x509.load_pem_x509_certificates(signer.trusted.read_bytes())
    assert certificate is not None
    assert chain == [trusted]
    certificate.verify_directly_issued_by(trusted)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["localhost", "127.0.0.1"]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_certificate_is_renewed_a_month_before_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer, path = Authority(tmp_path), tmp_path / "broker.p12"
    signer.prepare()
    assert not holds_for_long(path, "password")
    for days, long in ((31, True), (29, False), (-1, False)):
        monkeypatch.setattr(authority, "LIFE_OF_EACH", timedelta(days=days) if days > 0 else timedelta(seconds=1))
        signer.issue("broker", ["localhost"], path, "password")
        assert holds_for_long(path, "password") is long


def test_another_authority_is_believed_beside_the_former_one_and_the_one_before_no_longer(tmp_path: Path) -> None:
    signer, believed = Authority(tmp_path), []
    signer.prepare()
    for _ in range(3):
        believed.append(x509.load_pem_x509_certificates(signer.trusted.read_bytes()))
        signer.renew()
    believed.append(x509.load_pem_x509_certificates(signer.trusted.read_bytes()))
    first, second, third, fourth = believed
    assert [len(each) for each in believed] == [1, 2, 2, 2]
    assert second[1] == first[0]
    assert third[1] == second[0]
    assert fourth[1] == third[0]
    assert first[0] not in third


def test_a_subscriber_that_asks_again_keeps_its_password(credentials: Credentials, tmp_path: Path) -> None:
    topics = Registry.load().topics.values()
    names = [topic.name for topic in topics if topic.audience == "province"]
    subscribers = Subscribers(tmp_path / "subscribers", credentials.bus("127.0.0.1:1", "admin"))
    first = subscribers.add("library", names[:1], topics)
    password = (first.folder / "password").read_bytes()
    again = subscribers.add("library", names[1:2], topics)
    assert (first.folder / "password").read_bytes() == password
    assert subscribers.all() == [again]
    with pytest.raises(NotForSubscribersError):
        subscribers.remove("../kafka")
    subscribers.remove("library")
    assert subscribers.all() == []


def test_a_bus_is_secured_unless_it_is_said_by_name() -> None:
    assert Configuration.from_environment({}).kafka().bus.user == "admin"
    assert Configuration.from_environment({"BUS": "plaintext"}).kafka().bus.user == ""
    with pytest.raises(SettingError, match="BUS"):
        Configuration.from_environment({"BUS": "plain"})


@pytest.mark.parametrize("size", ["1", "3"])
def test_secured_brokers_keep_nothing_where_plaintext_ones_did_since_users_are_made_at_formatting(
    tmp_path: Path, size: str
) -> None:
    chosen = {"STATE_DIR": str(tmp_path), "BROKERS": size}
    former, secured = (
        {broker.data for broker in Configuration.from_environment(chosen | {"BUS": bus}).kafka().brokers}
        for bus in ("plaintext", "secured")
    )
    assert len(former) == len(secured) == int(size)
    assert not former & secured
