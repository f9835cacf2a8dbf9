"""What stands on the phones when all is quiet: the screen that was pressed last says what the store says."""

from collections.abc import Iterator, Mapping

from simulation.evidence import Delivered, Received
from simulation.invariants.night import Event, Night
from simulation.invariants.rules import Tap, tap_of

ASKS = frozenset({"t", "a", "r", "z"})  # taken, at what time, why not, how much later


def says_what_stands(night: Night) -> Iterator[str]:
    """What a press brought about is the last that its screen shows: an older answer never stands over it."""
    if not night.whole:
        return
    presses = list(_presses(night))
    last: dict[tuple[int, int | str], Received] = {
        (received.chat, message): received for received, message, _ in presses
    }
    last.update({(received.chat, tap.record): received for received, _, tap in presses})
    for received, message, tap in presses:
        event = _brought_about(night, received)
        is_last = all(last[received.chat, where] is received for where in (message, tap.record))
        if event is None or not is_last or not _can_be_shown(night, event, received.chat):
            continue
        screen = _last_screen(night, received.chat, message, tap.record)
        if screen is not None and _contradicts(screen, event):
            yield f"{screen} stands where update {received.update_id} brought about {event}"


def _presses(night: Night) -> Iterator[tuple[Received, int, Tap]]:
    """Presses about a dose, in the order of saying: the update, the message and the button."""
    for update_id in sorted(night.memory.heard):
        received = night.memory.heard[update_id]
        query = received.raw.get("callback_query")
        tap = tap_of(str(query.get("data", ""))) if isinstance(query, Mapping) else None
        if tap is not None and tap.record and isinstance(query, Mapping):
            yield received, int((query.get("message") or {}).get("message_id", 0)), tap


def _brought_about(night: Night, received: Received) -> Event | None:
    """The event of this press, where nothing was recorded of its dose since."""
    caused = f"telegram:{received.update_id}".split(":")
    event = next((one for one in night.events if one.cause_key.split(":")[:2] == caused), None)
    is_last = event is not None and night.events_of[event.dose_id][-1] is event
    return event if is_last else None


def _can_be_shown(night: Night, event: Event, chat: int) -> bool:
    mine = "SELECT 1 FROM chat_link WHERE participant_id = ? AND (refused_at IS NOT NULL OR unlinked_at IS NOT NULL)"
    return bool(night.shown.get(chat)) and not night.rows(mine, event.participant_id)


def _last_screen(night: Night, chat: int, message: int, dose_id: str) -> Delivered | None:
    """Of the message pressed, or of another one about the same dose that came in its stead."""
    about = (one for one in reversed(night.shown[chat]) if one.message == message or _names(one, dose_id))
    return next(about, None)


def _names(one: Delivered, dose_id: str) -> bool:
    return any((tap := tap_of(data)) is not None and tap.record == dose_id for data in one.buttons)


def _contradicts(screen: Delivered, event: Event) -> bool:
    """It offers to take back what was taken back, or still asks for what is recorded."""
    taps = [tap for data in screen.buttons if (tap := tap_of(data)) is not None]
    verbs = {tap.verb for tap in taps if tap.record == event.dose_id}
    return "u" in verbs if event.answer == "undone" else bool(ASKS & verbs) and "u" not in verbs
