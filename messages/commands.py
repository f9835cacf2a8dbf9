"""The menu of slash commands, described in each language. None stands here before it works."""

from messages.text import Voice
from protocol.terms import Language


def command_names() -> dict[str, list[tuple[str, str]]]:
    """(name, description) by two-letter language; "" is for everyone else."""
    english = _described(Voice(Language.EN, "UTC"))
    return {"zh": _described(Voice(Language.ZH, "UTC")), "en": english, "": english}


def _described(voice: Voice) -> list[tuple[str, str]]:
    return [
        ("today", voice.say("Today's dose")),
        ("history", voice.say("The month as a calendar")),
        ("symptom", voice.say("I feel unwell")),
        ("settings", voice.say("Time, food, language")),
        ("language", voice.say("Language · 语言")),
        ("help", voice.say("How this works")),
        ("contact", voice.say("Call your team")),
        ("privacy", voice.say("What happens with your data")),
        ("stop", voice.say("Stop something")),
    ]
