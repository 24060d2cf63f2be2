"""What do other programs make of kernels in their own syntaxes? Recorded for Tests/ProgramsTests/ForeignKernelTests.swift.

    python foreign_kernels.py path/to/kern > foreign-kernels.txt     # Pillow; convert, gm, vips, gmic on the path

Each line: direction, syntax, text, kern's program, samples. `import`: the rival ran its own text. `export`: the rival ran
what kern wrote for the program. The picture is 9x8; all samples are recorded, and the test looks at those far from the border.
GIMP, SVG and sharp are not run but worked out from their documents, by the loops below.
"""
import json, re, subprocess, sys, tempfile, os
import numpy as np
from PIL import Image, ImageFilter

KERN = sys.argv[1]
W, H = 9, 8
picture = np.array([[(x * 37 + y * 59 + x * y * 11) % 200 + 20 for x in range(W)] for y in range(H)], np.uint8)
os.chdir(tempfile.mkdtemp())
open("in.pgm", "wb").write(b"P5\n%d %d\n255\n" % (W, H) + picture.tobytes())


def sh(*words):
    subprocess.run(words, check=True, stderr=subprocess.PIPE)
    return np.array(Image.open("out.pgm").convert("L"))


def clip(values):
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)


def formula(kernel, anchor=None, offset=0):
    """Correlation with the border repeated; `offset` in levels."""
    kernel = np.array(kernel, float)
    h, w = kernel.shape
    ax, ay = anchor or ((w - 1) // 2, (h - 1) // 2)
    out = np.zeros((H, W))
    for y in range(H):
        for x in range(W):
            for j in range(h):
                for i in range(w):
                    out[y, x] += kernel[j, i] * picture[min(max(y + j - ay, 0), H - 1), min(max(x + i - ax, 0), W - 1)]
    return clip(out + offset)


def imagemagick(text, operator="Convolve", bias="0%"):
    return sh("convert", "in.pgm", "-virtual-pixel", "edge", "-define", "convolve:bias=" + bias, "-morphology", operator, text, "-depth", "8", "out.pgm")


def graphicsmagick(text):
    return sh("gm", "convert", "in.pgm", "-convolve", text, "-depth", "8", "out.pgm")


def vips(text):
    open("k.mat", "w").write(text + "\n")
    # Written as a float and rounded here: vips itself cuts the fraction off.
    subprocess.run(["vips", "conv", "in.pgm", "out.v", "k.mat", "--precision", "float"], check=True)
    subprocess.run(["vips", "rawsave", "out.v", "out.raw"], check=True)
    return clip(np.fromfile("out.raw", np.float32).reshape(H, W))


def gmic(text, command="convolve"):
    return sh("gmic", "-v", "-", "in.pgm", text, f"{command}[0]", "[1]", "keep[0]", "round", "cut", "0,255", "output", "out.pgm")


def pillow(text):
    text = text if "Kernel" in text else "ImageFilter.Kernel(*" + text + ")"
    return np.array(Image.fromarray(picture).filter(eval(text)))


def gimp(text):
    """As gegl:convolution-matrix does it: letters are columns; normalised where that is not switched off."""
    values = {"c3": 1.0, "divisor": 1.0, "offset": 0.0}
    normalises = True
    for name, value in re.findall(r"(\S+)=(\S+)", text):
        if name == "normalize":
            normalises = value == "true"
        else:
            values[name] = float(value)
    matrix = np.array([[values.get(f"{c}{r}", 0.0) for c in "abcde"] for r in range(1, 6)])
    divisor, offset = values["divisor"], values["offset"]
    if normalises:
        total = matrix.sum()
        divisor, offset = (total, 0) if total > 0 else (-total, 1) if total < 0 else (1, 0.5)
    return formula(matrix / divisor, offset=offset * 255)


def svg(text):
    """The formula of Filter Effects 9.13: turned by 180 degrees around the target."""
    a = dict(re.findall(r'(\w+)="([^"]*)"', text))
    order = [int(v) for v in a.get("order", "3").split()]
    w, h = order[0], order[-1]
    k = np.array([float(v) for v in re.split(r"[ ,]+", a["kernelMatrix"].strip())]).reshape(h, w)
    divisor = float(a.get("divisor", 0)) or k.sum() or 1
    target = int(a.get("targetX", w // 2)), int(a.get("targetY", h // 2))
    return formula(k[::-1, ::-1] / divisor, target, float(a.get("bias", 0)) * 255)


def sharp(text):
    """sharp's own rule for the scale; then vips runs the matrix."""
    o = json.loads(text)
    scale = o.get("scale", sum(o["kernel"]))
    scale = scale if scale >= 1 else 1
    rows = np.array(o["kernel"], float).reshape(o["height"], o["width"])
    return vips(f"{o['width']} {o['height']} {scale} {o.get('offset', 0)}\n" + "\n".join(" ".join(map(str, r)) for r in rows))


def rows(text):
    return formula(json.loads(text) if text[0] == "[" else [[float(v) for v in line.split(",")] for line in text.split("\n")])


RUN = {"imagemagick": imagemagick, "graphicsmagick": graphicsmagick, "vips": vips, "gmic": gmic, "pillow": pillow,
       "gimp": gimp, "svg": svg, "sharp": sharp, "json": rows, "csv": rows,
       "imagemagick-correlate": lambda t: imagemagick(t, "Correlate"), "gmic-correlate": lambda t: gmic(t, "correlate")}

IMPORTS = [
    ("imagemagick", "3x3: 1,2,3 4,5,6 7,8,9".replace("1,2,3 4,5,6 7,8,9", "0.01,0.02,0.03 0.04,0.5,0.06 0.07,0.08,0.09")),
    ("imagemagick", "3: 0,-1,0 -1,5,-1 0,-1,0"), ("imagemagick", "2x2: 0.1,0.2,0.3,0.4"),
    ("imagemagick", "3x2+0+1: 0.1,0.05,0.15 0.2,0.3,0.1"), ("imagemagick", "3x1: 0.25,nan,0.75"),
    ("imagemagick", "0,0,0.5,0,0.25,0,0,0.25,0"), ("imagemagick", "4x3+3+0: 0.1,0,0.2,0 0,0.3,0,0 0.1,0,0,0.3"),
    ("imagemagick-correlate", "3x2+0+1: 0.1,0.05,0.15 0.2,0.3,0.1"), ("imagemagick-correlate", "2x2: 0.1,0.2,0.3,0.4"),
    ("graphicsmagick", "1,2,3,4,5,6,7,8,9"), ("graphicsmagick", "-1,0,1,-2,0,2,-1,0,1"),
    ("graphicsmagick", "0,1,0,0,2,3,0,0,4"),
    ("vips", "3 3 45 0\n1 2 3\n4 5 6\n7 8 9"), ("vips", "3 3 8 20\n-1 0 1\n-2 8 2\n-1 0 1"), ("vips", "3 2 21 0\n1 2 3\n4 5 6"),
    ("vips", "2 2 10 0\n1 2\n3 4"), ("vips", "5 1 15 3.5\n1 2 3 4 5"),
    ("gmic", "(0.01,0.02,0.03;0.04,0.5,0.06;0.07,0.08,0.09)"), ("gmic", "(0.1,0.2;0.3,0.4)"),
    ("gmic-correlate", "(0.1,0.2,0.3;0,0.4,0)"), ("gmic-correlate", "(0.1,0.2;0.3,0.4)"),
    ("pillow", "((3, 3), [1, 2, 3, 4, 5, 6, 7, 8, 9])"), ("pillow", "ImageFilter.Kernel((3, 3), [-1, -2, -1, 0, 8, 0, 1, 2, 1], scale=8, offset=16)"),
    ("pillow", "((5, 5), [0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 4, 0, 5, 0, 0, 0, 6, 0, 0, 0, 0, 0, 7], 30, -3)"),
    ("gimp", "gegl:convolution-matrix b2=1 c2=2 d2=3 b3=4 c3=5 d3=6 b4=7 c4=8 d4=9"),
    ("gimp", "gegl:convolution-matrix a1=1 e2=2 c3=0 b3=-1 d3=-2"), ("gimp", "gegl:convolution-matrix b2=-1 c3=0 d4=1"),
    ("gimp", "gegl:convolution-matrix a2=1 c3=2 e4=3 divisor=8 offset=0.1 normalize=false"),
    ("svg", '<feConvolveMatrix order="3" kernelMatrix="1 2 3 4 5 6 7 8 9"/>'),
    ("svg", '<feConvolveMatrix order="3 2" kernelMatrix="1 2 3 4 5 6" targetX="0" targetY="1" bias="0.1" divisor="30"/>'),
    ("svg", '<feConvolveMatrix order="2" kernelMatrix="1 2 3 4"/>'),
    ("sharp", '{"width":3,"height":3,"kernel":[1,2,3,4,5,6,7,8,9]}'), ("sharp", '{"width":3,"height":3,"kernel":[-1,0,1,-2,0,2,-1,0,1],"offset":100}'),
    ("sharp", '{"width":3,"height":3,"kernel":[1,0,0,0,2,0,0,0,4],"scale":9,"offset":-5}'),
    ("json", "[[0.1,0.2],[0.3,0.4],[0,0]]"), ("csv", "0.1,0.2,0.3\n0,0.4,0"),
]
EXPORTS = ["[1 2 3; 4 5 6; 7 8 9]/45", "[1 2; 3 4]/10", "[1 2 3; 4 5 6]/21 anchor=0,1", "[0 -1 0; -1 5 -1; 0 -1 0]", "[1 0 2 0 4]/7",
           "[1 2 1; 0 3 0; -1 -2 -1]/3 | offset 0.125"]

for syntax, text in IMPORTS:
    print("import", syntax, json.dumps(text), "-", " ".join(map(str, RUN[syntax](text).flatten())), sep="\t")
for program in EXPORTS:
    for syntax in ["imagemagick", "graphicsmagick", "vips", "gmic", "pillow", "gimp", "svg", "sharp", "json", "csv"]:
        for flag in ["", "-correlate"] if syntax in ("imagemagick", "gmic") else [""]:
            done = subprocess.run([KERN, "convert", program, "--to", syntax] + (["--correlate"] if flag else []), capture_output=True, text=True)
            if done.returncode:
                continue
            text = done.stdout.rstrip("\n")
            if "offset" in program:
                # What the syntax cannot hold is added as kern's note tells; bare numbers have no program to tell.
                if syntax in ("gmic", "json", "csv"):
                    continue
                if syntax == "imagemagick":
                    bias = re.search(r"convolve:bias=(\S+)", done.stderr).group(1)
                    result = imagemagick(text, "Correlate" if flag else "Convolve", bias)
                else:
                    result = RUN[syntax + flag](text)
            else:
                result = RUN[syntax + flag](text)
            print("export", syntax + flag, json.dumps(text), program, " ".join(map(str, result.flatten())), sep="\t")
