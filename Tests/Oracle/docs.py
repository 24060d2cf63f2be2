#!/usr/bin/env python3
"""Runs what the docs show: every command of a ```console block of README.md and docs/*.md, in a folder of its own with the samples,
and compares what it prints with what stands below it.

    Tests/Oracle/docs.py .build/release/kern

Left out: what builds, learns, or needs what was learned (their times and figures differ), and answers that are cut with '…'.
DIFFERS is a finding, and the exit code is 1 then.
"""
import os, pathlib, re, shutil, subprocess, sys, tempfile

LEFT_OUT = re.compile(r"scripts/|\.build/|swift |train|\.safetensors|finder|curl")


def commands(block):
    """Each command of a block with the lines it printed; a command goes on behind a backslash."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif found and found[-1][0].endswith("\\") and not found[-1][1]:
            found[-1][0] += "\n" + line
        elif found:
            found[-1][1].append(line)
    return found


def main():
    kern = pathlib.Path(sys.argv[1]).resolve()
    house = pathlib.Path(__file__).resolve().parents[2]
    tried = differ = 0
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        (work / "bin").mkdir()
        (work / "bin" / "kern").symlink_to(kern)
        for folder in ("samples", "docs", "kernels"):
            shutil.copytree(house / folder, work / folder, symlinks=True)
        environment = dict(os.environ, PATH=f"{work}/bin:{os.environ['PATH']}")
        for page in [house / "README.md", *sorted((house / "docs").glob("*.md"))]:
            for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.S):
                for command, lines in commands(block):
                    expected = "\n".join(lines).strip("\n")
                    if LEFT_OUT.search(command) or "…" in expected:
                        continue
                    tried += 1
                    run = subprocess.run(
                        ["bash", "-c", command], cwd=work, env=environment, timeout=120, text=True,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    # Where nothing stands below a command, what it printed was left out.
                    is_wrong = run.stdout.strip("\n") != expected if expected else run.returncode != 0
                    if is_wrong:
                        differ += 1
                        print(f"DIFFERS {page.name}: {command}\n--- it says\n{expected}\n--- it prints\n{run.stdout}")
    print(f"{tried} commands, {differ} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
