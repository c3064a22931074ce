"""Joins screenshots that the browser tests took into the two pictures of the README.

Run by ``make docs`` after ``make test``; it draws nothing of its own.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "e2e" / "artifacts"
PICTURES = ROOT / "docs" / "images"
PHONE = ("invitation", "consent", "step-risk", "step-not-a-deposit", "signature", "receipt")
PHONE_WIDTH_PX, PHONE_HEIGHT_PX = 260, 563
GAP_PX = 12
GROUND = "#d9dedd"


def main() -> None:
    """Write ``docs/images/phone.png`` and ``docs/images/office.png``."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    _row(PHONE).save(PICTURES / "phone.png", optimize=True)
    office = Image.open(SHOTS / "office-record.png").convert("RGB")
    office.resize((1093, 614), Image.Resampling.LANCZOS).save(
        PICTURES / "office.png", optimize=True
    )


def _row(names: tuple[str, ...]) -> Image.Image:
    width_px = len(names) * (PHONE_WIDTH_PX + GAP_PX) + GAP_PX
    sheet = Image.new("RGB", (width_px, PHONE_HEIGHT_PX + 2 * GAP_PX), GROUND)
    for place, name in enumerate(names):
        shot = Image.open(SHOTS / f"phone-{name}.png").convert("RGB")
        small = shot.resize((PHONE_WIDTH_PX, PHONE_HEIGHT_PX), Image.Resampling.LANCZOS)
        sheet.paste(small, (GAP_PX + place * (PHONE_WIDTH_PX + GAP_PX), GAP_PX))
    return sheet


if __name__ == "__main__":
    main()
