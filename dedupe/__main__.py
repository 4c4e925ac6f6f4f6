"""`python -m dedupe` is the command `dedupe`."""

import sys

from dedupe.cli import main

if __name__ == "__main__":
    sys.exit(main())
