"""Makes Fixtures/*.jpg and Fixtures/expected.txt: what independent decoders say the test pictures hold.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pillow numpy pypng
    /tmp/venv/bin/python Tests/CodecsTests/make-fixtures.py ../shared/corpus

PNG is decoded by pypng (pure Python, all 16 bits) and checked against Pillow where Pillow keeps the depth; JPEG by Pillow.
A line is: file, width, height, channels, bits, CRC-32 of the samples (16-bit ones little-endian); or: file, refused.
"""

import io
import pathlib
import sys
import zlib

import numpy as np
import png
from PIL import Image, ImageCms, PngImagePlugin

here = pathlib.Path(__file__).parent / "Fixtures"
corpus = pathlib.Path(sys.argv[1])


def line(name, samples):
    height, width, channels = samples.shape
    little = samples.astype("<u2" if samples.dtype == np.uint16 else "u1")
    return f"{name} {width} {height} {channels} {samples.dtype.itemsize * 8} {zlib.crc32(little.tobytes()):08x}"


def decoded_png(path):
    chunks = [chunk for chunk in png.Reader(filename=str(path)).chunks() if chunk[0] != b"sBIT"]
    without = io.BytesIO()  # pypng would shift samples down to sBIT
    png.write_chunks(without, chunks)
    width, height, rows, info = png.Reader(bytes=without.getvalue()).asDirect()
    samples = np.array([list(row) for row in rows]).reshape(height, width, info["planes"])
    bits = info["bitdepth"]
    if bits < 8:
        # Only colour is scaled: pypng gives alpha from tRNS as 0 or the largest value, so all planes scale alike.
        samples = samples * 255 // (2**bits - 1)
    samples = samples.astype(np.uint16 if bits == 16 else np.uint8)
    if bits != 16:
        mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[info["planes"]]
        with Image.open(path) as image:
            if image.mode == "1" or (image.mode == "L" and mode == "LA" and bits < 8):
                return samples  # Pillow takes tRNS of grey below 8 bits for an 8-bit value
            other = np.asarray(image.convert(mode)).reshape(samples.shape)
        assert (other == samples).all(), f"{path}: pypng and Pillow differ"
    return samples


def decoded_jpeg(path):
    image = Image.open(path)
    samples = np.asarray(image if image.mode == "L" else image.convert("RGB"))
    return samples.reshape(image.height, image.width, -1)


def scene(width, height):
    y, x = np.mgrid[0:height, 0:width]
    waves = 127.5 + 127.5 * np.sin(x / 3.0) * np.cos(y / 5.0)
    return np.stack([waves, x * 255 / width, y * 255 / height], axis=2).round().astype(np.uint8)


def make_jpegs():
    color = Image.fromarray(scene(45, 33))
    gray = color.convert("L")
    save = {"quality": 82, "optimize": False}
    gray.save(here / "gray.jpg", **save)
    color.save(here / "444.jpg", subsampling="4:4:4", **save)
    color.save(here / "422.jpg", subsampling="4:2:2", **save)
    color.save(here / "420.jpg", subsampling="4:2:0", **save)
    color.save(here / "progressive.jpg", progressive=True, subsampling="4:2:0", **save)
    color.save(here / "restart.jpg", restart_marker_rows=1, **save)
    color.convert("CMYK").save(here / "cmyk.jpg", **save)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "kern"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    color.save(here / "metadata.jpg", exif=exif, icc_profile=profile, dpi=(300, 150), comment=b"a comment", **save)
    with Image.open(here / "420.jpg") as image:
        image.save(here / "quality35.jpg", quality=35, subsampling="4:4:4")


def make_png():
    """Metadata as Pillow writes it."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", "caf\u00e9")
    texts.add_text("Description", "long " * 400, zip=True)
    texts.add_itxt("Comment", "\u4f60\u597d", lang="zh")
    exif = Image.Exif()
    exif[0x0112] = 3
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(scene(9, 7)).save(here / "metadata.png", pnginfo=texts, exif=exif, icc_profile=profile, dpi=(72, 72))


def make_tiffs():
    """For the trait TIFF: each beside what it holds, as .npy."""
    import tifffile

    rgb = scene(45, 33)
    gray = rgb[..., 0]
    wide = rgb.astype(np.uint16) * 257
    alpha = np.arange(33 * 45, dtype=np.uint32).reshape(33, 45) % 256
    soft = ((rgb * alpha[..., None] + 127) // 255).astype(np.uint32)
    a = alpha[..., None]
    plain = np.where(a == 0, 0, np.where(soft >= a, 255, (soft * 255 + a // 2) // np.maximum(a, 1)))

    def make(name, stored, held, **how):
        tifffile.imwrite(here / f"{name}.tif", stored, metadata=None, software=None, **how)
        np.save(here / f"{name}.tif.npy", held)

    make("tiles", wide, wide, photometric="rgb", tile=(16, 32), compression="zlib", byteorder=">")
    make("apart", rgb.transpose(2, 0, 1).copy(), rgb, photometric="rgb", planarconfig="separate", rowsperstrip=7)
    make("apart-tiles", wide.transpose(2, 0, 1).copy(), wide, photometric="rgb", planarconfig="separate", tile=(16, 16))
    make("white", 255 - gray, gray, photometric="miniswhite", rowsperstrip=5)
    make("big", gray.astype(np.uint16) * 257, gray.astype(np.uint16) * 257, photometric="minisblack", bigtiff=True)
    make("floats", (gray / 255).astype(np.float32), (gray / 255).astype(np.float32), photometric="minisblack")
    associated = np.dstack([soft, alpha]).astype(np.uint8)
    make("associated", associated, np.dstack([plain, alpha]).astype(np.uint8), photometric="rgb", extrasamples=["assocalpha"])
    Image.fromarray(gray > 100).save(here / "bilevel.tif", compression="group4")
    np.save(here / "bilevel.tif.npy", (gray > 100).astype(np.uint8) * 255)
    palette = Image.fromarray(rgb).quantize(64)
    palette.save(here / "palette.tif", compression="tiff_lzw")
    np.save(here / "palette.tif.npy", np.asarray(palette.convert("RGB")))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(rgb).save(
        here / "metadata.tif", icc_profile=profile, dpi=(300, 150), tiffinfo={274: 6, 270: "a text", 305: "kern"})


def make_webps():
    """For the trait WebP."""
    rgb = scene(45, 33)
    rgba = np.dstack([rgb, np.arange(33 * 45).reshape(33, 45).astype(np.uint8)])
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(rgba).save(here / "lossless.webp", lossless=True, exact=True)
    Image.fromarray(rgb).save(here / "lossy.webp", quality=80)
    Image.fromarray(rgba).save(here / "lossy-alpha.webp", quality=80)
    Image.fromarray(rgb).save(here / "metadata.webp", lossless=True, exif=exif, icc_profile=profile)
    Image.fromarray(rgb).save(here / "moving.webp", save_all=True, append_images=[Image.fromarray(255 - rgb)])
    for name in ("lossless", "lossy", "lossy-alpha", "metadata"):
        np.save(here / f"{name}.webp.npy", np.asarray(Image.open(here / f"{name}.webp")))


def main():
    here.mkdir(exist_ok=True)
    make_jpegs()
    make_png()
    make_tiffs()
    make_webps()
    lines = []
    for path in sorted(here.glob("*.jpg")):
        # Pillow takes every CMYK JPEG for Adobe's inverted kind; its own have the marker, so this agrees.
        lines.append(line(f"Fixtures/{path.name}", decoded_jpeg(path)))
    lines.append(line("Fixtures/metadata.png", decoded_png(here / "metadata.png")))
    for path in sorted((corpus / "pngsuite").glob("*.png")):
        broken = path.name.startswith("x")
        lines.append(f"pngsuite/{path.name} refused" if broken else line(f"pngsuite/{path.name}", decoded_png(path)))
    for path in sorted((corpus / "photos").iterdir()):
        if path.suffix == ".png":
            lines.append(line(f"photos/{path.name}", decoded_png(path)))
        elif path.suffix in (".jpg", ".jpeg"):
            lines.append(line(f"photos/{path.name}", decoded_jpeg(path)))
    (here / "expected.txt").write_text("\n".join(lines) + "\n")


main()
