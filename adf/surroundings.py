"""What a run depends on besides its settings: versions, the state of the code, the cluster job."""

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent

# Named one by one: among the rest of the environment there may be passwords.
CLUSTER = (
    *("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "JOB_COMPLETION_INDEX"),
    *("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS"),
    *("SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"),
    *("SLURM_PROCID", "SLURM_NTASKS", "SLURM_JOB_NODELIST", "SLURM_JOB_PARTITION"),
    *("SLURM_CPUS_PER_TASK", "SLURM_RESTART_COUNT"),
)


def surroundings() -> dict[str, Any]:
    """Return the content of a run's ``env.json``."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "host": platform.node(),
        "packages": packages(),
        "git": git_state(CHECKOUT),
        "job": {name: os.environ[name] for name in CLUSTER if name in os.environ},
    }


def packages() -> dict[str, str]:
    """Return the version of every installed distribution."""
    found = ((each.name, each.version) for each in metadata.distributions())
    return dict(sorted(found, key=lambda pair: pair[0].lower()))


def git_state(folder: Path) -> dict[str, Any] | None:
    """Return the commit of the checkout ``folder`` and whether it was changed since, or None."""
    # An installed copy may lie inside somebody else's repository: ask only in our own.
    if not (folder / ".git").exists():
        return None
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        return {"commit": commit, "dirty": bool(_git(folder, "status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return None


def _git(folder: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *command],
        capture_output=True,
        check=True,
        text=True,
        timeout=10,
    )
    return done.stdout.strip()
