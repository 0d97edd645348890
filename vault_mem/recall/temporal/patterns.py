"""Regular expressions that cost nothing until they are used: most questions have no time words."""

from __future__ import annotations

import re
from functools import cached_property


class Pattern:
    """A regular expression, compiled when it is first needed."""

    def __init__(self, text: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        """Keep the text and the flags for `re.compile`."""
        self._text = text
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression, ready for use."""
        return re.compile(self._text, self._flags)
