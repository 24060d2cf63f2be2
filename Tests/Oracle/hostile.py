"""Hands a kern binary everything a stranger, a broken disk or an attacker could, and sees how it takes it.

    /opt/kern-oracle/bin/python Tests/Oracle/hostile.py .build/release/kern --corpus CORPUS
    … --only programs        one family, as listed in FAMILIES
    … --flips 3000           how many pictures with flipped bits; the seed makes them the same every time

Each case must end within ten seconds, by itself (no signal, no trap), with 0, 1 or 2; a refusal says one thing on stderr
and leaves no file behind, neither a result nor a temporary one. Exit code 1 if any case did not.
"""
import argparse
import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hostile_learning

PATIENCE = 10


class Case:
    """Words for kern, run in a folder of its own that holds `files`."""

    def __init__(self, name, words, files=(), statuses=(0, 1, 2), limits=(), environment=(), prepare=None, leaves=()):
        self.name, self.words, self.files, self.statuses = name, words, dict(files), statuses
        self.limits, self.environment, self.prepare, self.leaves = limits, dict(environment), prepare, leaves


def run(kern, case):
    """None if kern took it well, else what it did."""
    folder = Path(tempfile.mkdtemp(prefix="kern-hostile-"))
    try:
        for name, content in case.files.items():
            (folder / name).write_bytes(content)
        if case.prepare:
            case.prepare(folder)
        before = snapshot(folder)
        began = time.monotonic()
        try:
            ran = subprocess.run(
                [kern, *case.words], cwd=folder, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL,
                env={"PATH": "/usr/bin:/bin"} | case.environment,
                preexec_fn=(lambda: [resource.setrlimit(*limit) for limit in case.limits]) if case.limits else None)
        except subprocess.TimeoutExpired:
            return f"no answer within {PATIENCE} s"
        except (OSError, ValueError) as error:  # the system refuses such words, kern never sees them
            return None if "null byte" in str(error) or "too long" in str(error) else str(error)
        took = time.monotonic() - began
        after = snapshot(folder)
        said = ran.stderr.decode(errors="replace").strip()
        if ran.returncode not in case.statuses:
            return f"exit code {ran.returncode}, not one of {case.statuses}: {said[-300:]!r}"
        if ran.returncode and not said:
            return "failed without a word"
        if ran.returncode and not said.startswith("kern"):
            return f"said what does not begin with its name: {said[:200]!r}"
        if "Fatal error" in said or "Sanitizer" in said or len(said) > 6000 + len(ascii(case.words)) * 3:
            return f"said {said[:300]!r} ({len(said)} characters)"
        left = set(after) - set(before) - set(case.leaves)
        if ran.returncode and left:
            return f"refused ({said[:120]!r}), but left {sorted(left)} behind"
        if any("tmp" in name or name.startswith(".") for name in left):
            return f"left {sorted(left)} behind"
        changed = [name for name, facts in before.items() if after.get(name) != facts]
        if ran.returncode and changed:
            return f"refused, but changed {changed}"
        if took > PATIENCE / 2:
            return f"took {took:.1f} s"
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def snapshot(folder):
    found = {}
    for path in folder.rglob("*"):
        facts = path.lstat()
        found[str(path.relative_to(folder))] = (facts.st_mode, facts.st_size if path.is_file() else 0, facts.st_mtime_ns if path.is_file() else 0)
    return found


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth=8, colour=0, rows=None, extra=b""):
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 1)
    per_row = (width * depth * samples + 7) // 8
    if rows is None:
        rows = b"".join(b"\0" + bytes((x * 7 + y * 3) & 255 for x in range(per_row)) for y in range(height))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def npy(shape, data, kind="<f4", order="False"):
    header = f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}"
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


SMALL = png(9, 7)
PGM = b"P5\n9 7\n255\n" + bytes(range(63))
IN, OUT = "in.png", "out.png"


def apply(name, program, files=None, more=(), source=IN, target=OUT, **rest):
    return Case(name, ["apply", program, source, "-o", target, *more], files or {IN: SMALL}, **rest)


def programs(options):
    texts = {
        "empty": "", "blank": "  ", "bar": "|", "bars": "| |", "brace": "{", "closing": "}", "bracket": "[", "empty matrix": "[]",
        "hole only": "[.]", "zero divisor": "[1]/0", "tiny divisor": "[1]/1e-320", "deep blocks": "add { " * 5000 + "}" * 10,
        "deep brackets": "[" * 50000, "deep parentheses": "gaussian " + "(" * 50000, "closed parentheses": "gaussian " + "(" * 9000 + "1" + ")" * 9000,
        "minus signs": "gaussian " + "-" * 60000 + "1", "powers": "gaussian " + "2^" * 30000 + "1", "huge number": "gaussian 1e999999",
        "long number": "gaussian " + "9" * 100000, "long fraction": "gaussian 0." + "9" * 100000, "negative": "gaussian -1", "none": "gaussian 0",
        "smallest": "gaussian 1e-300", "nan": "gaussian nan", "inf": "gaussian inf", "huge": "gaussian 1e9", "large": "gaussian 400",
        "disk": "disk 2047", "disk fraction": "disk -0.4", "motion": "motion 1e6 33", "motion negative": "motion -5 33", "box": "box 4095", "box zero": "box 0",
        "box fraction": "box 2.5", "box negative": "box -3", "binomial": "binomial 1000", "binomial wide": "binomial 4000", "gabor": "gabor 100", "dog": "dog 1 1", "dog ratio": "dog 1 0",
        "repeat": "repeat 4096 { repeat 4096 { box } }", "repeat points": "repeat 4096 { abs }", "repeat nothing": "repeat 4096 { repeat 4096 { repeat 4096 { } } }",
        "repeat huge": "repeat 1e18 { abs }", "repeat fraction": "repeat 1.5 { abs }", "repeat negative": "repeat -1 { abs }",
        "doubling": "repeat 12 { add { repeat 2 { abs } } { repeat 3 { abs } } }", "shrinking": "repeat 3000 { maxpool 2 }", "growing": "repeat 3000 { box pad=full }",
        "huge growing": "repeat 40 { box 3 pad=65535 }", "pad": "box pad=65535,65535,65535,65535", "pad beyond": "box pad=65536", "pad huge": "box pad=99999999999999999999",
        "pad negative": "box pad=-1,0,0,0", "one pad": "box pad=65535,0,0,0", "dilate": "box dilate=65535", "dilate wide": "box 5 dilate=65535", "dilate wider": "box 4095 dilate=65535",
        "stride": "box stride=65535", "stride zero": "box stride=0", "stride beyond": "box stride=9223372036854775807", "stride fraction": "box stride=1.5",
        "anchor": "box anchor=9,9", "anchor huge": "box anchor=99999999999999999999,0", "median": "median 999", "rank": "rank 2 3", "rank nan": "rank nan 3",
        "maxpool": "maxpool 4096 pad=2048 ceil", "pool in padding": "maxpool 3 pad=5,5,5,5", "avgpool counted": "avgpool 3 pad=5 count-padding", "pool zero": "maxpool 0",
        "scale": "scale 1e30 | scale 1e30 | scale 1e30", "scale back": "scale 1e30 | scale 1e30 | subtract { } { }", "square": "repeat 200 { square | scale 2 }",
        "rescale infinite": "scale 1e30 | scale 1e30 | rescale", "standardise infinite": "scale 1e30 | scale 1e30 | standardise", "canny infinite": "scale 1e30 | scale 1e30 | canny",
        "median nan": "scale 1e30 | scale 1e30 | subtract { } { } | median 3", "rank nan picture": "scale 1e30|scale 1e30|subtract { } { }|rank 0.2 3|hysteresis",
        "maxpool nan": "scale 1e30|scale 1e30|subtract { } { }|maxpool 2|globalmax", "gamma": "gamma 0", "gamma small": "gamma 0.01", "rescale": "rescale 1e30 -1e30",
        "hysteresis": "hysteresis 2 1", "hysteresis negative": "hysteresis -1 1", "channel": "channel 99999", "channel huge": "channel 99999999999999999999", "channel none": "channel ,",
        "many channels": "repeat 9 { concat { } { } { } { } }", "more channels": "repeat 40 { concat { } { } }", "concat sizes": "concat { } { maxpool 2 }", "add sizes": "add { } { maxpool 2 }",
        "one branch": "add { }", "no branch": "add", "many branches": "add " + "{ } " * 65, "nul": "gaussian\0 2", "control": "gaussian \x1b[31m2", "bell": "\x07", "no-break space": "gaussian\u00a02",
        "emoji": "🧨 2", "bidi": "gaussian \u202e2", "long name": "x" * 100000, "long path": "a/" * 5000 + "b.kern", "tilde": "~/x.kern", "root": "/", "dot": "./", "parent": "../..",
        "device": "/dev/zero", "device file": "/dev/zero.kern", "tty": "/dev/tty", "stdin": "/dev/stdin", "folder": "/tmp/", "passwd": "/etc/passwd", "picture as kernel": "./in.png",
        "unclosed quote": '"abc', "backslash": '"\\', "comment": "# only a comment", "hash": "box#", "equals": "box =3", "double key": "box stride=2 stride=2", "key alone": "box stride=",
        "conv": "conv 6 5x5", "conv huge": "conv 999999999 999x999", "dense": "dense 10", "dense huge": "dense 99999999999", "flatten": "flatten", "flatten dense": "flatten | softmax", "conv groups": "conv 4 3x3 groups=3",
        "kernel formula": "kernel size=3 { 0/0 }", "kernel no size": "kernel { 1 }", "kernel huge": "kernel size=99999 { 1 }", "kernel zero": "kernel size=0 { 1 }", "kernel empty": "kernel size=3 { }",
        "kernel sum": "kernel size=3 sum=1 { x }", "kernel large": "kernel radius=2047 { exp(-r) }", "kernel log": "kernel size=3 { log(x) }", "kernel choose": "kernel size=3 { choose(1e18, 5e17) }",
        "kernel choose long": "kernel size=301 { choose(1e15, 4e14+x) }", "kernel power": "kernel size=3 { 10^400 }", "kernel tiny": "kernel size=3 sum=1 { 1e-320 }", "kernel cancels": "[1 -1] sum=1", "zero kernel": "[0 0; 0 0]",
        "zero sum one": "[0] sum=1", "zero abs": "[0] abs=1", "huge weights": "[1e308 1e308; 1e308 1e308]", "huge then sum": "[1e308 1e308] sum=1", "float overflow": "[1e39]",
        "renorm zero": "sobel-x border=renorm", "keep stride": "box border=keep stride=2", "mirror": "box border=mirror", "constant": "box border=constant:", "constant inf": "box border=constant:1e39",
        "constant nan": "box border=constant:nan", "pool renorm": "maxpool 2 border=renorm", "flip": "[1 2] flip anchor=1,0", "flip lower": "[1 2] flip pad=same-lower anchor=0,0", "suppress": "suppress { } { gray }",
        "suppress sizes": "suppress { maxpool 2 } { }", "semicolons": "box;box", "comma": "box,3", "wide": "[" + "1 " * 5000 + "]", "tall": "[" + "1;" * 5000 + "]", "ragged": "[1 2; 3]", "million": "[" + "1 " * 1000000 + "]",
        "long chain": "|".join(["abs"] * 5000), "ten megabytes": "box | " * 2000000 + "box", "quoted names": '"sobel" "2"', "to-linear": "scale -5 | to-linear | from-linear", "elu": "scale 1e30 | elu -1e30", "gelu": "scale -1e30 | gelu", "sqrt": "scale -1|sqrt",
    }
    for name, text in texts.items():
        if len(text) < 100000:
            yield apply(name, text)
            for more in (["--engine", "transform"], ["--alpha", "keep", "--range", "rescale"], ["--linear", "--threads", "7"]):
                yield apply(f"{name} {more[1]}", text, {IN: png(5, 6, 8, 6)}, more)
        else:
            yield apply(name, "./long.kern", {IN: SMALL, "long.kern": text.encode()})
        yield Case(f"explain {name}", ["explain", text[:90000], "640x480"])
    yield Case("not UTF-8", [b"apply", b"gau\xff\xfe", b"in.png", b"-o", b"out.png"], {IN: SMALL})
    yield Case("input not UTF-8", [b"apply", b"box", b"in\xff.png", b"-o", b"out.png"], {IN: SMALL}, statuses=(1, 2))
    for size in ("0x0", "1x1", "1", "-1x5", "99999999999999999999x1", "9223372036854775807x9223372036854775807", "4294967296x4294967296", "1e9x1e9", "x", "3x", "nan"):
        for program in ("sobel", "maxpool 2", "globalavg", "canny", "gaussian 40", "dense 10"):
            yield Case(f"explain {program} {size}", ["explain", program, size])


def kernel_files(options):
    def folder(name):
        return lambda place: (place / name).mkdir()

    def fifo(name):
        return lambda place: os.mkfifo(place / name)

    doubling = {f"k{i}.kern": f"add {{ ./k{i + 1}.kern }} {{ ./k{i + 1}.kern }}".encode() for i in range(30)} | {"k30.kern": b"add { } { }"}
    emptying = {f"k{i}.kern": f"./k{i + 1}.kern | ./k{i + 1}.kern | ./k{i + 1}.kern".encode() for i in range(30)} | {"k30.kern": b"repeat 0 { abs }"}
    deep = {f"k{i}.kern": f"./k{i + 1}.kern".encode() for i in range(60)} | {"k60.kern": b"box"}
    files = {
        "itself": {"a.kern": b"./a.kern"}, "pair": {"a.kern": b"./b.kern", "b.kern": b"gaussian 2 | ./a.kern"}, "other spelling": {"a.kern": b"././a.kern"},
        "empty": {"a.kern": b""}, "only help": {"a.kern": b"# a - b\n"}, "only parameter": {"a.kern": b"param x = 1\n"}, "nul": {"a.kern": b"box\0"}, "latin": {"a.kern": b"# caf\xe9\nbox"},
        "binary": {"a.kern": bytes(range(256)) * 40}, "bom": {"a.kern": b"\xef\xbb\xbfbox"}, "windows": {"a.kern": b"# h\r\nbox\r\n"}, "utf-16": {"a.kern": "box".encode("utf-16")},
        "large": {"a.kern": b"#" * (1 << 21)}, "exact limit": {"a.kern": b"#" * ((1 << 20) - 4) + b"\nbox"}, "parameter of itself": {"a.kern": b"param a = a\nbox"}, "double parameter": {"a.kern": b"param a = 1\nparam a = 2\nbox a"},
        "parameter pi": {"a.kern": b"param pi = 3\nbox"}, "parameter bad": {"a.kern": b"param a = 1/0\nbox a"}, "late parameter": {"a.kern": b"box\nparam a = 1"}, "name": {"a.kern": b"param stride = 2\nbox stride"},
        "many parameters": {"a.kern": b"".join(b"param p%d = %s\n" % (i, b"1" if i == 0 else b"p%d+p%d" % (i - 1, i - 1)) for i in range(2000)) + b"scale p1999"},
        "doubling formula": {"a.kern": b"".join(b"param p%d = %s\n" % (i, b"3" if i == 0 else b"p%d^p%d" % (i - 1, i - 1)) for i in range(9)) + b"scale p8"},
    }
    for name, content in files.items():
        yield apply(name, "./a.kern", {IN: SMALL} | content)
    for name, content in {"doubling": doubling, "emptying": emptying, "deep": deep}.items():
        yield apply(name, "./k0.kern", {IN: SMALL} | content)
        yield apply(name + " stride", "./k0.kern stride=2", {IN: SMALL} | content)
        named = {key: value.replace(b"./", b"").replace(b".kern", b"") for key, value in content.items()}
        yield apply(name + " by name", "k0", {IN: SMALL} | named, environment={"KERN_PATH": "."})
        yield apply(name + " by name, stride", "k0 stride=2", {IN: SMALL} | named, environment={"KERN_PATH": "."})
    yield apply("folder", "./a.kern", prepare=folder("a.kern"), statuses=(2,))
    yield apply("fifo", "./a.kern", prepare=fifo("a.kern"), statuses=(2,))
    yield apply("fifo by name", "a", prepare=fifo("a.kern"), environment={"KERN_PATH": "."}, statuses=(2,))
    yield apply("folder by name", "a", prepare=folder("a.kern"), environment={"KERN_PATH": "."}, statuses=(2,))
    yield apply("dead link", "./a.kern", prepare=lambda place: (place / "a.kern").symlink_to("b.kern"), statuses=(2,))
    yield apply("link to itself", "./a.kern", prepare=lambda place: (place / "a.kern").symlink_to("a.kern"), statuses=(2,))
    yield apply("folders in circles", "mystery", prepare=lambda place: (place / "x").symlink_to("."), environment={"KERN_PATH": "."}, statuses=(2,))
    for path in ("", ":", "::::", "/nowhere", "/dev/null", "/proc/self/fd", "a" * 5000, ":".join(["/tmp/none"] * 2000)):
        yield apply("KERN_PATH " + path[:20], "gaussain 2", environment={"KERN_PATH": path}, statuses=(2,))
        yield Case("list KERN_PATH " + path[:20], ["list"], environment={"KERN_PATH": path})
        yield Case("show KERN_PATH " + path[:20], ["show", "sobel"], environment={"KERN_PATH": path})


def pictures(options):
    corpus = Path(options.corpus) if options.corpus else None
    if corpus:
        for path in sorted(corpus.rglob("*.png")):
            bad = path.name.startswith("x")
            for program, more in (("sobel", ()), ("gaussian 2", ("--alpha", "channel")), ("maxpool 2 | rescale", ("--linear",))):
                yield apply(f"{path.name} {program}", program, {IN: path.read_bytes()}, more, statuses=(1,) if bad else (0, 2))
    for width, height in ((0, 0), (0, 5), (5, 0), (2**31 - 1, 1), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1), (2**32 - 1, 2**32 - 1), (65536, 65536), (1000000, 1000000), (2**31, 1)):
        yield apply(f"png says {width}x{height}", "sobel", {IN: png(width, height, rows=b"\0\0")}, statuses=(1, 2))
        for program in ("canny", "globalavg", "gaussian 30 | rescale"):
            for more in ((), ("--max-pixels", "100000000000000000", "--max-memory", "64M")):
                yield apply(f"{program} png says {width}x{height}", program, {IN: png(width, height, rows=b"\0\0")}, more, statuses=(1, 2))
        text = f"P5\n{width} {height}\n255\n".encode() + b"\0" * 10
        yield apply(f"pgm says {width}x{height}", "sobel", {"in.pgm": text}, ("--max-pixels", "100000000000000000"), source="in.pgm", target="out.pgm", statuses=(1, 2))
        yield apply(f"pfm says {width}x{height}", "sobel", {"in.pfm": f"Pf\n{width} {height}\n-1.0\n".encode() + b"\0" * 8}, source="in.pfm", target="out.pfm", statuses=(1, 2))
        yield apply(f"npy says {width}x{height}", "sobel", {"in.npy": npy(f"({height}, {width})", b"\0" * 8)}, source="in.npy", target="out.npy", statuses=(1, 2))
    for number in ("99999999999999999999", "-5", "+5", "1e3", "0x10", "5.0", ""):
        for text in (f"P5\n{number} 5\n255\n", f"P5\n5 {number}\n255\n", f"P5\n5 5\n{number}\n", f"P7\nWIDTH {number}\nHEIGHT 5\nDEPTH 1\nMAXVAL 255\nENDHDR\n", f"P7\nWIDTH 5\nHEIGHT 5\nDEPTH {number}\nMAXVAL 255\nENDHDR\n",
                     f"Pf\n5 5\n{number}\n", f"P2\n2 2\n{number}\n1 2 3 4", f"P2\n2 2\n255\n{number} 2 3 4", f"P1\n2 2\n{number} 1 0 1"):
            yield apply("pnm " + repr(text), "box", {"in.pgm": text.encode() + bytes(25)}, source="in.pgm", target="out.pgm")
    for text in (b"P4\n9 3\n" + bytes(6), b"P1\n3 3\n101010101", b"P5 1 1 0\n\0", b"P5 1 1 65535\n\0\0", b"P5 1 1 65536\n\0\0\0", b"P6 1 1 7\n\7\7\7", b"P6 1 1 7\n\xff\xff\xff", b"P5#\n1 1 255\n\1", b"P3 1 1 9 1 2", b"P9\n", b"P", b"Pf 1 1 nan\n\0\0\0\0", b"Pf 1 1 0\n\0\0\0\0", b"PF 1 1 1\n" + b"\x7f\xc0\0\0" * 3, b"P5\n" + b"#" * 5000000):
        yield apply("pnm " + repr(text[:30]), "sobel | rescale", {"in.pnm": text}, source="in.pnm", target="out.npy")
    odd = struct.pack("<6f", float("nan"), float("inf"), float("-inf"), 1e38, -1e38, 0)
    for program in ("box", "gaussian 3", "sobel", "median 3", "rank 0.3 3x1", "maxpool 2 ceil", "minpool 2 ceil", "l2pool 2 pad=same", "canny", "rescale", "standardise", "globalmax", "globall2", "hysteresis", "gamma 2", "sigmoid", "tanh", "gelu", "elu", "to-linear", "from-linear",
                    "angle { sobel-x } { sobel-y }", "suppress { sobel-x } { sobel-y }", "threshold", "clamp", "box border=renorm", "box border=keep"):
        for target in ("out.npy", "out.png", "out.pgm", "out.jpg", "out.pfm"):
            for engine in ("auto", "transform", "reference"):
                yield apply(f"odd values {program} {target} {engine}", program, {"in.npy": npy("(2, 3)", odd)}, ("--engine", engine, "--range", "rescale" if engine == "reference" else "auto"), source="in.npy", target=target)
                yield apply(f"odd values --depth 16 {program} {target} {engine}", program, {"in.npy": npy("(2, 3)", odd)}, ("--engine", engine, "--depth", "16"), source="in.npy", target=target)
    for shape in ("()", "(3,)", "(2, 3)", "(2, 3, 1)", "(1, 1, 6)", "(1, 2, 3, 1)", "(6, 1)", "(0, 3)", "(2, 0)", "(0, 0)", "(2, 3, 0)", "(-2, -3)", "(9223372036854775807, 2)", "(3037000500, 3037000500)", "(2, 3", "2, 3", "(2.0, 3)", "(True, 6)", "(2,3,)", "(1,)*6", "(" * 20000, "(2, 3)" + " " * 60000):
        for kind in ("<f4", ">f4", "<f8", "|u1", "<u2", ">u2", "<i8", "|b1", "<f2", "<c8", "|O", "<U5", "|V4", "", "<f4'", "(2,)<f4"):
            yield apply(f"npy {shape[:30]} {kind}", "box", {"in.npy": npy(shape[:65000], odd * 2, kind)}, source="in.npy", target="out.npy")
        yield apply(f"npy fortran {shape[:30]}", "box", {"in.npy": npy(shape[:65000], odd, order="True")}, source="in.npy", target="out.npy")
    for content in (b"", b"\n", b"\x89PNG", b"\xff\xd8\xff", b"GIF89a", b"RIFF", b"\x93NUMPY", b"\x93NUMPY\x01\x00\xff\xff", b"\x93NUMPY\x09\x00\x00\x00", b"\x93NUMPY\x02\x00\xff\xff\xff\xff", b"<svg/>", b"%!PS", bytes(100000)):
        yield apply("not a picture " + repr(content[:12]), "box", {IN: content}, statuses=(1,))
        yield Case("not a picture, stdin", ["apply", "box", "/dev/stdin", "-o", OUT], {IN: content}, statuses=(1, 2))
    for path in ("/dev/zero", "/dev/null", "/dev/full", "/dev/tty", "/dev/urandom", "nothing/", "nothing.png", "", "-", "--", "in.png/", "/proc/self/mem", "/dev/stdin"):
        yield apply("input " + path, "box", source=path, statuses=(1, 2))
    pixels = zlib.compress(b"\0" + bytes(9))
    extras = {"bomb": chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000))), "profile bomb": chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(200_000_000))), "many texts": chunk(b"tEXt", b"a\0b") * 5000,
              "many texts allowed": chunk(b"tEXt", b"a\0b") * 900, "long text": chunk(b"tEXt", b"a\0" + b"b" * 9_000_000), "exif": chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff"), "unknown critical": chunk(b"ABCD", b""), "two headers": chunk(b"IHDR", bytes(13)),
              "bad phys": chunk(b"pHYs", bytes(3)), "gamma zero": chunk(b"gAMA", bytes(4)), "palette": chunk(b"PLTE", bytes(768)), "clear": chunk(b"tRNS", b"\0\0"), "idat": chunk(b"IDAT", pixels)}
    for name, extra in extras.items():
        yield apply("png with " + name, "box", {IN: png(9, 7, extra=extra)})
    yield apply("png bomb", "box", {IN: png(30000, 30000, rows=bytes(30001 * 100))}, statuses=(1,))
    for colour in range(8):
        for depth in (0, 1, 2, 3, 4, 8, 16, 32):
            yield apply(f"png type {colour} depth {depth}", "sobel", {IN: png(9, 7, depth, colour)})


def seeds(options):
    """Small good pictures of every format, to be damaged."""
    jpegs = Path(__file__).resolve().parents[1] / "CodecsTests" / "Fixtures"
    good = {"in.png": SMALL, "rgba.png": png(5, 6, 16, 6), "in.pgm": PGM, "in.npy": npy("(2, 3, 3)", struct.pack("<18f", *range(18))), "in.pfm": b"Pf\n3 2\n-1.0\n" + struct.pack("<6f", *range(6)), "text.ppm": b"P3\n# c\n2 2\n99\n" + b"1 2 3 " * 4,
            "in.pam": b"P7\nWIDTH 2\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" + bytes(range(16))}
    for name in ("444.jpg", "progressive.jpg", "cmyk.jpg", "metadata.jpg", "restart.jpg", "gray.jpg"):
        good[name] = (jpegs / name).read_bytes()
    return good


def truncations(options):
    for name, content in seeds(options).items():
        step = 1 if len(content) < 1500 else max(1, len(content) // 700)
        for length in range(0, len(content), step):
            # A text number may be cut where it still is one.
            yield apply(f"{name} cut to {length}", "box", {name: content[:length]}, source=name, target="out.npy", statuses=(0, 1) if name == "text.ppm" else (1,))


def flips(options):
    rng = random.Random(options.seed)
    good = list(seeds(options).items())
    programs = ["box", "sobel | rescale", "canny", "median 3", "maxpool 2", "globalavg", "gaussian 2 | channel 0"]
    for number in range(options.flips):
        name, content = good[number % len(good)]
        content = bytearray(content)
        for _ in range(rng.choice([1, 1, 2, 5, 20])):
            place = rng.randrange(min(len(content), rng.choice([40, 200, 10**9])))
            content[place] = rng.choice([content[place] ^ 1 << rng.randrange(8), 0, 255, rng.randrange(256)])
        if name.endswith(".png") and rng.random() < 0.7:
            content = mend(content)
        yield apply(f"flip {number} of {name}", rng.choice(programs), {name: bytes(content)}, ("--max-pixels", "10M"), source=name, target=rng.choice(["out.npy", "out.png", "out.pgm", "out.jpg"]))


def mend(content):
    """Makes the checksums of a damaged PNG right, so that the damage is met behind them."""
    place = 8
    while place + 12 <= len(content):
        length = struct.unpack(">I", content[place : place + 4])[0]
        if place + 12 + length > len(content):
            break
        content[place + 8 + length : place + 12 + length] = struct.pack(">I", zlib.crc32(content[place + 4 : place + 8 + length]))
        place += 12 + length
    return content


def outputs(options):
    def locked(place):
        (place / "locked").mkdir(mode=0o555)

    for target in ("/dev/full", "/nowhere/out.png", "/proc/out.png", "in.png/out.png", "in.png", "./in.png", "../x/../nothing/out.png", "", "x" * 300 + ".png", "out", "out.gif", "out.tiff", "out.", "/", ".", "..", "/dev/null/x.png", "{name", "{nothing}.png", "{dir}/{name}.{ext}",
                   "{index", "}", "{}", "{name}.png/", "a\nb.png", "-/", "/dev/stdin"):
        for more in ((), ("-f",)):
            yield apply(f"output {target[:40]!r} {more}", "box", more=more, target=target)
    yield apply("existing", "box", {IN: SMALL, OUT: b"precious"}, statuses=(2, 1))
    yield apply("input, forced", "box", target=IN, more=("-f",), statuses=(0, 1, 2))
    yield apply("folder", "box", prepare=lambda place: (place / OUT).mkdir())
    yield apply("dead link", "box", prepare=lambda place: (place / OUT).symlink_to("nowhere/x"))
    yield apply("link to input", "box", prepare=lambda place: (place / OUT).symlink_to(IN), statuses=(1, 2))
    yield apply("link to input, forced", "box", more=("-f",), prepare=lambda place: (place / OUT).symlink_to(IN))
    yield apply("hard link to input", "box", prepare=lambda place: os.link(place / IN, place / OUT), statuses=(1, 2))
    yield apply("locked folder", "box", target="locked/out.png", prepare=locked)
    big = png(300, 300, 8, 2)
    for bytes_allowed in (0, 10, 1000, 20000):
        yield apply(f"file size limit {bytes_allowed}", "[1 2 3]/3", {IN: big}, limits=[(resource.RLIMIT_FSIZE, (bytes_allowed, bytes_allowed))], target="out.pnm", statuses=(1,))
    # A kernel of millions of weights needs its memory before there is a plan that could count it: not below 200 MB.
    for megabytes in (200, 300, 400):
        for program in ("gaussian 20", "canny", "rescale", "sobel", "median 31", "gaussian 300", "[1 2 3] pad=4000"):
            yield apply(f"{megabytes} MB for {program}", program, {IN: big}, limits=[(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))])
    yield apply("few descriptors", "box", limits=[(resource.RLIMIT_NOFILE, (4, 4))])
    yield apply("no threads", "gaussian 20", {IN: big}, more=("--threads", "64"), limits=[(resource.RLIMIT_NPROC, (1, 1))])
    yield Case("two inputs, one output", ["apply", "box", IN, "b.png", "-o", OUT], {IN: SMALL, "b.png": SMALL}, statuses=(2,))
    yield Case("two inputs, one name", ["apply", "box", IN, "./in.png", "-o", "o/"], {IN: SMALL}, statuses=(1, 2))
    yield Case("one bad of three", ["apply", "box", "in.png", "bad.png", "c.png", "-o", "{name}-o.png"], {IN: SMALL, "bad.png": b"x", "c.png": SMALL}, statuses=(1,), leaves=("in-o.png", "c-o.png"))


def words(options):
    yield Case("no words", [], statuses=(0, 2))
    for command in ("apply", "list", "show", "explain", "compare", "help"):
        for more in ([], ["--"], ["--nope"], ["-x"], ["--json"], ["--json", "x"], ["x", "y", "z", "w"], [""], ["--help"], ["-h", "x"], ["="], ["--="], ["--json=1"], ["\x1b[31m"], ["-"], ["--output"], ["--threads", "x"]):
            yield Case(f"{command} {more}", [command, *more], {IN: SMALL})
    for option, values in {"--threads": ("0", "-1", "1.5", "99999", "99999999999999999999", "", "x"), "--range": ("", "x", "CLIP"), "--alpha": ("x",), "--border": ("mirror", "constant", "constant:x", "constant:1e99", "edge ", "0"), "--engine": ("x", "fft"), "--depth": ("1", "12", "32", "float", "double"),
                           "--quality": ("0", "101", "-1", "x"), "--sampling": ("4:4:4:4", "1"), "--effort": ("10", "-1", "x"), "--max-pixels": ("0", "-1", "1T", "99999999999999999999", "1e9", "1.5M", ""), "--max-memory": ("0", "1", "-1", "1Z", "99999999999999999999G", "9223372036854775807", "9223372036854775807K"),
                           "--max-chunk-bytes": ("0", "-1"), "--max-chunks": ("0", "-1"), "--max-scans": ("0", "-1"), "--format": ("gif", "x", ""), "--linear": ("=1",)}.items():
        for value in values:
            yield apply(f"{option} {value}", "gaussian 2", {IN: SMALL}, (option, value))
            yield apply(f"{option}={value}", "gaussian 2 | canny", {IN: SMALL}, (f"{option}={value}",))
    for bounds in (["in.png", "in.png"], ["in.png", "b.pgm"], ["in.png", "nothing.png"], ["in.npy", "in.png"], ["in.npy", "in.npy"], ["bad.png", "in.png"], ["in.png", "in.png", "--max-error", "nan"], ["-", "-"], ["/dev/zero", "in.png"], ["in.png"]):
        yield Case(f"compare {bounds}", ["compare", *bounds], {IN: SMALL, "b.pgm": PGM, "in.npy": npy("(2, 3)", struct.pack("<6f", *[float("nan"), float("inf"), 0, 1, -1e38, 1e38])), "bad.png": SMALL[:50]})
    for name in ("sobel", "gaussian", "gaussian 2", "sobel-x", "nope", "", "canny", "[1 2 3]", "median", "gaussian 300", "disk 2047", "repeat", "kernel", "conv", "[", "gaussian 1e9", "box 4095", "../../etc/passwd", "/dev/zero", "/dev/zero.kern", "gaussian 2 | sobel", "[0]", "[1e308 1e308]", "[1e-320]"):
        yield Case(f"show {name}", ["show", name])
        yield Case(f"show --json {name}", ["show", name, "--json"])
    for place in ("0,0", "-1,0", "999,999", "x", "1", "99999999999999999999,0", "0,0,0", "0x0"):
        for program in ("sobel", "gaussian 2", "canny", "globalavg", "maxpool 2", "rescale", "gaussian 40"):
            yield Case(f"explain {program} --at {place}", ["explain", program, IN, "--at", place], {IN: SMALL})
            yield Case(f"explain {program} --at={place}", ["explain", program, IN, f"--at={place}"], {IN: png(5, 4, 8, 6)})


FAMILIES = {"programs": programs, "kernel-files": kernel_files, "pictures": pictures, "truncations": truncations, "flips": flips, "outputs": outputs, "words": words} | hostile_learning.FAMILIES


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kern", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--corpus", help="a folder of pictures; PNGs whose names begin with x are broken")
    parser.add_argument("--only", choices=FAMILIES)
    parser.add_argument("--flips", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=40)
    options = parser.parse_args()
    bad = 0
    for family in [options.only] if options.only else FAMILIES:
        count = failed = 0
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for case, complaint in pool.map(lambda c: (c, run(options.kern, c)), FAMILIES[family](options)):
                count += 1
                if complaint:
                    failed += 1
                    if failed <= options.show:
                        print(f"{family}: {case.name[:80]}\n    {complaint}", flush=True)
        print(f"{family} {count - failed}/{count}", flush=True)
        bad += failed
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
