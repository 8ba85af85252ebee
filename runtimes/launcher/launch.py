"""Runs beside user code: `python3 launch.py job` or `python3 launch.py service`.

Plain Python (3.11 or newer, standard library only), because it must start before any environment exists.
The contract with the platform and with user code is in README.md beside this file.
"""

import sys
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit(f"The launcher needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

# The launcher's folder may be shared and read-only, so no byte code is left in it.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from tidewright_launcher.main import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
