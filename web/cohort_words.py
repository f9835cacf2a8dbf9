"""The words of the cohort page for closed sets that no other page names."""

from gettext import NullTranslations

from protocol.response import ResponseKind
from protocol.terms import Cause, PromptState
from web.words import Words


class CohortWords:
    """Sentences in one language; a member without a sentence is a KeyError in the tests, not a blank."""

    def __init__(self, texts: NullTranslations) -> None:
        self._gettext = texts.gettext
        self._pgettext = texts.pgettext
        self._words = Words(texts)

    def response(self, kind: ResponseKind) -> str:
        pgettext = self._pgettext
        return {
            ResponseKind.COMPLETE: pgettext("response", "Complete"),
            ResponseKind.PARTIAL: pgettext("response", "Partial"),
            ResponseKind.NONE: pgettext("response", "None"),
            ResponseKind.RELAPSE: pgettext("response", "Relapse"),
            ResponseKind.UNKNOWN: pgettext("response", "Not known"),
        }[kind]

    def delivery(self, state: PromptState) -> str:
        pgettext = self._pgettext
        return {
            PromptState.WAITING: pgettext("message", "Waiting"),
            PromptState.CLAIMED: pgettext("message", "Being sent"),
            PromptState.SENDING: pgettext("message", "Being sent"),
            PromptState.DELIVERED: pgettext("message", "Delivered"),
            PromptState.UNKNOWN: pgettext("message", "May have been delivered"),
            PromptState.FAILED: pgettext("message", "Failed"),
            PromptState.EXPIRED: pgettext("message", "Expired before it could be sent"),
            PromptState.SKIPPED: pgettext("message", "Not needed any more"),
            PromptState.CANCELLED: pgettext("message", "Taken back"),
        }[state]

    def missing(self, cause: str) -> str:
        """Why a dose was not asked about, by the key the report has; one without a cause is named so."""
        _ = self._gettext
        known = {member.value for member in Cause}
        return self._words.cause(Cause(cause)) if cause in known else _("no cause is known")
