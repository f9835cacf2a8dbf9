"""Colleagues: staff with a phone that alerts ring on, who acknowledge at once, late, or sleep through it."""

from collections.abc import Callable
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from bot.callback_data import decode
from emulator.phones import Phones
from protocol.taps import Verb
from simulation.evidence import Delivered, Evidence

FIRST_PHONE = 8_000_000
BEIJING = ZoneInfo("Asia/Shanghai")
ASLEEP_FROM, ASLEEP_UNTIL = 23, 6
AT_ONCE, LATE = (20.0, 240.0), (600.0, 5400.0)  # seconds until the button is pressed
AWAKE, NIGHT = (0.35, 0.25), (0.02, 0.03)  # shares of the ringings that are answered at once, and late

Later = Callable[[float, Callable[[], None]], None]


class Colleagues:
    """All phones of staff. Nobody answers each ringing; some are never answered."""

    def __init__(
        self, phones: Phones, evidence: Evidence, random: Random, later: Later, took: Callable[[], None]
    ) -> None:
        self._phones, self._evidence, self._random = phones, evidence, random
        self._later, self._took = later, took

    def gets_phone(self, name: str, site: str, token: str) -> None:
        """Opens the invitation on a new phone."""
        user = FIRST_PHONE + len(self._evidence.staff) + 1
        self._evidence.staff[user] = (name, site)
        self._evidence.secrets.add(str(user))
        self._phones.create_user("zh-hans", name, user, tz=BEIJING.key)
        self._phones.start(user, token)
        self._took()

    def sees(self, shown: Delivered) -> None:
        """An alert rings, or is shown as acknowledged."""
        for data in shown.buttons:
            tap = decode(data)
            if tap is not None and tap.verb is Verb.STAFF_SEEN:
                self._answers(shown, data)

    def _answers(self, shown: Delivered, data: str) -> None:
        at_once, late = NIGHT if _is_night(shown.at) else AWAKE
        drawn = self._random.random()
        if drawn < at_once + late:
            within = AT_ONCE if drawn < at_once else LATE
            self._later(self._random.uniform(*within), lambda: self._press(shown, data))

    def _press(self, shown: Delivered, data: str) -> None:
        self._phones.tap(shown.chat, data=data, message_id=shown.message)
        self._took()


def _is_night(at: datetime) -> bool:
    hour = at.astimezone(BEIJING).hour
    return hour >= ASLEEP_FROM or hour < ASLEEP_UNTIL
