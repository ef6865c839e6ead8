"""Caches on object storage, against a server on loopback that speaks S3."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer

from adf.cache import FeatureCache, Root
from adf.cache.cli import cache as command
from adf.cache.folder import DiskFolder
from adf.cache.object_folder import ObjectFolder, TransferFailed
from adf.cache.remote import local_copy, transfer
from adf.cache.verify import verify
from adf.errors import CacheMismatch, CorruptCache, InputNotFound, InvalidInput
from tests.cache.samples import EVERY_KIND, FAILED, FLOATS, VECTOR, assert_same, build, tree


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The address of an empty bucket; the client is configured as a user would."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    name = f"bucket-{abs(hash(tmp_path)) % 10**9}"
    import boto3

    boto3.client("s3", endpoint_url=server).create_bucket(Bucket=name)
    return f"s3://{name}/deep/cache"


@pytest.mark.parametrize("store", ["zarr", "hdf5"])
def test_there_and_back_is_the_same_bytes(tmp_path: Path, bucket: str, store: str) -> None:
    build(tmp_path / "a", *EVERY_KIND, store=store, failed=FAILED)
    assert transfer(DiskFolder(tmp_path / "a"), ObjectFolder(bucket)) == {"rgb": 3}
    assert verify(Root.open(ObjectFolder(bucket))) == []
    transfer(ObjectFolder(bucket), DiskFolder(tmp_path / "b"))
    ours, theirs = tree(tmp_path / "a"), tree(tmp_path / "b")
    ours = {name: data for name, data in ours.items() if data != b"folder"}
    assert {name: data for name, data in theirs.items() if data != b"folder"} == ours
    assert_same(FeatureCache.open(tmp_path / "a"), FeatureCache.open(tmp_path / "b"))


def test_what_arrived_is_not_sent_again(tmp_path: Path, bucket: str) -> None:
    build(tmp_path / "a", FLOATS)
    source, target = DiskFolder(tmp_path / "a"), ObjectFolder(bucket)
    steps: list[None] = []

    def cut_off() -> None:
        steps.append(None)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer(source, target, cut_off)
    with pytest.raises(InvalidInput, match="not complete"):
        FeatureCache.open(target)
    assert transfer(source, target) == {"rgb": 1}
    assert transfer(source, target) == {"rgb": 0}


def test_a_damaged_shard_is_not_sent(tmp_path: Path, bucket: str) -> None:
    build(tmp_path / "a", FLOATS)
    shard = tmp_path / "a" / "rgb" / "floats" / "c.1.0.0.0.0"
    data = bytearray(shard.read_bytes())
    data[7] ^= 1
    shard.write_bytes(data)
    with pytest.raises(CorruptCache, match=r"c\.1\.0\.0\.0\.0 is damaged: run 'adf cache verify'"):
        transfer(DiskFolder(tmp_path / "a"), ObjectFolder(bucket))


def test_damage_on_the_way_is_noticed(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path / "a", FLOATS)
    target = ObjectFolder(bucket)
    honest = target.write

    def spoil(name: str, data: Any, *, exclusive: bool = False) -> bool:
        data = bytearray(data)
        if name.endswith("c.1.0.0.0.0"):
            data[3] ^= 1
        return honest(name, data, exclusive=exclusive)

    monkeypatch.setattr(target, "write", spoil)
    with pytest.raises(TransferFailed, match="arrived damaged: run the same command again"):
        transfer(DiskFolder(tmp_path / "a"), target)
    monkeypatch.undo()


def test_other_caches_are_not_mixed(tmp_path: Path, bucket: str) -> None:
    build(tmp_path / "a", FLOATS)
    transfer(DiskFolder(tmp_path / "a"), ObjectFolder(bucket))
    build(tmp_path / "b", FLOATS, clips=8)
    with pytest.raises(CacheMismatch, match="holds another cache"):
        transfer(DiskFolder(tmp_path / "b"), ObjectFolder(bucket))
    build(tmp_path / "c", FLOATS, VECTOR)
    with pytest.raises(CacheMismatch, match="levels: 1 entries, not 2"):
        transfer(DiskFolder(tmp_path / "c"), ObjectFolder(bucket))


def test_an_incomplete_cache_is_not_pushed(tmp_path: Path, bucket: str) -> None:
    root = build(tmp_path / "a", FLOATS)
    root.commits("rgb").withdraw([1])
    with pytest.raises(InvalidInput, match="no complete modality to copy"):
        transfer(DiskFolder(tmp_path / "a"), ObjectFolder(bucket))


def test_an_address_opens_like_a_path(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    build(tmp_path / "a", FLOATS)
    transfer(DiskFolder(tmp_path / "a"), ObjectFolder(bucket))
    assert_same(FeatureCache.open(bucket), FeatureCache.open(tmp_path / "a"))
    assert local_copy(bucket).is_relative_to(tmp_path / "home" / "autodeepfuse")
    # What is here already opens without the network, and nothing else does.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert_same(FeatureCache.open(bucket), FeatureCache.open(tmp_path / "a"))
    with pytest.raises(TransferFailed, match="check the address and the credentials"):
        FeatureCache.open(f"{bucket}-2")


def test_a_path_is_no_address(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS)
    ended = CliRunner().invoke(command, ["push", str(tmp_path / "a"), "s3:/bucket/x"])
    assert isinstance(ended.exception, SystemExit)
    assert ended.exit_code == 2
    assert "URL: 's3:/bucket/x' is no address such as s3://bucket/name" in ended.output


def test_no_answer_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, bucket: str) -> None:
    missing = bucket.replace("bucket-", "no-such-bucket-")
    with pytest.raises((TransferFailed, InputNotFound)) as caught:
        Root.open(ObjectFolder(missing))
    assert "\n" not in str(caught.value)
    with pytest.raises(InvalidInput, match="is not an address of an object store"):
        ObjectFolder("nonsense://x")


def test_the_commands(tmp_path: Path, bucket: str) -> None:
    build(tmp_path / "a", FLOATS)
    run = CliRunner().invoke
    pushed = run(command, ["push", str(tmp_path / "a"), bucket, "--json"])
    assert json.loads(pushed.stdout) == {"ok": True, "sent": {"rgb": 3}}
    assert run(command, ["info", bucket]).stdout.startswith(f"{bucket}: sample, 10 clips")
    pulled = run(command, ["pull", bucket, str(tmp_path / "b"), "--progress", "off"])
    assert pulled.stdout == "rgb: 3 shards sent\n"
    verified = run(command, ["verify", bucket, "--json"])
    assert json.loads(verified.stdout) == {
        "damage": [],
        "incomplete": [],
        "ok": True,
        "shards": 3,
    }
