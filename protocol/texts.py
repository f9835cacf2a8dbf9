"""Words for people: the same text in both languages."""

from collections.abc import Mapping
from typing import TypeAlias

from protocol.terms import Language

Texts: TypeAlias = Mapping[Language, str]
