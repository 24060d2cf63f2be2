"""Lets the world fail around a kern binary, and sees that nothing is lost and nothing half-written.

    python3 Tests/Oracle/failing.py .build/release/kern
    … --only calls          write, read, open, close, link, rename, mkdir failing at the n-th call, for every n (failing.c)
    … --only signals        SIGKILL, SIGINT, SIGTERM and SIGHUP at random moments
    … --only paths          spaces, newlines, dashes, links, pipes, folders, and the same file in and out

After each case every file is what it was or whole, none is temporary, and a failure has exit code 1 or 2 and a sentence.
"""
import argparse
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import hostile

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
BIG = hostile.png(700, 500, 8, 2)


class World:
    """A folder of its own, and kern in it."""

    def __init__(self, kern, files):
        self.kern, self.folder = kern, Path(tempfile.mkdtemp(prefix="kern-failing-"))
        for name, content in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, words, **more):
        more = {"stdout": subprocess.PIPE, "stdin": subprocess.DEVNULL} | more
        return subprocess.Popen([self.kern, *words], cwd=self.folder, stderr=subprocess.PIPE, **more)

    def run(self, words, **more):
        process = self.start(words, **more)
        output, said = process.communicate(timeout=30)
        return process.returncode, output, said.decode(errors="replace")

    def contents(self):
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


def complaint(status, said, before, found, whole, spared=()):
    """What is wrong with the files that were found, given what was there before and what a good run leaves; else None."""
    if status not in (0, 1, 2):
        return f"exit code {status}: {said[-200:]!r}"
    if status and not said.startswith("kern"):
        return f"exit code {status}, and said {said[:200]!r}"
    for name, content in found.items():
        if ".tmp" in name or Path(name).name.startswith("."):
            return f"left {name}"
        if name in spared:
            continue
        if content not in (before.get(name), whole.get(name)):
            return f"{name} is neither what it was nor whole ({len(content)} bytes), exit code {status}"
    lost = [name for name in before if name not in found]
    if lost:
        return f"lost {lost}"
    if status == 0 and any(found.get(name) != content for name, content in whole.items() if name not in spared):
        return "said that all went well, but not all is there"
    return None


def jobs():
    three = {"a.png": BIG, "b.png": hostile.SMALL, "c.png": hostile.SMALL}
    yield "new", ["apply", "sobel", "a.png", "-o", "out.png"], three
    yield "forced", ["apply", "sobel", "a.png", "-f", "-o", "out.ppm"], three | {"out.ppm": b"precious"}
    yield "jpeg", ["apply", "box", "a.png", "-o", "out.jpg"], three
    yield "many", ["apply", "box", "a.png", "b.png", "c.png", "-o", "new/out/"], three
    yield "saved", ["apply", "box 5", "b.png", "-o", "out.npy", "--save", "s.kern"], three
    yield "convert", ["convert", "gaussian 1", "-o", "k.svg"], {}
    yield "convert, forced", ["convert", "gaussian 1", "-f", "-o", "k.npy"], {"k.npy": b"precious"}
    yield "kernel", ["train", "conv 3x3", "--before", "b.png", "--after", "c.png", "-o", "k.kern"], three
    yield "net", ["train", "conv 1 3x3", "--data", "d", "--epochs", "1", "-o", "m.safetensors", "-q"], {f"d/{side}/{name}.png": hostile.SMALL for side in ("before", "after") for name in "ab"}


def calls(options):
    """(name, complaint) for every call that could fail."""
    library = Path(tempfile.mkdtemp(prefix="kern-shim-")) / "failing.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_name("failing.c"), "-ldl"], check=True)
    failures = [("write", (errno.ENOSPC, errno.EIO, errno.EINTR, 0)), ("close", (errno.EIO, errno.EDQUOT)), ("link", (errno.EPERM, errno.ENOSPC, errno.EIO)), ("rename", (errno.EACCES, errno.EIO)), ("fsync", (errno.EIO, errno.EINTR, errno.EINVAL)),
                ("fchmod", (errno.EPERM,)), ("mkdir", (errno.ENOSPC, errno.EACCES)), ("open", (errno.EMFILE, errno.EACCES, errno.EINTR)), ("read", (errno.EIO, errno.EINTR, 0))]
    for name, words, files in jobs():
        with World(options.kern, files) as world:
            status, _, said = world.run(words)
            whole = world.contents()
            if status:
                yield name, f"a good run ended with {status}: {said}"
                continue
        # A checkpoint is written on the way, and stays where the training did not come to its end.
        spared = {path for path in whole if "m.safetensors" in path} | {"m.safetensors.checkpoint"} if name == "net" else set()
        for call, numbers in failures:
            for number in numbers:
                for when in range(1, options.most + 1):
                    with World(options.kern, files) as world:
                        mark = library.with_name("mark")
                        mark.unlink(missing_ok=True)
                        try:
                            status, _, said = world.run(words, env={"PATH": "/usr/bin:/bin", "LD_PRELOAD": str(library), "KERN_FAIL": f"{call}:{when}:{number}", "KERN_FAIL_MARK": str(mark)})
                            wrong = complaint(status, said, files, world.contents(), whole, spared)
                            if number in (errno.EINTR, 0) and status and call in ("write", "read"):
                                wrong = wrong or f"gave up though it could have gone on: {said}"
                        except subprocess.TimeoutExpired:
                            wrong = "no answer"
                        yield f"{name}: {call} {when} {errno.errorcode.get(number, 'in part')}", wrong
                        if not mark.exists():
                            break


def signals(options):
    rng = random.Random(options.seed)
    words = ["apply", "median 9 | gaussian 3", "a.png", "b.png", "-f", "-o", "out/"]
    files = {"a.png": BIG, "b.png": hostile.png(500, 400, 8, 6), "out/a.png": b"precious"}
    with World(options.kern, files) as world:
        began = time.monotonic()
        world.run(words)
        length, whole = time.monotonic() - began, world.contents()
    for turn in range(options.kills):
        number = rng.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
        with World(options.kern, files) as world:
            process = world.start(words, start_new_session=True)
            time.sleep(rng.random() * length * 1.1)
            process.send_signal(number)
            began = time.monotonic()
            _, said = process.communicate(timeout=20)
            found = world.contents()
            if number == signal.SIGKILL:  # no one can clean up after it: what it leaves is beside the results and hidden
                found = {name: content for name, content in found.items() if not name.endswith(".tmp")}
            status = 0 if process.returncode in (0, -number, 128 + number) else process.returncode
            wrong = complaint(status or 1, "kern", files, found, whole)
            if time.monotonic() - began > 1:
                wrong = wrong or "took more than a second to end"
            if status:
                wrong = wrong or f"exit code {process.returncode}: {said!r}"
            again, _, said = world.run(words)
            if again or any(world.contents()[name] != content for name, content in whole.items()):
                wrong = wrong or f"a second run did not put it right: {again} {said!r}"
            yield f"{number.name} {turn}", wrong


def paths(options):
    files = {"in.png": hostile.SMALL}

    def case(name, words, check, statuses=(0,), prepare=None, files=files, **more):
        with World(options.kern, files) as world:
            if prepare:
                prepare(world.folder)
            status, output, said = world.run(words, **more)
            if status not in statuses:
                return name, f"exit code {status}: {said!r}"
            found = [p for p in world.folder.rglob("*") if p.name.endswith(".tmp")]
            if found:
                return name, f"left {found}"
            return name, None if check(world.folder) else f"not as it should be: {said!r}"

    def good(name):
        return lambda folder: (folder / name).read_bytes()[:4] == b"\x89PNG"

    for name in ("a b.png", "a\nb.png", "-a.png", "--force.png", "ä€🧨.png", "a'b\"c$d`e.png", "*.png", "[a].png", "{x}.png", "a\\b.png", " .png", "~.png", "#.png", "\x1b[31m.png", "\x7f.png"):
        content = {name: hostile.SMALL, "in.png": hostile.SMALL}
        if "{" not in name:
            yield case(f"to {name!r}", ["apply", "box", "in.png", "-o", "./" + name], good(name))
        yield case(f"from {name!r}", ["apply", "box", "-o", "o.png", "--", name], good("o.png"), files=content)
        yield case(f"from ./{name!r}", ["apply", "box", "./" + name, "-o", "o.png"], good("o.png"), files=content)
        yield case(f"named {name!r}", ["apply", "box", "./" + name, "-o", "o/{name}.png"], lambda f: len(list((f / "o").iterdir())) == 1, files=content)
    link = lambda folder: (folder / "l.png").symlink_to("in.png")
    untouched = lambda folder: (folder / "in.png").read_bytes() == hostile.SMALL
    yield case("from a link", ["apply", "box", "l.png", "-o", "o.png"], good("o.png"), prepare=link)
    yield case("same in and out", ["apply", "box", "in.png", "-o", "in.png"], untouched, (1, 2))
    yield case("same in and out, forced", ["apply", "box", "in.png", "-f", "-o", "./in.png"], untouched, (1, 2))
    yield case("out is a link to in, forced", ["apply", "box", "in.png", "-f", "-o", "l.png"], untouched, (1, 2), prepare=link)
    yield case("out is a hard link to in, forced", ["apply", "box", "in.png", "-f", "-o", "h.png"], untouched, (0, 1, 2), prepare=lambda f: os.link(f / "in.png", f / "h.png"))
    def two_names(folder):
        (folder / "x.png").write_bytes(b"precious")
        os.link(folder / "x.png", folder / "y.png")
    yield case("a hard link elsewhere keeps what it had", ["apply", "box", "in.png", "-f", "-o", "x.png"], lambda f: (f / "y.png").read_bytes() == b"precious" and good("x.png")(f), prepare=two_names)
    def linked(folder):
        (folder / "real").mkdir()
        (folder / "real/x.png").write_bytes(b"precious")
        (folder / "x.png").symlink_to("real/x.png")
    yield case("a link that is written through stays a link", ["apply", "box", "in.png", "-f", "-o", "x.png"], lambda f: (f / "x.png").is_symlink() and good("real/x.png")(f), prepare=linked)
    yield case("a link is not written through unasked", ["apply", "box", "in.png", "-o", "x.png"], lambda f: (f / "real/x.png").read_bytes() == b"precious", (1, 2), prepare=linked)
    yield case("a link around a circle", ["apply", "box", "in.png", "-f", "-o", "x.png"], untouched, (0, 1, 2), prepare=lambda f: (f / "x.png").symlink_to("x.png"))
    yield case("out is a folder", ["apply", "box", "in.png", "-f", "-o", "x.png"], lambda f: (f / "x.png").is_dir(), (0, 1, 2), prepare=lambda f: (f / "x.png").mkdir())
    got = []
    def reader(folder):
        os.mkfifo(folder / "p.png")
        thread = threading.Thread(target=lambda: got.append((folder / "p.png").read_bytes()))
        thread.start()
        got.append(thread)
    yield case("to a pipe with a name", ["apply", "box", "in.png", "-o", "p.png"], lambda f: (got[0].join(5), got[1][:4] == b"\x89PNG")[1], prepare=reader)
    def writer(folder):
        os.mkfifo(folder / "p.png")
        threading.Thread(target=lambda: (folder / "p.png").write_bytes(hostile.SMALL), daemon=True).start()
    yield case("from a pipe with a name", ["apply", "box", "p.png", "-o", "o.png"], good("o.png"), prepare=writer)
    yield case("a full device", ["apply", "box", "in.png", "-f", "-o", "/dev/full", "--format", "png"], untouched, (1,))
    yield case("stdout is full", ["apply", "box", "in.png", "-o", "-"], untouched, (1,), stdout=open("/dev/full", "wb"))
    yield case("results, stdout is full", ["list"], untouched, (1,), stdout=open("/dev/full", "wb"))
    yield case("stdout is closed", ["apply", "box", "in.png", "-o", "-"], untouched, (1,), stdout=None, preexec_fn=lambda: os.close(1))
    if os.getuid() == 0:  # for root no folder is read-only
        def nobody():
            os.setgid(65534)
            os.setuid(65534)
        def locked(folder):
            folder.chmod(0o755)
            (folder / "r").mkdir(mode=0o555)
            (folder / "s.png").write_bytes(hostile.SMALL)
            (folder / "s.png").chmod(0o000)
        yield case("a folder that may not be written", ["apply", "box", "in.png", "-o", "r/o.png"], lambda f: not list((f / "r").iterdir()), (1,), prepare=locked, preexec_fn=nobody)
        yield case("a new folder in it", ["apply", "box", "in.png", "-o", "r/new/"], lambda f: not list((f / "r").iterdir()), (1,), prepare=locked, preexec_fn=nobody)
        yield case("a picture that may not be read", ["apply", "box", "s.png", "-o", "r/o.png"], untouched, (1,), prepare=locked, preexec_fn=nobody)
    for size in (0, 1, 100, 5000):
        import resource
        yield case(f"files of {size} bytes at most", ["apply", "box", "in.png", "-f", "-o", "x.npy"], lambda f: (f / "x.npy").read_bytes() == b"precious", (0, 1) if size == 5000 else (1,), files=files | {"x.npy": b"precious"}, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))) if size < 5000 else ("", None)


FAMILIES = {"calls": calls, "signals": signals, "paths": paths}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kern", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--only", choices=FAMILIES)
    parser.add_argument("--most", type=int, default=60, help="calls of one function that are let fail, at most")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    bad = 0
    for family in [options.only] if options.only else FAMILIES:
        count = failed = 0
        for name, wrong in FAMILIES[family](options):
            count += 1
            if wrong:
                failed += 1
                print(f"{family}: {name}\n    {wrong}", flush=True)
        print(f"{family} {count - failed}/{count}", flush=True)
        bad += failed
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
