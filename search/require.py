"""What all settings of a search are checked with."""

from adf.errors import ConfigError


def require(condition: bool, name: str, value: object, advice: str) -> None:
    """Refuse a setting that cannot work."""
    if not condition:
        raise ConfigError(f"{name} is {value}: give {advice}")
