"""One place turns settings into clients' arguments, and it gives the password to nobody else."""

from pathlib import Path

import pytest
from contracts.bus import Bus, HalfSecured
from deploy.authority import Authority

SETTINGS = ("KAFKA_USER", "KAFKA_PASSWORD_PATH", "KAFKA_CA_PATH")


@pytest.fixture
def bus(tmp_path: Path) -> Bus:
    authority = Authority(tmp_path)
    authority.prepare()
    (tmp_path / "password").write_text("s3cret\n", "utf-8")
    return Bus("one:9092,two:9092", "petition", tmp_path / "password", authority.trusted)


def test_a_client_signs_in_over_tls_with_what_the_file_holds_now(bus: Bus) -> None:
    told = bus.client()
    assert told["bootstrap_servers"] == ["one:9092", "two:9092"]
    assert (told["security_protocol"], told["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (told["sasl_plain_username"], told["sasl_plain_password"]) == ("petition", "s3cret")
    assert told["ssl_context"].check_hostname
    assert bus.password_path is not None
    bus.password_path.write_text("another", "utf-8")
    assert bus.client()["sasl_plain_password"] == "another"


def test_a_plaintext_bus_is_an_address_and_nothing_else() -> None:
    assert Bus("one:9092").client() == {"bootstrap_servers": ["one:9092"]}


def test_what_the_environment_says_is_what_it_was_told(bus: Bus) -> None:
    for each in (bus, Bus("one:9092")):
        assert Bus.from_environment(each.environment()) == each
        assert each.environment().keys() == {"KAFKA_BOOTSTRAP", *SETTINGS}


@pytest.mark.parametrize("left_out", SETTINGS)
def test_half_of_it_is_refused_instead_of_connecting_in_the_open(bus: Bus, left_out: str) -> None:
    with pytest.raises(HalfSecured):
        Bus.from_environment(bus.environment() | {left_out: ""})


def test_the_password_is_in_no_text_about_it(bus: Bus) -> None:
    assert "s3cret" not in f"{bus!r} {bus} {bus.environment()}"
