"""The texts and buttons of both contenders: a reminder of two tablets, and the answer to its "taken"."""

from datetime import datetime

from telegram import InlineKeyboardMarkup

from benchmarks.rows import NOON
from bot.keyboards import inline
from messages.courier import Wording
from messages.screens import word
from models.protocol_file import load_trial
from protocol.screens import DoseReminder, Reader, Recorded, Screen, Shown
from protocol.taps import Tap, Verb
from protocol.terms import DoseAnswer, FoodMode, Language

READER = Reader(Language.ZH, "Asia/Shanghai", "研究团队", "010-69150000")


def _shown(dose_id: str, at: datetime) -> Shown:
    return Shown(dose_id, 1, at, at.date(), 2, is_first=False)


def _worded(screen: Screen) -> Wording:
    return word(screen, READER, load_trial(None))


def reminder() -> tuple[str, InlineKeyboardMarkup | None]:
    wording = _worded(DoseReminder(_shown("d1-1", NOON), FoodMode.WITH, again=False))
    return wording.text, inline(wording)


def answer() -> tuple[str, InlineKeyboardMarkup | None]:
    wording = _worded(Recorded(_shown("d1-1", NOON), DoseAnswer.TAKEN, 2, NOON, NOON, None, None))
    return wording.text, inline(wording)


def taken(dose_id: str) -> Tap:
    """What the first button of a reminder says."""
    return Tap(Verb.TAKEN, dose_id, "2")
