"""Makes a container image of folders, without a registry or a daemon, and gives it to containerd.

    image.py [--to OUT.tar | --containerd SOCKET] [--env K=V]… [--user UID:GID] [--workdir DIR] NAME LAYER… [-- ENTRYPOINT…]
    image.py --layer OUT.tar LAYER

A LAYER is a tar that --layer made, or FROM[:AT][@UID:GID]: a file or folder, where it goes (/), and who owns it (0:0).
The same content gives the same image, byte for byte. containerd is only told what it does not hold yet: nothing at all
for an image that has not changed, and no layer that another image has brought.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OCI = "application/vnd.oci.image"


def main() -> None:
    given, entrypoint = sys.argv[1:], []
    if "--" in given:
        at = given.index("--")
        given, entrypoint = given[:at], given[at + 1 :]
    arguments = argparse.ArgumentParser(usage=__doc__)
    for option in ("--to", "--containerd", "--layer", "--user", "--workdir"):
        arguments.add_argument(option)
    arguments.add_argument("--env", action="append", default=[])
    arguments.add_argument("words", nargs="+")
    asked = arguments.parse_args(given)
    if asked.layer:
        pack(asked.words[0], Path(asked.layer))
        return
    name, *layers = asked.words
    with tempfile.TemporaryDirectory() as folder:
        tars = []
        for number, layer in enumerate(layers):
            if layer.endswith(".tar"):
                tars.append(Path(layer))
            else:
                tars.append(Path(folder) / f"{number}.tar")
                pack(layer, tars[-1])
        config = {"Env": [*([] if any(e.startswith("PATH=") for e in asked.env) else [PATH]), *asked.env]}
        if entrypoint:
            config["Entrypoint"] = entrypoint
        if asked.user:
            config["User"] = asked.user
        if asked.workdir:
            config["WorkingDir"] = asked.workdir
        index, blobs = describe(name, config, tars)
        if asked.to:
            with open(asked.to, "wb") as out:
                write(out, index, blobs)
        else:
            give(asked.containerd, name, index, blobs)


def pack(layer: str, out: Path) -> None:
    layer, _, owner = layer.partition("@")
    source, _, at = layer.partition(":")
    uid, gid = map(int, (owner or "0:0").split(":"))
    with tarfile.open(out, "w", format=tarfile.GNU_FORMAT) as tar:
        for path, member in members(Path(source), at.strip("/")):
            info = tar.gettarinfo(path, member)
            if info is None:  # a socket
                continue
            info.uid, info.gid, info.uname, info.gname, info.mtime = uid, gid, "", "", 0
            if info.isreg():
                with open(path, "rb") as content:
                    tar.addfile(info, content)
            else:
                tar.addfile(info)


def members(source: Path, at: str) -> Iterator[tuple[Path, str]]:
    """Folders before what is in them, in the order of names. The root itself is left to the base."""
    if at or not source.is_dir():
        yield source, at or source.name
    if source.is_dir():
        for folder, folders, files in os.walk(source):
            folders.sort()
            for name in sorted(files + folders):
                path = Path(folder) / name
                yield path, str(Path(at) / path.relative_to(source))


def describe(name: str, config: dict, tars: list[Path]) -> tuple[bytes, dict[str, bytes | Path]]:
    """The index of an OCI image layout, and what it speaks of by digest."""
    blobs: dict[str, bytes | Path] = {}

    def described(kind: str, content: bytes | Path) -> dict:
        if isinstance(content, Path):
            with open(content, "rb") as file:
                digest, size = hashlib.file_digest(file, "sha256").hexdigest(), content.stat().st_size
        else:
            digest, size = hashlib.sha256(content).hexdigest(), len(content)
        blobs[f"sha256:{digest}"] = content
        return {"mediaType": f"{OCI}.{kind}", "digest": f"sha256:{digest}", "size": size}

    layers = [described("layer.v1.tar", tar) for tar in tars]
    whole = {
        "architecture": ARCHITECTURE.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
        "history": [{} for _ in layers],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": described("config.v1+json", json.dumps(whole).encode()),
        "layers": layers,
    }
    entry = described("manifest.v1+json", json.dumps(manifest).encode())
    entry["annotations"] = {"io.containerd.image.name": name}
    return json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode(), blobs


def write(out: io.BufferedIOBase, index: bytes, blobs: dict[str, bytes | Path]) -> None:
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.GNU_FORMAT) as archive:

        def add(member: str, content: bytes | Path) -> None:
            info = tarfile.TarInfo(member)
            with contextlib.nullcontext(io.BytesIO(content)) if isinstance(content, bytes) else open(content, "rb") as file:
                info.size = file.seek(0, io.SEEK_END)
                file.seek(0)
                archive.addfile(info, file)

        add("oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        for digest, content in blobs.items():
            add("blobs/" + digest.replace(":", "/"), content)
        add("index.json", index)


def give(socket: str, name: str, index: bytes, blobs: dict[str, bytes | Path]) -> None:
    ctr = ["ctr", "--address", socket, "--namespace", "k8s.io"]

    def answer(*words: str) -> str:
        return subprocess.run([*ctr, *words], check=True, stdout=subprocess.PIPE, text=True).stdout

    wanted = json.loads(index)["manifests"][0]["digest"]
    for line in answer("images", "ls", f"name=={name}").splitlines()[1:]:
        if line.split()[2] == wanted:
            print(f"{name} has not changed")
            return
    held = set(answer("content", "ls", "-q").split())
    missing = {digest: content for digest, content in blobs.items() if digest not in held}
    importing = subprocess.Popen([*ctr, "images", "import", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with importing.stdin as pipe:
        write(pipe, index, missing)
    if importing.wait() != 0:
        sys.exit(f"{name} could not be imported")
    size = sum(content.stat().st_size for content in missing.values() if isinstance(content, Path))
    print(f"{name} is on the node ({size / 1e6:.0f} MB were new)")


if __name__ == "__main__":
    main()
