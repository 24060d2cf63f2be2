"""Draws the pictures in samples/: everything in them is computed here, nothing is fetched."""
import sys
from pathlib import Path

from PIL import Image

from dawn import dawn, write_png16
from harbour import harbour
from lantern import lantern
from paint import to_bytes
from scenes import scenes
from shapes import shapes
from still_life import still_life


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    scene = to_bytes(harbour())
    Image.fromarray(scene).save(folder / "harbour.png", optimize=True)
    Image.fromarray(scene).save(folder / "harbour.jpg", quality=88, subsampling="4:2:0", optimize=True)
    Image.fromarray(to_bytes(still_life())).save(folder / "still-life-grey.png", optimize=True)
    Image.fromarray(to_bytes(lantern())).save(folder / "lantern-alpha.png", optimize=True)
    write_png16(folder / "dawn-16bit.png", dawn())
    shapes(folder / "shapes")
    scenes(folder / "scenes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
