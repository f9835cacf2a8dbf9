"""The words of a day's story for closed sets that no other page names."""

from gettext import NullTranslations

from protocol.terms import AlertKind, DoseAnswer, PromptKind, PromptState, Source
from reports.day_story import StoryKind, StoryLine
from web.cohort_words import CohortWords
from web.words import Words


class DayWords:
    """Sentences in one language; a member without a sentence is a KeyError in the tests, not a blank."""

    def __init__(self, texts: NullTranslations) -> None:
        self._gettext = texts.gettext
        self._pgettext = texts.pgettext
        self._cohort = CohortWords(texts)
        self._words = Words(texts)

    def kind(self, kind: StoryKind) -> str:
        pgettext = self._pgettext
        return {
            StoryKind.GAP: pgettext("story", "The system did not listen"),
            StoryKind.PROMPT: pgettext("story", "Message"),
            StoryKind.REPORT: pgettext("story", "Answer"),
            StoryKind.CORRECTION: pgettext("story", "Correction"),
            StoryKind.CHECK: pgettext("story", "Symptom check"),
            StoryKind.MESSAGE: pgettext("story", "They wrote"),
            StoryKind.ANSWERED: pgettext("story", "Staff wrote"),
            StoryKind.ALERT: pgettext("story", "Alert"),
            StoryKind.DRAW: pgettext("story", "Blood taken"),
            StoryKind.CHANGE: pgettext("story", "Audit"),
        }[kind]

    def what(self, line: StoryLine) -> str:
        """What a line says, in words where the set is closed; an audited action and a visit's key as they are."""
        if line.kind is StoryKind.PROMPT:
            return self.prompt(PromptKind(line.details["kind"]))
        if line.kind in (StoryKind.REPORT, StoryKind.CORRECTION):
            return self.answer(DoseAnswer(line.what))
        if line.kind is StoryKind.ALERT:
            return self._words.alert(AlertKind(line.what))
        if line.kind is StoryKind.MESSAGE:
            return self._came(line.what)
        return "" if line.kind in (StoryKind.GAP, StoryKind.ANSWERED) else line.what

    def _came(self, kind: str) -> str:
        pgettext = self._pgettext
        known = {
            "text": pgettext("came", "a text"),
            "photo": pgettext("came", "a photo"),
            "voice": pgettext("came", "a voice message"),
        }
        return known.get(kind, pgettext("came", "something else"))

    def state(self, line: StoryLine) -> str:
        """What became of it."""
        _ = self._gettext
        if line.kind is StoryKind.PROMPT:
            return self._cohort.delivery(PromptState(line.what))
        late = _("said late") if line.details.get("late") else ""
        gone = _("does not stand any more") if line.details.get("superseded") else ""
        return ", ".join(part for part in (late, gone) if part)

    def by(self, line: StoryLine) -> str:
        """Who said it or did it: staff by name, everybody else by what they are."""
        return self.source(Source(line.by)) if line.by in {str(one) for one in Source} else line.by

    def source(self, source: Source) -> str:
        pgettext = self._pgettext
        return {
            Source.PARTICIPANT: pgettext("source", "the participant"),
            Source.HELPER: pgettext("source", "a helper"),
            Source.STAFF_CALL: pgettext("source", "staff, by phone"),
            Source.COUNT: pgettext("source", "counted tablets"),
            Source.SYSTEM: pgettext("source", "the system"),
        }[source]

    def answer(self, answer: DoseAnswer) -> str:
        pgettext = self._pgettext
        return {
            DoseAnswer.TAKEN: pgettext("answer", "Taken"),
            DoseAnswer.NOT_TAKEN: pgettext("answer", "Not taken"),
            DoseAnswer.EXTRA: pgettext("answer", "Taken in addition"),
            DoseAnswer.UNDONE: pgettext("answer", "Taken back"),
        }[answer]

    def prompt(self, kind: PromptKind) -> str:
        pgettext = self._pgettext
        return {
            PromptKind.DOSE_REMINDER: pgettext("message", "Reminder"),
            PromptKind.DOSE_REPEAT: pgettext("message", "Reminder again"),
            PromptKind.DOSE_SNOOZED: pgettext("message", "Reminder that was put off"),
            PromptKind.DOSE_EVENING: pgettext("message", "Evening question"),
            PromptKind.DOSE_RECORD: pgettext("message", "Question about the day before"),
            PromptKind.FIRST_DOSE_QUESTION: pgettext("message", "Question about the first dose"),
            PromptKind.DRAW_NOTICE: pgettext("message", "Notice before a blood draw"),
            PromptKind.DRAW_WAIT: pgettext("message", "Blood first, then the dose"),
            PromptKind.ASK_TEAM: pgettext("message", "Ask the doctor first"),
            PromptKind.ORDER_NOTICE: pgettext("message", "A changed order"),
            PromptKind.SYMPTOM_CHECK: pgettext("message", "Weekly questions"),
            PromptKind.SYMPTOM_AGAIN: pgettext("message", "Temperature again"),
            PromptKind.SELF_RATED: pgettext("message", "Self-rated items"),
            PromptKind.STAFF_MESSAGE: pgettext("message", "Message of staff"),
            PromptKind.GUARD: pgettext("message", "Guard"),
            PromptKind.REFILL: pgettext("message", "Tablets run out soon"),
            PromptKind.VISIT_WEEK: pgettext("message", "Visit in some days"),
            PromptKind.VISIT_EVE: pgettext("message", "Visit tomorrow"),
            PromptKind.VISIT_DAY: pgettext("message", "Visit today"),
            PromptKind.VISIT_ASKED: pgettext("message", "Did you come?"),
            PromptKind.VISIT_MOVED: pgettext("message", "Visit moved"),
            PromptKind.VISIT_CANCELLED: pgettext("message", "Visit cancelled"),
        }[kind]
