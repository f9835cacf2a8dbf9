"""What an alert is about, in the plain words of the protocol file: for chats of a site that allows them."""

from models.alert import Alert
from protocol.symptoms import Has
from protocol.terms import AlertKind, Language
from protocol.triage import ReasonKind
from protocol.trial import Trial


def words_of(alert: Alert, trial: Trial, language: Language) -> str | None:
    """The options or questions of the rule that opened it; None for every other kind of reason."""
    if alert.kind is not AlertKind.SYMPTOM:
        return None
    kind, _, key = alert.cause_key.rpartition("|")[2].partition(".")
    rule = next((rule for rule in trial.rules if rule.key == key), None)
    if kind != ReasonKind.RULE or rule is None:
        return None
    found = []
    for condition in rule.when:
        item = trial.sheet.item(condition.item)
        if item is not None:
            texts = item.options[condition.option] if isinstance(condition, Has) else item.text
            found.append(texts[language].strip())
    return " · ".join(dict.fromkeys(found)) or None
