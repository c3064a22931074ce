"""``python -m embedded`` is ``shuanglu``."""

from embedded.command_line import app

app()
