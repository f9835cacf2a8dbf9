"""The words of the reasons for which a part ends, in one language."""

from gettext import NullTranslations

from protocol.disposition import DispositionReason


class EndingWords:
    """One without words is a KeyError in the tests, not a blank."""

    def __init__(self, texts: NullTranslations) -> None:
        self._pgettext = texts.pgettext

    def reason(self, reason: DispositionReason) -> str:
        pgettext = self._pgettext
        return {
            DispositionReason.COMPLETED: pgettext("end", "Completed"),
            DispositionReason.ADVERSE_EVENT: pgettext("end", "Adverse event"),
            DispositionReason.DEATH: pgettext("end", "Death"),
            DispositionReason.LACK_OF_EFFICACY: pgettext("end", "Lack of efficacy"),
            DispositionReason.LOST_TO_FOLLOW_UP: pgettext("end", "Lost to follow-up"),
            DispositionReason.NON_COMPLIANCE_WITH_STUDY_DRUG: pgettext("end", "Study drug not taken as agreed"),
            DispositionReason.PHYSICIAN_DECISION: pgettext("end", "Decision of the doctor"),
            DispositionReason.PREGNANCY: pgettext("end", "Pregnancy"),
            DispositionReason.PROTOCOL_DEVIATION: pgettext("end", "Deviation from the protocol"),
            DispositionReason.WITHDRAWAL_BY_SUBJECT: pgettext("end", "Wish of the participant"),
            DispositionReason.OTHER: pgettext("end", "Another reason"),
        }[reason]
