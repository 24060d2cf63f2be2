#!/usr/bin/env python3
"""Do others read what kern writes? Pillow, OpenCV, libvips, pngcheck, djpeg and jpegtran, over pictures of many shapes.

    python codecs.py path/to/kern        # a Python with numpy, Pillow and OpenCV; vips, pngcheck, djpeg, cjpeg on the path

PNG: every reader must give the samples that went in (Pillow holds 16-bit colour as its upper bytes). JPEG: every reader
must give what djpeg gives for the same file, and jpegtran, which rewrites the coefficients without restarts, must give
the file that cjpeg makes of the same picture in one piece.
"""
import os, subprocess, sys, tempfile
import cv2, numpy as np
from PIL import Image

Image.MAX_IMAGE_PIXELS = None
KERN = sys.argv[1]
FOLDER = tempfile.mkdtemp(prefix="kern-codecs-")
counts, failures = {}, []


def path(name):
    return os.path.join(FOLDER, name)


def check(what, label, is_right):
    counts[what] = counts.get(what, 0) + 1
    if not is_right:
        failures.append(f"{what}: {label}")
        print("DIFFERS", what, label)


def run(*words):
    return subprocess.run(words, check=True, capture_output=True)


def picture(kind, height, width, channels, dtype):
    rng = np.random.default_rng(height * 7919 + width * 31 + channels)
    top = np.iinfo(dtype).max
    if kind == "noise":
        return rng.integers(0, top + 1, (height, width, channels)).astype(dtype)
    if kind == "drawing":
        out = np.full((height, width, channels), top, dtype)
        for _ in range(12):
            y, x = rng.integers(0, height), rng.integers(0, width)
            out[y : y + 1 + height // 5, x : x + 1 + width // 7] = rng.integers(0, top + 1, channels)
        return out
    y, x = np.mgrid[0:height, 0:width]
    smooth = np.stack([np.sin(x / (9 + c)) + np.cos(y / 7) + 2 for c in range(channels)], -1) / 4
    return np.clip((smooth + rng.normal(0, 0.01, smooth.shape)) * top, 0, top).astype(dtype)


def write_map(name, pixels):
    height, width, channels = pixels.shape
    kinds = {1: "GRAYSCALE", 2: "GRAYSCALE_ALPHA", 3: "RGB", 4: "RGB_ALPHA"}
    top = np.iinfo(pixels.dtype).max
    with open(name, "wb") as file:
        file.write(
            f"P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {channels}\nMAXVAL {top}\nTUPLTYPE {kinds[channels]}\nENDHDR\n".encode())
        file.write(pixels.astype(pixels.dtype.newbyteorder(">")).tobytes())


def kern(source, target, *words):
    run(KERN, "apply", "identity", source, "-o", target, "--force", "--alpha", "channel", *words)


def vips(name, dtype, shape):
    run("vips", "rawsave", name, path("out.raw"))
    raw = np.fromfile(path("out.raw"), dtype)
    return raw.reshape(shape) if raw.size == np.prod(shape) else None


def opencv(name, channels):
    pixels = cv2.imread(name, cv2.IMREAD_UNCHANGED)
    if pixels.ndim == 2:
        return pixels[:, :, None]
    pixels = pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]
    return pixels[:, :, [0, 3]] if channels == 2 else pixels


def same(a, b):
    return a is not None and a.shape == b.shape and np.array_equal(a, b)


def check_png(pixels, label, *words):
    height, width, channels = pixels.shape
    write_map(path("in.pam"), pixels)
    files = []
    for threads in ("1", "2", "5"):
        kern(path("in.pam"), path("out.png"), "--threads", threads, *words)
        files.append(open(path("out.png"), "rb").read())
    check("same bytes for any threads", label, len(set(files)) == 1)
    check("pngcheck", label, subprocess.run(["pngcheck", "-q", path("out.png")], capture_output=True).returncode == 0)
    check("libvips png", label, same(vips(path("out.png"), pixels.dtype, pixels.shape), pixels))
    check("OpenCV png", label, same(opencv(path("out.png"), channels), pixels))
    image = Image.open(path("out.png"))
    expected = pixels
    if pixels.dtype == np.uint16 and channels > 1:
        expected = (pixels >> 8).astype(np.uint8)
    read = np.asarray(image)
    if pixels.dtype == np.uint16 and channels == 2:
        read = read[:, :, [0, 3]]  # Pillow makes four channels of these
    check("Pillow png", label, same(read.reshape(height, width, -1).astype(expected.dtype), expected))


def without_head(jpeg):
    """The bytes behind the JFIF segment's density: jpegtran and cjpeg agree on the rest."""
    return jpeg[20:]


def check_jpeg(pixels, label, quality, sampling):
    height, width, channels = pixels.shape
    write_map(path("in.pam"), pixels)
    source = path("in.ppm" if channels == 3 else "in.pgm")
    kern(path("in.pam"), source)
    words = ["--quality", str(quality)] + (["--sampling", sampling] if channels == 3 else [])
    files = []
    for threads in ("1", "2", "5"):
        kern(source, path("out.jpg"), "--threads", threads, *words)
        files.append(open(path("out.jpg"), "rb").read())
    check("same bytes for any threads", label, len(set(files)) == 1)
    djpeg = run("djpeg", "-pnm", path("out.jpg")).stdout
    pnm = np.frombuffer(djpeg, np.uint8)[-pixels.size :].reshape(pixels.shape)
    check("libvips jpeg", label, same(vips(path("out.jpg"), np.uint8, pixels.shape), pnm))
    check("OpenCV jpeg", label, same(opencv(path("out.jpg"), channels), pnm))
    check("Pillow jpeg", label, same(np.asarray(Image.open(path("out.jpg"))).reshape(pixels.shape), pnm))
    one_piece = run("jpegtran", "-copy", "none", path("out.jpg")).stdout
    factors = {"4:4:4": "1x1", "4:2:2": "2x1", "4:2:0": "2x2"}[sampling]
    cjpeg = run("cjpeg", "-quality", str(quality), "-sample", factors, "-baseline", source).stdout
    cjpeg_tran = subprocess.run(["jpegtran", "-copy", "none"], input=cjpeg, capture_output=True, check=True).stdout
    check("coefficients as cjpeg's", label, without_head(one_piece) == without_head(cjpeg_tran))


def main():
    shapes = [(1, 1), (1, 5000), (5000, 1), (37, 53), (300, 291), (301, 300), (1200, 1100)]
    for kind in ("noise", "photo", "drawing"):
        for height, width in shapes:
            for channels in (1, 2, 3, 4):
                for dtype in (np.uint8, np.uint16):
                    label = f"{kind} {width}x{height}x{channels} {np.dtype(dtype).name}"
                    check_png(picture(kind, height, width, channels, dtype), label)
    for kind in ("noise", "photo", "drawing"):
        for effort in range(10):
            pixels = picture(kind, 500, 401, 3, np.uint8)
            check_png(pixels, f"{kind} effort {effort}", "--effort", str(effort))
    check_png(picture("photo", 2, 400_001, 3, np.uint8), "rows of 1.2 MB")
    check_png(picture("photo", 3, 140_001, 4, np.uint16), "rows of 1.1 MB, 16 bits")
    for kind in ("noise", "photo", "drawing"):
        for height, width in ((1, 1), (37, 53), (1023, 1025), (1031, 1017), (3001, 1999)):
            for channels, samplings in ((1, ["4:2:0"]), (3, ["4:4:4", "4:2:2", "4:2:0"])):
                for sampling in samplings:
                    for quality in (35, 90, 100):
                        label = f"{kind} {width}x{height}x{channels} {sampling} quality {quality}"
                        check_jpeg(picture(kind, height, width, channels, np.uint8), label, quality, sampling)
    for what in sorted(counts):
        wrong = sum(1 for f in failures if f.startswith(what + ":"))
        print(f"{what:30} {counts[what]:5} files, {wrong} differ")
    run("rm", "-r", FOLDER)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
