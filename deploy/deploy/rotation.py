"""New certificates for the brokers of a running suite, while it is at work."""

from deploy.cluster import Cluster
from deploy.suite import StartError, Suite


def rotate_certificates(suite: Suite, *, authority: bool = False) -> None:
    """Give every broker a new certificate, and restart one after the other.

    A new authority comes in before the first certificate that it signs: brokers and services are restarted to believe
    both. The former one is believed until the next rotation of this kind.

    Args:
        suite: Of the brokers. If it doesn't run, the certificates are there at its next start.
        authority: Begin a new authority, too.

    Raises:
        StartError: The brokers have no certificates, or a service didn't become ready.
        NotReadyError: A broker didn't answer again.
    """
    kafka, running = suite.configuration.kafka(), suite.supervisor.running
    credentials = kafka.credentials
    if credentials is None:
        raise StartError("BUS=plaintext 时没有证书。 With BUS=plaintext there are no certificates.")
    credentials.prepare()
    if authority:
        credentials.authority.renew()
        suite.configuration.subscribers().renew()
        if running:
            _restart(suite, kafka)
            suite.restart_services()
    for broker in kafka.brokers:
        credentials.certify(broker.name, anew=True)
    if running:
        _restart(suite, kafka)


def _restart(suite: Suite, kafka: Cluster) -> None:
    for broker in kafka.brokers:
        suite.supervisor.stop(broker.name)
        suite.supervisor.start(broker.name)
        broker.wait_ready()
        kafka.wait_in_sync()
