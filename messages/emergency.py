"""The approved emergency text in a few words, for where only a short note can be shown."""

from typing import Final

from protocol.terms import Language
from protocol.trial import Trial

CHARACTERS_MAX: Final = 200
"""What a note over the chat holds: Bot API, answerCallbackQuery.text."""


def modal(language: Language, trial: Trial) -> str:
    """The beginning of the approved text: as many whole lines as fit, and nothing that is not in it."""
    said = trial.texts.emergency[language].strip().splitlines()
    short = said[0]
    for line in said[1:]:
        if len(short) + 1 + len(line) > CHARACTERS_MAX:
            break
        short = f"{short}\n{line}"
    return short if len(short) <= CHARACTERS_MAX else short[: CHARACTERS_MAX - 1].rstrip() + "…"
