"""`python -m labctl.cli` is `labctl`."""

import sys

from labctl.cli import main

sys.exit(main())
