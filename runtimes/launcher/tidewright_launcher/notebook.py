"""Executes a notebook by papermill. Runs inside the job's environment, so it imports nothing of the launcher.

Takes one argument: a JSON file with input, output, parameters, cwd and result (where a failure is described).
"""

import json
import os
import signal
import sys
import tempfile

FAILED = 1


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        wish = json.load(file)
    with tempfile.TemporaryDirectory(prefix="nb-") as sockets:
        os.environ["JUPYTER_RUNTIME_DIR"] = sockets
        return _execute(wish)


def _execute(wish) -> int:
    import papermill
    from papermill.exceptions import PapermillException, PapermillExecutionError
    from traitlets.config import Config

    # Sockets in a folder that only we may enter, instead of ports that every program of this machine may try.
    private = Config({"KernelManager": {"transport": "ipc"}})
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        papermill.execute_notebook(
            wish["input"],
            wish["output"],
            parameters=wish["parameters"],
            cwd=wish["cwd"],
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
            stdout_file=sys.stdout,
            stderr_file=sys.stderr,
            autosave_cell_every=5,
            config=private,
        )
        return 0
    except PapermillExecutionError as fault:
        return _tell(wish, cell=fault.cell_index + 1, execution=fault.exec_count, name=fault.ename, value=str(fault.evalue))
    except PapermillException as fault:
        return _tell(wish, cell=None, execution=None, name=type(fault).__name__, value=str(fault))
    except Exception as fault:  # a kernel that died, a notebook that is not valid: told by name, not by a trace
        return _tell(wish, cell=None, execution=None, name=type(fault).__name__, value=str(fault))


def _tell(wish, **fault) -> int:
    with open(wish["result"], "w", encoding="utf-8") as file:
        json.dump(fault, file)
    print(f"{fault['name']}: {fault['value']}", file=sys.stderr, flush=True)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
