"""The planted bugs: each breaks one promise in one place, and the simulation has to find it.

An edit replaces text that stands exactly once in its file; a house test fails when the code has moved on without it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """One place where the code is made worse."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Planted:
    """One bug: a guard is gone, with whatever stands behind it. `faults`, `participants` and `days` narrow the seeds to
    what can bring it to light, so that the search stays short.
    """

    name: str
    edits: tuple[Edit, ...]
    faults: str = "all"
    participants: int = 4
    days: int = 6


def bug(name: str, file: str, old: str, new: str, faults: str = "all", participants: int = 4, days: int = 6) -> Planted:
    """A bug of one edit."""
    return Planted(name, (Edit(file, old, new),), faults, participants, days)


REFUSED = "F-28"
"""Staff decide something while a message is under way, which does not arrive and is looked at again."""


PLANTED = (
    bug(
        "a message that may have arrived is sent again",
        "scheduler/prompts.py",
        "        if error.ambiguous:\n",
        "        if error.ambiguous and error.permanent:\n",
    ),
    bug(
        "what was being sent at a crash is sent again",
        "scheduler/claims.py",
        "case((_WAS_SENDING, PromptState.UNKNOWN), else_=PromptState.WAITING)",
        "PromptState.WAITING",
    ),
    bug(
        "a 502 counts as not delivered",
        "bot/envelope.py",
        'raise AmbiguousError(f"HTTP {code}")\n',
        'raise NotSentError(f"HTTP {code}")\n',
    ),
    Planted(
        "an update is confirmed before it is kept",
        (
            Edit(
                "bot/receiving.py",
                "        offset = await self._offset()\n",
                "        offset = self.__dict__.get('ahead') or await self._offset()\n",
            ),
            Edit(
                "bot/receiving.py",
                "            await self._keep(updates)\n",
                "            self.ahead = max(int(update['update_id']) for update in updates) + 1\n"
                "            await self._keep(updates)\n",
            ),
        ),
    ),
    bug(
        "an update that came twice takes effect twice",
        "actions/inbox.py",
        'dialect.insert(_INBOX).on_conflict_do_nothing(index_elements=["update_id"])',
        'dialect.insert(_INBOX).on_conflict_do_update(index_elements=["update_id"], set_={"state": "new"})',
    ),
    bug(
        "an update that does not read is set aside without a word",
        "actions/inbox.py",
        "    await open_alert(change, AlertKind.BAD_UPDATE, None, cause=str(update_id))\n",
        "",
    ),
    bug(
        "an answer is forgotten when the process dies before showing it",
        "bot/handlers.py",
        "kept = showings.text() if showings.items else None",
        "kept = None",
    ),
    Planted(
        "a hold is not looked at before sending",
        (
            Edit(
                "scheduler/checks.py",
                "    if facts.dose_cancelled or facts.dose_state is DoseState.HELD:\n",
                "    if facts.dose_cancelled:\n",
            ),
            Edit(
                "scheduler/checks.py",
                "    if facts.dose_state not in (DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED):\n",
                "    if facts.dose_state in (DoseState.TAKEN, DoseState.TAKEN_PARTLY, DoseState.NOT_TAKEN):\n",
            ),
        ),
        REFUSED,
        participants=3,
        days=4,
    ),
    bug(
        "an answered dose is asked about again",
        "scheduler/checks.py",
        "    if facts.dose_state not in (DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED):\n",
        "    if facts.dose_state is None:\n",
        REFUSED,
        participants=3,
        days=4,
    ),
    Planted(
        "whoever has left is still reminded",
        (
            Edit(
                "scheduler/checks.py",
                "        return Skip(LEFT)  # doses before the last day still count; those after it are cancelled\n",
                "        pass\n",
            ),
            Edit(
                "scheduler/checks.py",
                "    if facts.dose_cancelled or facts.dose_state is DoseState.HELD:\n",
                "    if facts.dose_state is DoseState.HELD:\n",
            ),
        ),
        REFUSED,
        participants=3,
        days=4,
    ),
    bug(
        "a prompt goes out although its time has passed",
        "scheduler/checks.py",
        "    if at >= facts.expires_at:\n",
        "    if at >= facts.expires_at + 30 * DAY:\n",
    ),
    bug(
        "quiet hours are not kept",
        "scheduler/checks.py",
        "    if within_wall_times(at, ladder.quiet_from, ladder.quiet_until, zone):\n",
        "    if within_wall_times(at, ladder.quiet_from, ladder.quiet_from, zone):\n",
    ),
    bug(
        "a pause that Telegram asks for is not taken",
        "bot/courier.py",
        "                await self._limiter.slow_down(pause_of(error).total_seconds())\n",
        "                pause_of(error)\n",
    ),
    bug(
        "a wall time is taken for UTC",
        "protocol/moments.py",
        "datetime.combine(on, wall, tzinfo=zone).astimezone(UTC)",
        "datetime.combine(on, wall, tzinfo=UTC)",
    ),
    bug(
        "the time when the bot did not listen is not written down",
        "actions/gaps.py",
        "    if since - last <= GAP:\n",
        "    if since - last <= 1000 * GAP:\n",
    ),
    bug(
        "silence counts as the participant's although nobody listened",
        "protocol/silence.py",
        "if heard >= windows.listening else _not_asked(Cause.OUTAGE)",
        "if heard is not None else _not_asked(Cause.OUTAGE)",
        "F-25",
        participants=3,
        days=5,
    ),
    bug(
        "silence counts as the participant's although nobody asked",
        "protocol/silence.py",
        "    return _not_asked(_cause(prompts, by_phone=by_phone, had_chat=had_chat))\n",
        "    return Silence(DoseState.UNREPORTED, None)\n",
    ),
    bug(
        "an old button is taken to mean its own day",
        "actions/dose_answers.py",
        "        if newer is not None:\n            return _which_day(dose, newer, tap)\n",
        "",
        "F-12,F-13",
        participants=4,
        days=9,
    ),
    bug(
        "a button works for whoever presses it",
        "actions/hearing.py",
        "dose.participant_id != heard.participant.id or ",
        "",
        "F-12",
        participants=3,
        days=4,
    ),
    bug(
        "a second dose is recorded without a question",
        "actions/taking.py",
        "    asks = too_close is not None or units > dose.units\n",
        "    asks = False\n",
        "F-12",
        participants=3,
        days=4,
    ),
    bug(
        "the first dose is 2 mg on its date only",
        "protocol/plan.py",
        "    return first_taken_ordinal is None or ordinal <= first_taken_ordinal\n",
        "    return ordinal == 1\n",
    ),
    bug(
        "没吃 counts as taken",
        "messages/typed_answers.py",
        "    if plain in KNOWN:\n",
        "    if '吃' in plain:\n        return Typed(text, Phrase.TAKEN)\n    if plain in KNOWN:\n",
        "F-12",
        participants=3,
        days=4,
    ),
    bug(
        "a correction writes over the first answer",
        "actions/doses.py",
        "        old.superseded = True\n",
        "        old.superseded, old.units, old.answer = True, report.units, report.answer\n",
        "F-12",
        participants=3,
        days=4,
    ),
    bug(
        "an invitation opens twice",
        "actions/linking.py",
        "            col(Invitation.used_at).is_(None),\n",
        "",
    ),
    bug(
        "the study is told in a second transaction",
        "models/session.py",
        "        if self._owed:\n",
        "        await self.connection.commit()\n        inside_of(self.connection).begin()\n        if self._owed:\n",
    ),
    bug(
        "a change is audited in a second transaction",
        "models/session.py",
        "        if self._audits:\n",
        "        await self.connection.commit()\n        inside_of(self.connection).begin()\n"
        "        if self._audits:\n",
    ),
    bug(
        "an older row of the study replaces a newer one",
        "study/upserts.py",
        "target.c[guard] < excluded[guard]",
        "target.c[guard] > excluded[guard]",
    ),
    bug(
        "what the study has not taken counts as sent",
        "study/sync.py",
        "        return await _wait(store, due.entries, error, at=at)\n",
        "        await mark_sent(store, batch.entries, at=at)\n        return Pushed(0, 0, 0, is_down=True)\n",
    ),
    Planted(
        "one person's updates are handled out of order",
        (
            Edit(
                "bot/inbox.py",
                "                        return  # what follows waits behind it\n",
                "                        continue\n",
            ),
            Edit("actions/inbox.py", '_EARLIER.c.state == "new",', '_EARLIER.c.state == "never",'),
        ),
    ),
    bug(
        "an alert is told once and not again",
        "scheduler/alarms.py",
        "    alert.next_call_at = _again_at(clock, alert, hours, rings=bool(told))\n",
        "    alert.next_call_at = None\n",
        "F-12",
        participants=3,
        days=4,
    ),
    bug(
        "a red report does not hold the next dose",
        "actions/safety.py",
        "    if any(reason.holds_dose for reason in reasons):\n",
        "    if any(reason.holds_dose and reason.possible_sae for reason in reasons):\n",
        "F-12,F-13",
        participants=4,
        days=8,
    ),
    bug(
        "an acknowledged alert goes on ringing",
        "actions/alerts.py",
        "    alert.next_call_at = None\n",
        "",
        "F-12",
        participants=3,
        days=4,
    ),
)
