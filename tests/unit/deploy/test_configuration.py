"""What can be set, and what is said when it can't be used."""

import json
from pathlib import Path

import pytest
from deploy.config import Configuration, Ports, SettingError
from deploy.programs import environment_of, programs
from deploy.services import SERVICES


def configuration(tmp_path: Path, **environment: str) -> Configuration:
    return Configuration.from_environment({"STATE_DIR": str(tmp_path), **environment})


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80.5", "٨٠"])
def test_what_is_no_port_is_refused_by_the_name_of_its_setting(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingError, match="GATEWAY_PORT"):
        configuration(tmp_path, GATEWAY_PORT=text)


def test_two_settings_with_the_same_port_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"KAFKA_PORT.*GATEWAY_PORT"):
        configuration(tmp_path, KAFKA_PORT="8080")


@pytest.mark.parametrize("name", ["a b", "a,b", "a:b", "it's", "a;b", "a#b"])
def test_a_folder_that_kafka_or_the_supervisor_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingError, match="STATE_DIR"):
        configuration(tmp_path / name)


def test_an_empty_setting_means_its_default(tmp_path: Path) -> None:
    assert configuration(tmp_path, GATEWAY_PORT="", ROLES="").ports == Ports()


def test_roles_are_all_or_split(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="ROLES"):
        configuration(tmp_path, ROLES="api")


def test_everything_that_is_kept_lies_in_the_state_folder(tmp_path: Path) -> None:
    chosen = configuration(tmp_path)
    paths = [
        value
        for name in ("petition", "intel-sink")
        for value in environment_of(chosen, name).values()
        if value.startswith("/")
    ]
    assert len(paths) > 6
    assert all(Path(path).is_relative_to(tmp_path) for path in paths)


def test_a_service_is_told_no_other_services_database(tmp_path: Path) -> None:
    chosen = configuration(tmp_path)
    passwords = chosen.postgres().passwords
    told = " ".join(environment_of(chosen, "petition").values())
    assert passwords["petition"] in told
    assert passwords["keyring"] in told
    assert passwords["intel_sink"] not in told
    assert passwords["reconciler"] not in told
    assert passwords["keyring"] not in " ".join(environment_of(chosen, "intel-sink").values())


def test_a_service_that_is_new_to_a_kept_deployment_gets_its_password_and_the_others_keep_theirs(
    tmp_path: Path,
) -> None:
    before = dict(configuration(tmp_path).postgres().passwords)
    path = configuration(tmp_path).postgres().state / "passwords.json"
    path.write_text(json.dumps({user: word for user, word in before.items() if user != "query"}))
    after = configuration(tmp_path).postgres().passwords
    assert {user: after[user] for user in before if user != "query"} == {
        user: word for user, word in before.items() if user != "query"
    }
    assert after["query"] not in before.values()
    assert configuration(tmp_path).postgres().passwords == after
    assert path.stat().st_mode & 0o077 == 0


def test_split_roles_are_processes_with_ports_of_their_own(tmp_path: Path) -> None:
    split = {program.name: program for program in programs(configuration(tmp_path, ROLES="split"))}
    assert {"petition-api", "petition-worker", "petition-relay", "intel-sink-worker"} <= split.keys()
    assert "petition" not in split
    assert split["petition-relay"].environment["PETITION_ROLES"] == "relay"
    urls = [program.ready_url for program in split.values() if program.ready_url]
    assert len(set(urls)) == len(urls) == 3 * len(SERVICES)


def test_servers_start_before_services_and_the_gateway_last(tmp_path: Path) -> None:
    names = [program.name for program in sorted(programs(configuration(tmp_path)), key=lambda each: each.order)]
    assert names == ["zipkin", "postgres", "kafka", *(service.name for service in SERVICES), "envoy"]


def test_traces_go_to_zipkin_unless_it_is_off_or_they_are_sent_elsewhere(tmp_path: Path) -> None:
    told = environment_of(configuration(tmp_path, ZIPKIN_PORT="9412"), "petition")
    assert told["OTEL_EXPORTER_ZIPKIN_ENDPOINT"] == "http://127.0.0.1:9412/api/v2/spans"
    elsewhere: list[dict[str, str]] = [
        {"ZIPKIN": "off"},
        {"OTEL_TRACES_EXPORTER": "otlp"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"},
    ]
    for environment in elsewhere:
        chosen = configuration(tmp_path, **environment)
        assert "zipkin" not in {program.name for program in programs(chosen)}
        assert "OTEL_TRACES_EXPORTER" not in environment_of(chosen, "petition")
        assert chosen.traces().otlp == environment.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")


@pytest.mark.parametrize(
    ("sampler", "argument", "share"),
    [
        ("", "", 1.0),
        ("parentbased_traceidratio", "0.05", 0.05),
        ("traceidratio", "", 1.0),
        ("parentbased_always_off", "", 0.0),
        ("always_on", "0.5", 1.0),
    ],
)
def test_the_gateway_keeps_the_share_of_traces_that_the_sampler_of_the_sdk_names(
    tmp_path: Path, sampler: str, argument: str, share: float
) -> None:
    chosen = configuration(tmp_path, OTEL_TRACES_SAMPLER=sampler, OTEL_TRACES_SAMPLER_ARG=argument)
    assert chosen.traces().sampled == share


@pytest.mark.parametrize("argument", ["-0.1", "1.1", "nan", "half"])
def test_a_share_that_is_none_is_refused(tmp_path: Path, argument: str) -> None:
    with pytest.raises(SettingError, match="OTEL_TRACES_SAMPLER_ARG"):
        configuration(tmp_path, OTEL_TRACES_SAMPLER="traceidratio", OTEL_TRACES_SAMPLER_ARG=argument)
