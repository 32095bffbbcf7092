"""What a token can do: the closed list of roles that `Span.role` may hold.

Only a parse tree knows them. A role is a dotted name, from the general to the special, so that whoever has no
words for `call.open.generic` may look for `call.open` and then for `call`. The queries in `queries/` give
them; a test finds names there that are missing here. A span without a role has the empty string.
"""

from __future__ import annotations

from typing import Final

from codechoir.syntax.roles.brackets import BRACKETS
from codechoir.syntax.roles.operators import OPERATORS
from codechoir.syntax.roles.structure import STRUCTURE
from codechoir.syntax.roles.text import TEXT

TABLES: Final = (OPERATORS, BRACKETS, STRUCTURE, TEXT)
"""By where they stand."""

ROLES: Final[dict[str, str]] = OPERATORS | BRACKETS | STRUCTURE | TEXT
"""Each role with a line of meaning."""
