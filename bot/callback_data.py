"""Callback data: a tap as a short text and back, by one codec. Ids and never words; 64 bytes at most."""

import re
from itertools import permutations
from typing import Final

from protocol.taps import Sure, Tap, Verb

BYTES_MAX: Final = 64  # Bot API, InlineKeyboardButton.callback_data
VERSION: Final = "1"  # another meaning of the same letters gets another number

# Anything a client may send arrives here: only what `encode` could have written is read. The lengths add up to 64.
_WRITTEN: Final = re.compile(
    VERSION
    + r"\.(?P<verb>[A-Za-z]{1,2})"
    + r"\.(?P<record_id>[0-9A-Za-z-]{0,26})"
    + r"\.(?P<argument>[0-9A-Za-z@:_+-]{0,28})"
    + r"\.(?P<sure>[a-z]{0,3})"
)
_VERBS: Final = {verb.value: verb for verb in Verb}
_SURES: Final = {"".join(some) for count in range(len(Sure) + 1) for some in permutations(Sure, count)}


def encode(tap: Tap) -> str:
    """The text a button carries. Raises ValueError for a tap that could not be read back."""
    data = f"{VERSION}.{tap.verb}.{tap.record_id}.{tap.argument}.{tap.sure}"
    if decode(data) != tap:
        raise ValueError(f"a {tap.verb.name} button cannot carry this")
    return data


def decode(data: str) -> Tap | None:
    """The tap of a button of ours, None for anything else."""
    found = _WRITTEN.fullmatch(data)
    if found is None:
        return None
    verb = _VERBS.get(found["verb"])
    if verb is None or found["sure"] not in _SURES:
        return None
    return Tap(verb, found["record_id"], found["argument"], found["sure"])
