"""What this distribution says it needs, installed or not, and what is there of it."""

from configparser import ConfigParser
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "autodeepfuse"
EXTRAS = "options.extras_require"
SETUP = Path(__file__).resolve().parent.parent / "setup.cfg"


def requirements() -> list[str]:
    """Return lines such as ``click>=8.2`` and ``obstore>=0.6; extra == "s3"``."""
    try:
        return metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        # Run from a checkout that is not installed: its setup.cfg says the same.
        return _from_setup()


def _from_setup() -> list[str]:
    parser = ConfigParser()
    parser.read(SETUP, "utf-8")
    needed = parser.get("options", "install_requires", fallback="").split()
    extras = parser.items(EXTRAS) if parser.has_section(EXTRAS) else ()
    optional = [f'{line}; extra == "{extra}"' for extra, lines in extras for line in lines.split()]
    return needed + optional


def how_to_install(package: str) -> str:
    """Return the command that installs an optional ``package``: by an extra where one has it."""
    # Imported here, like the versions below: a doctor must start where this is missing.
    from packaging.requirements import Requirement

    for requirement in map(Requirement, requirements()):
        marker = str(requirement.marker or "")
        if requirement.name == package and marker and '"test"' not in marker:
            extra = marker.split('"')[1]
            return f"pip install '{DISTRIBUTION}[{extra}]'"
    return f"pip install {package}"


def installed(requirement: str) -> str:
    """Return the installed version that satisfies ``requirement``, or raise ``ValueError``."""
    from packaging.requirements import Requirement

    wanted = Requirement(requirement)
    try:
        version = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        raise ValueError("not installed") from None
    if not wanted.specifier.contains(version, prereleases=True):
        raise ValueError(f"{version} is installed, {wanted.specifier} is needed")
    return version
