"""Writes docs/openapi.json from the running code, or (--check) says where the two differ."""

from __future__ import annotations

import argparse
import difflib
import json
import sys

from harness import ROOT, Failed, Platform

FILE = ROOT / "docs/openapi.json"


def served() -> str:
    with Platform.temporary("openapi") as platform:
        platform.start()
        platform.wait_ready()
        document = platform.api.get("/api/v1/openapi")
    if not document.get("openapi", "").startswith("3.1"):
        raise Failed(f"OpenAPI 3.1 was expected, {document.get('openapi')} is served")
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    if len(ids) != len(set(ids)):
        raise Failed(f"operation ids occur twice: {sorted(i for i in set(ids) if ids.count(i) > 1)}")
    # Where this one happened to listen is no part of the contract.
    document["servers"] = [{"url": "http://127.0.0.1:8080", "description": "the default of one machine"}]
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true")
    chosen = arguments.parse_args()
    now = served()
    if not chosen.check:
        FILE.write_text(now)
        print(f"{FILE.relative_to(ROOT)}: {len(json.loads(now)['paths'])} paths")
        return 0
    kept = FILE.read_text() if FILE.exists() else ""
    if now == kept:
        print(f"{FILE.relative_to(ROOT)} is what is served")
        return 0
    for line in list(difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "served", lineterm="", n=1))[:60]:
        print(line)
    print("The API changed: look whether that was meant, then run `make openapi` and commit the file.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        print(failed, file=sys.stderr)
        sys.exit(1)
