"""``python -m agent``: the way in on computers that have only the agent."""

import sys

from agent.command import main

sys.exit(main())
