"""Runs every test_*.py here (or those named), as many test classes at once as there are cores, each in a process of its own.

Ends with the slowest tests and the line `N passed, N failed`.
"""

import os
import re
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
ONE = "--one"
# What builds environments takes longest, and is begun first.
LONG = ("test_samples", "test_environment", "test_serving", "test_room")
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)
TOOK = re.compile(r"^took +([\d.]+) s  (.*)$", re.MULTILINE)


class Timed(unittest.TextTestResult):
    def startTest(self, test):
        self._began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        print(f"took {time.monotonic() - self._began:6.1f} s  {test.id()}", flush=True)


def classes(suite: unittest.TestSuite) -> dict[str, None]:
    """Names of the classes in the suite, those of a file together and in order."""
    found: dict[str, None] = {}
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            found |= classes(test)
        else:
            # A file that cannot be imported is a test too, which fails.
            kind = type(test)
            found[test.id() if kind.__module__.startswith("unittest") else f"{kind.__module__}.{kind.__qualname__}"] = None
    return found


def run_here(names: list[str]) -> int:
    suite = unittest.TestLoader().loadTestsFromNames(names)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Timed).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    return report(max(0, result.testsRun - failed - len(result.skipped)), failed, len(result.skipped))


def report(passed: int, failed: int, skipped: int) -> int:
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return 1 if failed or not passed else 0


def run_apart(name: str) -> str:
    done = subprocess.run([sys.executable, "-B", __file__, ONE, name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if not COUNTS.search(done.stdout):
        return f"{done.stdout}\n{name} ended with {done.returncode}\n0 passed, 1 failed\n"
    return done.stdout


def main(names: list[str]) -> int:
    if names[:1] == [ONE]:
        return run_here(names[1:])
    loader = unittest.TestLoader()
    found = classes(loader.loadTestsFromNames(names) if names else loader.discover(str(HERE), "test_*.py", str(HERE)))
    passed = failed = skipped = 0
    took: list[tuple[float, str]] = []
    with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        ordered = sorted(found, key=lambda name: (*LONG, name.split(".")[0]).index(name.split(".")[0]))
        for done in as_completed([pool.submit(run_apart, name) for name in ordered]):
            output = done.result()
            print(COUNTS.sub("", output).strip(), flush=True)
            for counts in COUNTS.findall(output):
                passed, failed, skipped = (total + int(count or 0) for total, count in zip((passed, failed, skipped), counts))
            took += [(float(seconds), test) for seconds, test in TOOK.findall(output)]
    print("\nslowest:\n" + "\n".join(f"{seconds:6.1f} s  {test}" for seconds, test in sorted(took, reverse=True)[:12]))
    return report(passed, failed, skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
