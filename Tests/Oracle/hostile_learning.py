"""The families of hostile.py that have to do with learning: model files, examples, and other programs' kernels."""
import json
import random
import struct
import subprocess
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def trained(kern):
    """A model, as `kern train` writes it."""
    with tempfile.TemporaryDirectory() as place:
        model = Path(place) / "m.safetensors"
        subprocess.run([kern, "train", SAMPLES / "nets/shapes.kern", "--data", SAMPLES / "shapes", "-o", model, "--epochs", "1", "-q"], check=True, capture_output=True)
        return model.read_bytes()


def safetensors(header, data):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def models(options):
    from hostile import Case, SMALL, png

    good = trained(options.kern)
    size = struct.unpack("<Q", good[:8])[0]
    header, data = json.loads(good[8 : 8 + size]), good[8 + size :]
    picture = sorted((SAMPLES / "shapes/test/circle").iterdir())[0].read_bytes()
    examples = lambda place: [((place / "d" / name).mkdir(parents=True), (place / "d" / name / "a.png").write_bytes(picture)) for name in ("circle", "cross", "square", "triangle")]

    def each(name, content, statuses=(1, 2), commands=("predict", "eval", "apply", "show", "from")):
        files = {"m.safetensors": content, "in.png": picture}
        words = {"predict": ["predict", "m.safetensors", "in.png"], "eval": ["eval", "m.safetensors", "--data", "d"], "apply": ["apply", "./m.safetensors", "in.png", "-o", "out.npy"],
                 "show": ["explain", "./m.safetensors", "32x32"], "from": ["train", "conv 2 3x3 | globalmax | dense classes", "--data", "d", "--from", "m.safetensors", "-o", "n.safetensors", "--epochs", "1", "--val", "0", "-q"]}
        for command in commands:
            leaves = ("n.safetensors",) if command == "from" else ()
            yield Case(f"{command}: {name}", words[command], files, statuses=(0, *statuses) if command in ("from", "show") else statuses, prepare=examples, leaves=leaves)

    yield from each("as it is", good, (0,))
    for length in sorted({*range(0, 24), *range(24, len(good), 797), size, size + 7, size + 8, size + 9, len(good) - 1}):
        yield from each(f"cut to {length}", good[:length], commands=("predict", "apply", "from"))
    yield from each("with more behind it", good + b"more")
    for number in (0, 1, size - 1, size + 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1):
        yield from each(f"header says {number}", struct.pack("<Q", number) + good[8:])

    def altered(change):
        copy = json.loads(json.dumps(header))
        change(copy)
        return safetensors(copy, data)

    name = "conv1.weight"
    first = header[name]
    for key, values in {"shape": ([], [200], [8, 25], [8, 1, 5, 4], [0], [-1, -1], [2**62, 4], [2**63, 2], [8, 1, 5, "5"], "x", None, [8.5, 1, 5, 5], [1] * 1000, [8, 1, 5, 5, 1]),
                        "dtype": ("F64", "F16", "BF16", "I8", "U64", "BOOL", "C64", "", "f32", None, 5, "F4"),
                        "data_offsets": ([0, 0], [8, 807], [808, 8], [-8, 808], [2**63, 2**63 + 800], [8, 2**64], [8], [8, 808, 9], [0, 800], [8.5, 808], "x", None)}.items():
        for value in values:
            # As many numbers in another arrangement are other weights.
            yield from each(f"{name} {key} {value}"[:90], statuses=(1, 2), content=altered(lambda h: h[name].__setitem__(key, value)))
    yield from each("no weight", altered(lambda h: h.pop(name)))
    yield from each("no note", altered(lambda h: h.pop("__metadata__")))
    yield from each("a second program", altered(lambda h: h["__metadata__"].__setitem__("kern.program", "box")), statuses=(0, 1, 2))
    for note, values in {"kern.program": ("", "|", "input", "conv", "./m.safetensors", "input 32x32x1 | ./m.safetensors", "repeat 4096 { repeat 4096 { box } }", "input 32x32x1 | dense 999999999", "input 999999x999999x9 | dense classes", "/dev/zero", "[" * 50000, "input 32x32x1 | conv 8 5x5 | dense classes", "input 0x0x0", "param x = 1", "dropout 2 | softmax"),
                         "kern.classes": ("", "[]", "{}", "[1]", "[\"a\"]", "[null]", json.dumps(["x"] * 100000), "[" * 100000, "[\"\\u0000\", \"\\ud800\", \"c\", \"d\"]", json.dumps(["a\nb", "\x1b[31m", "c", "d"])),
                         "kern.input": ("", "0x0x0", "-1x1x1", "32x32", "32x32x1x1", "99999999999999999999x1x1", "1048576x1048576x1048576", "33x31x1", "32x32x3", "x"), "kern.version": ("", "0", "2", "999", "-1", "1.0"), "kern.examples": ("", "x", "nan 1 a", "2 1 a", "-1 1 a", "0.99999999999 1 a", "1e-300 1 a", "0.1 -1 a", "0.1 99999999999999999999 a"), "kern.history": ("", "x", "[" * 100000, "{}", "[{}]", "[{\"epoch\":\"x\"}]", "null")}.items():
        for value in values:
            yield from each(f"{note} {value}"[:90], altered(lambda h: h["__metadata__"].__setitem__(note, value)), statuses=(0, 1, 2))
    for text in (b"", b"{}", b"[]", b"null", b"{", b"{\"a\":", b"[" * 100000, b"{\"a\":" * 100000, b"{\"a\":{}}", b"{\"a\":null}", b"\xff" * 100, b"{\"\\ud800\":{}}", b"{\"a\":1e999}", b"{\"a\":-}", b" " * 100000, b"{\"__metadata__\":{\"kern.program\":5}}",
                 b"{\"__metadata__\":{\"kern.program\":\"box\"},\"__metadata__\":{\"kern.program\":\"sobel\"}}", b"{\"__metadata__\":[]}"):
        yield from each(f"header {text[:30]!r}", safetensors(text, data))
    for odd in (float("nan"), float("inf"), -3e38, 1e-45):
        yield from each(f"weights of {odd}", good[: 8 + size] + struct.pack("<f", odd) * (len(data) // 4), statuses=(0, 1, 2))
    rng = random.Random(options.seed)
    for number in range(options.flips // 5):
        content = bytearray(good)
        for _ in range(rng.choice([1, 1, 2, 5, 20])):
            place = rng.randrange(min(len(content), rng.choice([8, size, len(content)])))
            content[place] = rng.choice([content[place] ^ 1 << rng.randrange(8), 0, 34, rng.randrange(256)])
        yield from each(f"flip {number}", bytes(content), statuses=(0, 1, 2), commands=(("predict", "eval", "apply", "from")[number % 4],))
    for content in (SMALL, png(32, 32, 8, 2), b"", b"P5\n0 0\n255\n"):
        for words in (["predict", "m.safetensors", "x.png"], ["predict", "m.safetensors", "x.png", "in.png", "--json"], ["predict", "m.safetensors", "x.png", "--csv", "--top", "99"]):
            yield Case(f"{words} {content[:8]!r}", words, {"m.safetensors": good, "in.png": picture, "x.png": content})


def data(options):
    from hostile import Case, SMALL, npy, png

    rng = random.Random(options.seed)
    net = "input 9x7x1 | conv 2 3x3 | globalmax | dense classes"
    pairs = "conv 1 3x3"
    two = {"a/1.png": SMALL, "a/2.png": SMALL, "b/1.png": SMALL, "b/2.png": SMALL}

    def place(files, more=None):
        def prepare(folder):
            for name, content in files.items():
                path = folder / "d" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            if more:
                (folder / "d").mkdir(exist_ok=True)
                more(folder / "d")
        return prepare

    def train(name, files, program=net, statuses=(1, 2), words=(), more=None, limits=()):
        base = ["train", program, "--data", "d", "-o", "m.safetensors", "--epochs", "2", "-q", *words]
        leaves = ("m.safetensors", "m.safetensors.checkpoint", "log.csv")
        return Case(name, base, {}, statuses=statuses, prepare=place(files, more), leaves=leaves, limits=limits)

    yield train("whole", two, statuses=(0,))
    yield train("nothing", {})
    yield train("one class", {"a/1.png": SMALL})
    yield train("empty class", {"a/1.png": SMALL, "b/x.txt": b"x"})
    yield train("no picture", {"a/1.png": b"x", "b/1.png": b"", "a/2.png": SMALL[:40]})
    yield train("one bad", two | {"a/3.png": SMALL[:60]})
    yield train("other sizes", two | {"a/3.png": png(20, 3, 8, 6)}, statuses=(0, 1, 2))
    yield train("other sizes, no input", two | {"a/3.png": png(20, 3, 8, 6)}, "conv 2 3x3 | globalmax | dense classes")
    yield train("lies", two | {"a/3.png": png(4000000000, 4000000000, rows=b"")})
    yield train("huge", two | {"a/3.png": png(60000, 60000, rows=b"")})
    yield train("picture is a folder", two, more=lambda d: (d / "a/3.png").mkdir(), statuses=(0, 1, 2))
    yield train("picture is a fifo", two, more=lambda d: __import__("os").mkfifo(d / "a/3.png"), statuses=(0, 1, 2))
    yield train("loop of links", two, more=lambda d: (d / "a/loop").symlink_to(".."), statuses=(0, 1, 2))
    yield train("dead link", two, more=lambda d: (d / "a/3.png").symlink_to("nowhere"), statuses=(0, 1, 2))
    yield train("odd names", {"a\n/1.png": SMALL, "a\n/ .png": SMALL, "-b/--.png": SMALL, "-b/\x1b[31m.png": SMALL}, statuses=(0, 1, 2))
    yield train("many classes", {f"c{i}/1.png": SMALL for i in range(300)}, statuses=(0, 1, 2))
    yield train("classes, none wanted", two, "conv 1 3x3", statuses=(0, 1, 2))
    yield train("odd values", {f"{c}/{i}.npy": npy("(7, 9)", struct.pack("<63f", *[v] * 63)) for c, v in (("a", float("nan")), ("b", float("inf"))) for i in range(2)}, statuses=(0, 1, 2))
    yield train("huge values", {f"{c}/{i}.npy": npy("(7, 9)", struct.pack("<63f", *[v] * 63)) for c, v in (("a", 3e38), ("b", -3e38)) for i in range(2)}, statuses=(0, 1, 2))
    for text in (b"", b"path,label", b"path,label\n", b"1.png,0\n", b"1.png,0\n1.png,1\n", b"1.png\n", b"1.png,-1\n1.png,1", b"1.png,99999999999999999999\n1.png,0", b"1.png,999999999\n1.png,0", b"\"1.png,0\n", b"1.png,\"a\"b\"\n", b"nothing.png,0\n1.png,1", b"../../etc/passwd,0\n1.png,1", b"/dev/zero,0\n1.png,1",
                 b"\0\0\0", b"\xff\xfe1\0", b"\xef\xbb\xbf1.png,a\n1.png,b", b"1.png,a,b\n1.png,b,c", b"1.png,1.png\n", b"," * 100000, b"1.png,a\r1.png,b\r", b"1.png,nan\n1.png,inf", b"1.png,a\n" * 3 + b"1.png,", b"\n" * 100000, b"\"" * 99999):
        yield train(f"csv {text[:30]!r}", {"train.csv": text, "1.png": SMALL}, statuses=(0, 1, 2))
    images = lambda n, h, w, bytes_: struct.pack(">IIII", 0x803, n, h, w) + bytes_
    labels = lambda n, bytes_: struct.pack(">II", 0x801, n) + bytes_
    for name, (left, right) in {"cut": (images(9, 7, 9, bytes(63)), labels(9, bytes(9))), "fewer labels": (images(4, 7, 9, bytes(252)), labels(2, b"\0\1")), "no label": (images(4, 7, 9, bytes(252)), b""), "huge": (images(2**32 - 1, 2**32 - 1, 2**32 - 1, b""), labels(2**32 - 1, b"")),
                                "none": (images(0, 0, 0, b""), labels(0, b"")), "magic": (struct.pack(">I", 0x804) + bytes(20), labels(1, b"\0")), "flat": (images(4, 0, 9, b""), labels(4, bytes(4))), "product": (images(2**16, 2**24, 2**24, b""), labels(2**16, b"")), "more": (images(2, 7, 9, bytes(400)), labels(2, b"\0\1\2\3")),
                                "high labels": (images(2, 7, 9, bytes(126)), labels(2, b"\xff\xfe")), "gzip cut": (b"\x1f\x8b\x08\0\0\0\0\0", labels(2, b"\0\1"))}.items():
        for suffix in ("", ".gz"):
            content = (left, right) if not suffix or name.startswith("gzip") else tuple(map(__import__("gzip").compress, (left, right)))
            yield train(f"idx {name}{suffix}", {"train-images-idx3-ubyte" + suffix: content[0], "train-labels-idx1-ubyte" + suffix: content[1]}, statuses=(0, 1, 2))
    yield train("idx bomb", {"train-images-idx3-ubyte.gz": __import__("gzip").compress(images(2**22, 28, 28, bytes(300_000_000)), 1), "train-labels-idx1-ubyte.gz": __import__("gzip").compress(labels(2**22, bytes(100)))})
    for count in (0, 1, 3072, 3073, 3074, 6146, 30730):
        yield train(f"cifar {count}", {"data_batch_1.bin": rng.randbytes(count)}, "input 32x32x3 | globalavg | dense classes", statuses=(0, 1, 2))
    yield train("cifar whole", {"data_batch_1.bin": b"".join(bytes([i % 10]) + rng.randbytes(3072) for i in range(20))}, "input 32x32x3 | globalavg | dense classes", statuses=(0,))
    ends = {"before/a.png": SMALL, "before/b.png": SMALL, "after/a.png": SMALL, "after/b.png": SMALL}
    for name, change in {"whole": {}, "no partner": {"after/c.png": SMALL}, "other size": {"after/a.png": png(3, 3)}, "other channels": {"after/a.png": png(9, 7, 8, 6)}, "damaged": {"after/a.png": SMALL[:50]}, "doubled": {"after/a.jpg": SMALL}}.items():
        for program in (pairs, "conv 4 3x3 | relu | conv 1 3x3", "maxpool 2", "dense 3", "conv 1 3x3 stride=2"):
            yield train(f"pairs {name} {program}", ends | change, program, statuses=(0, 1, 2))
    masks = {"images/a.png": SMALL, "images/b.png": SMALL, "masks/a.png": png(9, 7, 8, 0, b"".join(b"\0" + bytes(i % 3 for i in range(9)) for _ in range(7))), "masks/b.png": png(9, 7, 8, 0, (b"\0" + bytes(9)) * 7)}
    for name, change in {"whole": {}, "all ignored": {m: png(9, 7, 8, 0, (b"\0" + b"\xff" * 9) * 7) for m in ("masks/a.png", "masks/b.png")}, "colour": {"masks/a.png": png(9, 7, 8, 2)}, "16 bits": {"masks/a.png": png(9, 7, 16, 0)}, "many": {"masks/a.png": SMALL}, "other size": {"masks/a.png": png(8, 7)}, "none": {"masks/a.png": b""}}.items():
        yield train(f"masks {name}", masks | change, "conv classes 3x3", statuses=(0, 1, 2))
    for option, values in {"--val": ("0", "1", "2", "-1", "nan", "x", "nothing/", "d", "0.99999"), "--batch": ("0", "-1", "1", "99999999999", "x"), "--rate": ("0", "-1", "nan", "inf", "1e38", "x"), "--epochs": ("0", "-1", "x", "1.5"), "--augment": ("", "x", "shift=99999999", "shift=-1", "rotate=nan", "zoom=5", "crop=1000000", "cutout=1000", "noise=1e30", "flip flip"),
                           "--schedule": ("x", "step:0,0", "step:1,nan", "plateau:0,0", "step:"), "--clip": ("0", "-1", "nan"), "--decay": ("-1", "nan", "1e30"), "--momentum": ("1", "-1", "2", "nan"), "--loss": ("mse", "bce", "huber", "mae", "x"), "--seed": ("-1", "18446744073709551616", "x"), "--warmup": ("-1", "99999999999999999999", "9223372036854775807"), "--smoothing": ("1", "-1", "nan"),
                           "--class-weights": ("", "x", "a=", "a=nan", "a=-1", "a=1e999", "=1", "a=1,a=1", "a=0,b=0", "a=0", ",", "c=1", "a=1e6,b=1e-300"), "--patience": ("0", "-1", "1"), "--from": ("nothing", "d", "d/a/1.png", "/dev/zero", "/dev/null"), "--log": ("/dev/full", "d", "nothing/x.csv", "log.csv"), "--max-memory": ("1", "1K", "0"), "--max-pixels": ("1",), "--threads": ("0", "999")}.items():
        for value in values:
            yield train(f"{option} {value}", two, words=(option, value), statuses=(0, 1, 2))
    yield train("--sometimes", two, words=("--sometimes", "0.5", "maxpool 2"), statuses=(0, 1, 2))
    for target in ("/dev/full", "nothing/m.safetensors", "d", "d/a/1.png/x.safetensors", "", "m.png", "/dev/null"):
        for force in ((), ("-f",)):
            yield Case(f"train to {target} {force}", ["train", net, "--data", "d", "-o", target, "--epochs", "1", "-q", *force], {}, prepare=place(two), leaves=("m.png",))
    for program in ("", "|", "box", "sobel", "conv 2 3x3", "dense classes", "flatten", "dense 999999999", "conv 65535 99x99 | dense classes", "input 1x1x1 | dense classes", "input 99999x99999x9 | dense classes", "globalmax | dense 1", "maxpool 2 | maxpool 2 | maxpool 2 | maxpool 2", "median 3 | dense classes", "hysteresis | dense classes", "dropout 1 | dense classes", "dropout 0 | dense classes",
                    "batchnorm | dense classes", "softmax | dense classes | softmax", "conv 3 3x3 groups=2", "repeat 4096 { conv 1 1x1 } | dense classes", "deconv 2 3x3 stride=9999 | dense classes", "scale 1e30 | scale 1e30 | dense classes", "conv 2 3x3 stride=65535 | dense classes", "dense 0", "dense -1", "zscore", "conv 2 3x3 dilate=65535 pad=65535 | dense classes"):
        yield train(f"train {program}", two, program, statuses=(0, 1, 2))
    for megabytes in (200, 300):
        yield train(f"{megabytes} MB", two, "conv 64 3x3 | relu | conv 64 3x3 | globalmax | dense classes", statuses=(0, 1), limits=[(__import__("resource").RLIMIT_AS, (megabytes << 20, megabytes << 20))])
    for size in (0, 100, 2000):
        yield train(f"file size limit {size}", two, statuses=(1,), limits=[(__import__("resource").RLIMIT_FSIZE, (size, size))])


def convert(options):
    from hostile import Case, npy

    good = {"imagemagick": "3x3: 1,2,3 4,5,6 7,8,9", "graphicsmagick": "1,2,3,4,5,6,7,8,9", "vips": "3 3 9 0\n1 2 3\n4 5 6\n7 8 9\n", "gmic": "1,2,3;4,5,6;7,8,9", "gimp": "1 2 3 4 5\n" * 5, "pillow": "ImageFilter.Kernel((3, 3), [1, 2, 3, 4, 5, 6, 7, 8, 9], scale=9, offset=3)", "sharp": '{"width":3,"height":3,"kernel":[1,2,3,4,5,6,7,8,9],"scale":9,"offset":1}',
            "svg": '<svg><filter><feConvolveMatrix order="3 3" kernelMatrix="1 2 3 4 5 6 7 8 9" divisor="9" bias="0.1" targetX="1"/></filter></svg>', "json": "[[1,2,3],[4,5,6],[7,8,9]]", "csv": "1,2,3\n4,5,6\n7,8,9\n", "kern": "[1 2 3; 4 5 6; 7 8 9]/45"}
    everything = list(good)
    for syntax, text in good.items():
        for target in everything + ["npy"]:
            yield Case(f"{syntax} to {target}", ["convert", "k", "--from", syntax, "--to", target], {"k": text.encode()})
        for length in range(len(text)):
            yield Case(f"{syntax} cut to {length}", ["convert", "k", "--from", syntax], {"k": text[:length].encode()})
            yield Case(f"{syntax} cut to {length}, unnamed", ["convert", "k"], {"k": text[:length].encode()})
        rng = random.Random(options.seed)
        for number in range(40):
            content = bytearray(text.encode())
            for _ in range(rng.choice([1, 1, 3, 9])):
                content[rng.randrange(len(content))] = rng.choice([0, 255, 45, 46, 101, 58, 47, 57, rng.randrange(256)])
            yield Case(f"{syntax} flip {number}", ["convert", "k", "--from", syntax, "--to", everything[number % len(everything)]], {"k": bytes(content)})
        for number in ("1e308", "1e999", "-1e-320", "nan", "inf", "9" * 400, "0x10", "1/0", "99999999999999999999", "-", "1e"):
            for old in ("9", "3", "1"):
                yield Case(f"{syntax} {old} is {number[:20]}", ["convert", "k", "--from", syntax, "--to", "kern"], {"k": text.replace(old, number).encode()})
        yield Case(f"{syntax} deep", ["convert", "k", "--from", syntax], {"k": b"[" * 200000})
        yield Case(f"{syntax} long", ["convert", "k", "--from", syntax], {"k": text.encode() * 20000})
        yield Case(f"{syntax} nothing", ["convert", "k", "--from", syntax], {"k": b""})
        yield Case(f"{syntax} binary", ["convert", "k", "--from", syntax], {"k": bytes(range(256)) * 100})
    for shape in ("(3, 3)", "()", "(0, 0)", "(3, 3, 3)", "(2, 1, 3, 3)", "(9,)", "(2, 2, 2, 2, 2)", "(-3, -3)", "(4294967296, 4294967296)", "(3037000500, 3037000500)"):
        for index in ("1", "0", "-1", "2", "99999999999999999999"):
            yield Case(f"npy {shape} {index}", ["convert", "k.npy", f"--index={index}"], {"k.npy": npy(shape, struct.pack("<18f", *range(18)))})
    for path in ("/dev/zero", "/dev/null", ".", "nothing.svg", "", "-", "/dev/full", "/proc/self/mem"):
        for syntax in (None, "svg", "json", "npy", "kern"):
            yield Case(f"convert {path} {syntax}", ["convert", path, *(["--from", syntax] if syntax else [])], {})
    for target in ("/dev/full", "nothing/k.svg", ".", "k", "", "/dev/null", "o.svg", "o.npy", "o.xyz"):
        yield Case(f"convert to {target}", ["convert", "gaussian 1", "-o", target], {"k": b"precious"}, leaves=("o.svg", "o.npy", "o.xyz") if target.startswith("o.") else ())
    for kernel in ("gaussian 30", "box 301", "sobel", "median 3", "conv 3 3x3", "", "gaussian", "gaussian nan", "[1 2", "[1e308 1e308]", "<svg", "3x3:", "0x0:", "99999999999x99999999999: 1", "3x3+9+9: 1,2,3 4,5,6 7,8,9", "3x3+-1+-1: 1,2,3 4,5,6 7,8,9", "3: nan,nan,nan nan,nan,nan nan,nan,nan", "Gaussian:0x1e9", "Disk:1e9", "Square:999999999", "Blur:0x1e-9"):
        for target in everything:
            yield Case(f"{kernel} to {target}", ["convert", kernel, "--to", target], {})


FAMILIES = {"models": models, "data": data, "convert": convert}
