"""`adf-extract` as a user types it: options, answers and exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from adf.cache import FeatureCache
from tests.cache.nursery import environment
from tests.extract.pipeline.samples import QUICK

QUIET = ("--progress", "off")


def adf(*words: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", "from adf.extract.cli import extract; extract()", *map(str, words)],
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def asked(videos: Path) -> list[str]:
    """The words of a quick extraction, without where it goes."""
    words = ["--videos", str(videos), *QUIET]
    return words + [word for name, value in QUICK.items() for word in ("--set", f"{name}={value}")]


def test_json_answers_with_everything(asked: list[str], tmp_path: Path) -> None:
    done = adf(*asked, "--cache", tmp_path / "cache", "--json", "--out", tmp_path / "run")
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert facts.pop("ok") is True
    assert facts["clips"] == 10
    assert facts["modalities"]["rgb"]["ok"] == 10
    assert set(facts["work"]["shares"]) == {"decode", "forward", "write"}
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == facts
    assert (tmp_path / "run" / "config.yaml").exists()
    seal = json.loads((tmp_path / "cache" / "rgb" / "sealed.json").read_text())
    assert facts["modalities"]["rgb"]["digest"] in json.dumps(seal)


def test_quiet_twice_says_nothing_but_the_answer(asked: list[str], tmp_path: Path) -> None:
    done = adf(*asked, "--cache", tmp_path / "cache", "--progress", "log", "-qq")
    assert (done.returncode, done.stderr) == (0, "")
    assert "10 clips of 5 videos" in done.stdout


def test_json_of_failed_clips_has_all_facts_too(asked: list[str], tmp_path: Path) -> None:
    (tmp_path / "films" / "a").mkdir(parents=True)
    (tmp_path / "films" / "a" / "none.mp4").write_bytes(b"no video")
    words = [*asked, "--videos", tmp_path / "films", "--cache", tmp_path / "cache", "--json"]
    done = adf(*words)
    facts = json.loads(done.stdout)
    assert (done.returncode, facts["exit_code"], facts["ok"]) == (5, 5, False)
    assert "2 clips have no features" in facts["error"]
    assert facts["modalities"]["rgb"]["failed"] == 2


def test_a_dry_run_predicts_the_bytes_and_writes_nothing(asked: list[str], tmp_path: Path) -> None:
    words = [*asked, "--cache", tmp_path / "cache", "--json"]
    before = sorted(tmp_path.rglob("*"))
    predicted = json.loads(adf(*words, "--dry-run").stdout)
    assert sorted(tmp_path.rglob("*")) == before
    done = json.loads(adf(*words, "--out", tmp_path / "run").stdout)
    assert predicted["bytes"] == done["modalities"]["rgb"]["bytes"]
    assert (predicted["ok"], predicted["clips"]) == (True, 10)
    assert predicted["seconds"] > 0


def test_options_for_one_modality_leave_the_others(asked: list[str], tmp_path: Path) -> None:
    words = [*asked, "--cache", tmp_path / "cache", "--modality", "rgb,flow", "--print-config"]
    words += ["--backbone", "flow=resnext101", "--weights", "a=b.pth", "--levels", "flow=layer4"]
    facts = json.loads(adf(*words, "--json").stdout)
    values = {key: each["value"] for key, each in facts.items()}
    assert values["backbone"] == {"all": "r3d10-tiny", "flow": "resnext101"}
    assert values["weights"] == {"all": "a=b.pth"}
    assert values["levels"] == {"all": "layer1,layer2,layer3,layer4", "flow": "layer4"}
    assert values["modality"] == ["rgb", "flow"]


def test_the_environment_counts(asked: list[str], tmp_path: Path) -> None:
    words = [*asked, "--cache", tmp_path / "cache", "--print-config", "--json"]
    facts = json.loads(adf(*words, ADF_EXTRACT_DTYPE="float32", ADF_EXTRACT_CLIP_LEN="8").stdout)
    assert facts["dtype"]["value"] == "float32"
    # --set wins.
    assert facts["clip.length"]["value"] == 4


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--videos", "v"), 2, "--cache"),
        (("--dataset", "ucf102"), 2, "ucf101"),
        (("--backbone", "r3d51"), 2, "Did you mean 'r3d"),
        (("--levels", "layer5"), 2, "layer4"),
        (("--modality", "sound"), 2, "known: rgb, flow, pose"),
        (("--weights", "none.pth"), 4, "none.pth does not exist"),
        (("--normalisation", "kinetics"), 2, "Did you mean 'kinetics-unit'"),
        (("--pool", "big"), 2, "compact (7x7)"),
        (("--device", "tpu"), 2, "choose auto, cpu"),
        (("--fps", "often"), 2, "30000/1001"),
        (("--size", "0"), 2, "clip.size is 0: at least 1"),
        (("--size", "9000"), 2, "clip.size is 9000: at most 8192"),
        (("--clip-len", "0"), 2, "clip.length is 0"),
        (("--batch-size", "-1"), 2, "--batch-size -1"),
        (("--decoders", "-1"), 2, "decoders is -1"),
        (("--set", "engine=quick"), 2, "engine 'quick' is not known on cpu: choose auto, frozen"),
        (("--set", "precision=float16"), 2, "precision 'float16' needs a GPU"),
        (("--workers", "2", "--levels", "layer5"), 2, "layer4"),
        (("--workers", "0"), 2, "at least 1"),
        (("--shard", "4"), 2, "0/4"),
        (("--flow-method", "magic"), 2, "flow.method"),
        (("--codec", "zstd", "--backend", "hdf5"), 2, "hdf5"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_told_in_a_line(
    asked: list[str], tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    where = () if words[0] == "--videos" else ("--cache", tmp_path / "cache")
    done = adf(*asked, *where, *words, "--out", tmp_path / "run")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.returncode == code
    assert not (tmp_path / "cache").exists()


def test_help_is_quick_and_complete() -> None:
    script = (
        "import sys\nfrom adf.extract.cli import extract\n"
        "try: extract(['--help'])\n"
        "finally: print({'torch', 'av', 'cv2', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "set()"


def test_a_worker_that_dies_is_not_missed(asked: list[str], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    words = [*asked, "--cache", cache, "--workers", "2", "--out", tmp_path / "run", "--json"]
    # What the command settled holds for its workers, whatever the environment says.
    done = adf(*words, "--dtype", "float32", ADF_EXTRACT_DTYPE="uint8")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["work"]["workers"] == 2
    assert (tmp_path / "run" / "worker-1" / "result.json").exists()
    filled = FeatureCache.open(cache)
    assert filled.ok().all()
    assert filled.spec("rgb", filled.levels("rgb")[0]).dtype == "float32"
