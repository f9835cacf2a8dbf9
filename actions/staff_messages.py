"""Messages of staff to a participant: sealed beside the dose record, sent by the scheduler's own rules."""

from datetime import timedelta
from typing import Final

from sqlmodel import col, select

from actions.alerts import open_alert
from actions.facts import chat_may_be_written_to
from models.alert import Alert
from models.identity import ParticipantMessage
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from models.site import Staff
from models.staff_chat import StaffMessage
from protocol.chat_words import TEXT_MAX, forbidden_word
from protocol.standing import may_be_written_to
from protocol.terms import AlertKind, Channel, PromptKind, PromptState
from protocol.trial import Trial

LIVES: Final = timedelta(hours=24)
"""Later than that nobody knows whether it still fits: it expires, and the list of messages says so."""


class MessageRefusedError(ValueError):
    """Nothing was sent. `word` may not stand in a chat; `too_long`: longer than a chat should be."""

    def __init__(self, reason: str, *, word: str | None = None, too_long: bool = False) -> None:
        super().__init__(reason)
        self.word = word
        self.too_long = too_long


async def write_to(
    change: Change,
    participant: Participant,
    body: str,
    staff: Staff,
    *,
    trial: Trial,
    answers: ParticipantMessage | None = None,
) -> StaffMessage:
    """Keeps a text for a participant and plans its sending. Raises MessageRefusedError; then nothing is kept."""
    if answers is not None and answers.participant_id != participant.id:
        raise MessageRefusedError("that message is another participant's")
    text = body.strip()
    _check_text(text, trial)
    await _check_reach(change, participant)
    message_id = change.new_id()
    prompt = _prompt(change, participant, message_id, text)
    change.session.add(prompt)
    await change.session.flush()
    message = StaffMessage(
        id=message_id,
        participant_id=participant.id,
        staff_id=staff.id,
        prompt_id=prompt.id,
        answers=answers.id if answers else None,
        body=change.vault.seal(f"staff_message.body/{message_id}", text),
        written_at=change.at,
        by_role=staff.role,
    )
    change.session.add(message)
    change.audit(
        "write_message", "staff_message", message_id, participant_id=participant.id, new={"answers": message.answers}
    )
    change.owe(message, participant_id=participant.id)
    return message


async def tell_undelivered(
    change: Change, participant_id: str, prompt_id: str, kind: AlertKind = AlertKind.NOT_DELIVERED
) -> None:
    """A message that did not arrive, or may not have, is a matter for staff: one for each, whoever settles it.

    `kind` NOT_SENT: it was taken back because the participant had left; its writer is told, and nobody has to call.
    The caller has written the end of its prompt first, so that two who end the same one come here one after the other.
    """
    about = (Alert.participant_id == participant_id, col(Alert.cause_key).endswith(f"|{prompt_id}"))
    if await change.session.scalar(select(Alert.id).where(*about).limit(1)) is None:
        participant = await change.session.get_one(Participant, participant_id)
        await open_alert(change, kind, participant, cause=prompt_id)


def _check_text(text: str, trial: Trial) -> None:
    if not text:
        raise MessageRefusedError("there is no text")
    if len(text) > TEXT_MAX:
        raise MessageRefusedError(f"the text is longer than {TEXT_MAX} letters", too_long=True)
    word = forbidden_word(text, trial.forbidden)
    if word is not None:
        raise MessageRefusedError(f"“{word}” may not stand in a chat; nothing was sent", word=word)


async def _check_reach(change: Change, participant: Participant) -> None:
    """Who can be written to now; the last look before it goes out asks once more."""
    silent = participant.unreachable_at or participant.messages_stopped_at or participant.set_up_at is None
    by_chat = participant.channel is not Channel.PHONE and may_be_written_to(participant.state) and not silent
    if not by_chat or not await chat_may_be_written_to(change, participant.id):
        raise MessageRefusedError(f"no chat reaches {participant.code}; please call")


def _prompt(change: Change, participant: Participant, message_id: str, text: str) -> Prompt:
    prompt_id = change.new_id()
    return Prompt(
        id=prompt_id,
        key=f"{message_id}:{PromptKind.STAFF_MESSAGE}",
        participant_id=participant.id,
        kind=PromptKind.STAFF_MESSAGE,
        due_at=change.at,
        expires_at=change.at + LIVES,
        visible_at=change.at,
        state=PromptState.WAITING,
        body=change.vault.seal(f"prompt.body/{prompt_id}", text),
    )
