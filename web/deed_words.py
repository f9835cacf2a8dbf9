"""What each action of the pages is called, and what it means, in one language."""

from gettext import NullTranslations

from web.deed_groups import DeedGroup


class DeedWords:
    """By the action's name; one without words is a KeyError in the tests, not a blank."""

    def __init__(self, texts: NullTranslations) -> None:
        self._gettext = texts.gettext

    def group(self, group: DeedGroup) -> str:
        _ = self._gettext
        return {
            DeedGroup.DOSES: _("Doses and orders"),
            DeedGroup.VISITS: _("Visits and draws"),
            DeedGroup.RECORDS: _("Records"),
            DeedGroup.CHAT: _("Chat and messages"),
            DeedGroup.END: _("The end of taking part"),
            DeedGroup.FORMS: _("Forms"),
        }[group]

    def title(self, name: str) -> str:
        _ = self._gettext
        return {
            "call": _("Record a call about doses"),
            "order": _("Order another amount"),
            "hold": _("Hold the drug"),
            "propose": _("Propose another amount"),
            "proposal-sign": _("Sign a proposed amount"),
            "proposal-refuse": _("Refuse a proposed amount"),
            "proposal-withdraw": _("Withdraw a proposal"),
            "month-six": _("Decide at month 6"),
            "guard": _("Spoke about a precaution"),
            "travel": _("Note a journey"),
            "travel-end": _("Back from a journey"),
            "resume": _("End the hold"),
            "discontinue": _("Stop the drug for good"),
            "visit-drawn": _("Blood was taken"),
            "visit-attended": _("Came to a visit"),
            "visit-confirmed": _("Will come to a visit"),
            "visit-missed": _("Did not come"),
            "visit-move": _("Move a visit"),
            "visit-add": _("Add a visit"),
            "visit-cancel": _("Cancel a visit"),
            "visit-accept": _("Accept a proposed draw"),
            "lab": _("Record a laboratory value"),
            "lab-verify": _("Verify a value that was told"),
            "transfusion": _("Record a transfusion"),
            "transfusion-correct": _("Correct a transfusion"),
            "message": _("Write to the participant"),
            "read-message": _("Read a message"),
            "photo-reviewed": _("A photo was seen"),
            "identity": _("Show name and phone"),
            "invite": _("Invite to a chat"),
            "unlink": _("Unlink a lost phone"),
            "by-phone": _("Follow by phone from now on"),
            "completed": _("Completed the study"),
            "lost": _("Lost to follow-up"),
            "withdrew": _("Leaves the study"),
            "consent-withdrawn": _("Takes the consents back"),
            "died": _("Has died"),
            "take-back": _("Take the end back"),
            "enrol": _("Enrol a participant"),
            "enrol/eligibility": _("Sign an eligibility"),
            "enrol/consent": _("Record a paper consent"),
            "tablets": _("Record tablets"),
            "event-from-told": _("Adverse event of what was told"),
            "event": _("Record an adverse event"),
            "event-correct": _("Correct an adverse event"),
            "medication": _("Record a medication"),
            "pregnancy": _("Record a pregnancy"),
            "sign-forms": _("Sign forms"),
        }[name]

    def about(self, name: str) -> str:
        _ = self._gettext
        return {
            "call": _("Only what was said on the phone; what nobody knows stays open. All days are recorded, or none."),
            "order": _("The participant is told and reads the number of tablets back."),
            "propose": _("Nothing changes before an investigator signs it."),
            "proposal-sign": _("Now it is an order; the participant is told and reads the number of tablets back."),
            "proposal-refuse": _("The amount stays as it is."),
            "proposal-withdraw": _("The amount stays as it is."),
            "month-six": _("A record and no order: the end of the drug is an action of its own."),
            "travel": _(
                "The doses keep the clock of home or take the usual time there; all else goes by the wall there."
            ),
            "travel-end": _("Home counts again from now on; a journey that lies ahead is taken back."),
            "guard": _("Its calendar begins anew; a message that waited to say it is taken back."),
            "hold": _("No dose is called for while the hold lasts. The participant is told."),
            "resume": _("Doses are called for again, also where they waited for an investigator."),
            "discontinue": _("From today no dose is called for. Visits, questions and follow-up go on."),
            "visit-drawn": _("The dose of the day is asked for now, unless it was taken already."),
            "visit-attended": _("It is written down that the participant came, and on which day."),
            "visit-confirmed": _("It is written down that the participant says so."),
            "visit-missed": _("Staff get a task: to call and to arrange another day."),
            "visit-move": _("Everything that hangs on the visit moves with it, also what is queued."),
            "visit-add": _("A visit that the protocol does not expect."),
            "visit-cancel": _("Its messages are taken back, and the participant is told where they knew of it."),
            "visit-accept": _("A changed amount has proposed it; from now on the participant is told."),
            "tablets": _("Given out, brought back, lost or counted. What cannot be is refused."),
            "event-from-told": _("Words, first day and possible serious event are taken from what was told."),
            "event": _(
                "What is not known yet is added by a correction. A serious one reaches an investigator at once."
            ),
            "event-correct": _(
                "One more version, which nobody has signed; the old one stays. What is left empty stays."
            ),
            "medication": _("A medicine that is known to interact strongly reaches an investigator at once."),
            "pregnancy": _("Doses wait until an investigator has decided, and one is told at once."),
            "sign-forms": _("Your name stands under each version that you mark; a later correction is unsigned again."),
            "lab": _("A value is never rewritten: a correction is one more version beside it."),
            "lab-verify": _("Only with its sheet at hand. Until then the value is in no report."),
            "transfusion": _("Of its day this record counts, whatever was answered. It says nothing about other days."),
            "transfusion-correct": _(
                "One more version; the old one stays. What never was counts no more, and the answer of its day does."
            ),
            "identity": _("They are sealed. The audit keeps that you looked, and why."),
            "read-message": _("From then on it is read by you; its alerts stay as they are."),
            "photo-reviewed": _(
                "The picture is erased, that there was one stays. Another count is recorded as tablets first."
            ),
            "message": _("It goes out at once, in quiet hours in the morning."),
            "invite": _("A link and its QR code for one use. An earlier one that nobody has used ends."),
            "unlink": _("Every chat of the participant ends at once. A new invitation makes a new one."),
            "by-phone": _("Every chat ends, and staff call from now on. An invitation is the way back."),
            "completed": _("Nothing is planned any more; the chat still answers."),
            "lost": _("Messages about doses end today. A later word of theirs becomes an alert."),
            "withdrew": _("No dose and no message any more. What was reported stays."),
            "consent-withdrawn": _("Every chat ends, and the study goes on without this person."),
            "died": _("Every message stops at once and every chat ends. A possible serious event is opened."),
            "take-back": _("The newest end was wrong or is over. A chat that has ended stays so."),
            "enrol": _("After the eligibility is signed and the paper consent is recorded."),
            "enrol/eligibility": _("Each criterion as you have found it; your name stands under it."),
            "enrol/consent": _("The paper that the participant has signed, before anything else is done."),
        }[name]
