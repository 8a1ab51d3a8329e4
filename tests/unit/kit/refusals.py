"""Which refusals a service can give."""

from casework.workflow import Refused


def refusals_of(service: str) -> set[type]:
    """Give the refusals of a service, those of casework included: the classes that are really raised."""

    def leaves(cls: type) -> set[type]:
        children: list[type] = cls.__subclasses__()
        return {leaf for child in children for leaf in leaves(child)} or {cls}

    return {leaf for leaf in leaves(Refused) if leaf.__module__.split(".")[0] in {service, "casework"}}
