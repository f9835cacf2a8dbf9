"""The menu of slash commands, described in each language. None stands here before it works."""

from messages.text import Voice
from protocol.roles import ANSWERS, READS
from protocol.terms import Language, Role


def command_names() -> dict[str, list[tuple[str, str]]]:
    """(name, description) by two-letter language; "" is for everyone else."""
    english = _described(Voice(Language.EN, "UTC"))
    return {"zh": _described(Voice(Language.ZH, "UTC")), "en": english, "": english}


def staff_command_names(role: Role, language: Language) -> list[tuple[str, str]]:
    """The menu of a staff chat, in its own language: what this role may ask for."""
    voice = Voice(language, "UTC")
    reads = [
        ("worklist", voice.say("What waits at your site")),
        ("who", voice.say("Where one participant stands: /who 017")),
        ("adherence", voice.say("The figures of one participant: /adherence 017")),
    ]
    answers = [("answer", voice.say("A message to a participant: /answer 017 and a text"))]
    return [
        *(reads if role in READS else []),
        *(answers if role in ANSWERS else []),
        ("language", voice.say("Language · 语言")),
        ("help", voice.say("How this works")),
        ("stop", voice.say("No more alerts here")),
    ]


def _described(voice: Voice) -> list[tuple[str, str]]:
    return [
        ("today", voice.say("Today's dose")),
        ("history", voice.say("The month as a calendar")),
        ("symptom", voice.say("I feel unwell")),
        ("visits", voice.say("When you come next")),
        ("tablets", voice.say("How many tablets are left")),
        ("travel", voice.say("I am going away")),
        ("settings", voice.say("Time, food, language")),
        ("language", voice.say("Language · 语言")),
        ("help", voice.say("How this works")),
        ("contact", voice.say("Call your team")),
        ("privacy", voice.say("What happens with your data")),
        ("stop", voice.say("Stop something")),
    ]
