"""Serves the model in $MODEL_DIR on $PORT. One process; predictions run in a pool of threads."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tidewright_serving.application import serve  # noqa: E402

if __name__ == "__main__":
    sys.exit(serve(os.environ))
