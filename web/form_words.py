"""The words of the forms for their closed sets, in one language."""

from gettext import NullTranslations

from protocol.adverse_event import Causality, Criterion, DrugAction, EventOutcome
from protocol.forms import FormKind
from protocol.pregnancy import PregnancyOutcome
from protocol.tablets import MovementKind
from protocol.transfusions import BloodUnit, TransfusionSource


class FormWords:
    """A member without words is a KeyError in the tests, not a blank."""

    def __init__(self, texts: NullTranslations) -> None:
        self._gettext = texts.gettext
        self._pgettext = texts.pgettext

    def serious(self, *, serious: bool | None) -> str:
        _ = self._gettext
        return {None: _("not said yet whether serious"), True: _("serious"), False: _("not serious")}[serious]

    def in_error(self) -> str:
        _ = self._gettext
        return _("entered in error")

    def form(self, kind: FormKind) -> str:
        pgettext = self._pgettext
        return {
            FormKind.ADVERSE_EVENT: pgettext("form", "Adverse event"),
            FormKind.MEDICATION: pgettext("form", "Medication"),
            FormKind.PREGNANCY: pgettext("form", "Pregnancy"),
        }[kind]

    def causality(self, one: Causality) -> str:
        pgettext = self._pgettext
        return {
            Causality.NOT_RELATED: pgettext("causality", "Not related"),
            Causality.UNLIKELY: pgettext("causality", "Unlikely"),
            Causality.POSSIBLE: pgettext("causality", "Possible"),
            Causality.PROBABLE: pgettext("causality", "Probable"),
            Causality.DEFINITE: pgettext("causality", "Definite"),
        }[one]

    def action(self, one: DrugAction) -> str:
        pgettext = self._pgettext
        return {
            DrugAction.DOSE_NOT_CHANGED: pgettext("drug action", "Dose not changed"),
            DrugAction.DOSE_REDUCED: pgettext("drug action", "Dose reduced"),
            DrugAction.DOSE_INCREASED: pgettext("drug action", "Dose increased"),
            DrugAction.DRUG_INTERRUPTED: pgettext("drug action", "Drug interrupted"),
            DrugAction.DRUG_WITHDRAWN: pgettext("drug action", "Drug withdrawn"),
            DrugAction.NOT_APPLICABLE: pgettext("drug action", "Not applicable"),
            DrugAction.UNKNOWN: pgettext("drug action", "Unknown"),
        }[one]

    def outcome(self, one: EventOutcome) -> str:
        pgettext = self._pgettext
        return {
            EventOutcome.NOT_RECOVERED: pgettext("event outcome", "Not recovered"),
            EventOutcome.RECOVERING: pgettext("event outcome", "Recovering"),
            EventOutcome.RECOVERED: pgettext("event outcome", "Recovered"),
            EventOutcome.RECOVERED_WITH_SEQUELAE: pgettext("event outcome", "Recovered with sequelae"),
            EventOutcome.FATAL: pgettext("event outcome", "Fatal"),
            EventOutcome.UNKNOWN: pgettext("event outcome", "Unknown"),
        }[one]

    def criterion(self, one: Criterion) -> str:
        pgettext = self._pgettext
        return {
            Criterion.DEATH: pgettext("serious", "Death"),
            Criterion.LIFE_THREATENING: pgettext("serious", "Life-threatening"),
            Criterion.HOSPITALISATION: pgettext("serious", "In hospital, or longer there"),
            Criterion.DISABILITY: pgettext("serious", "Disability"),
            Criterion.CONGENITAL_ANOMALY: pgettext("serious", "Congenital anomaly"),
            Criterion.MEDICALLY_IMPORTANT: pgettext("serious", "Medically important"),
        }[one]

    def pregnancy(self, one: PregnancyOutcome) -> str:
        pgettext = self._pgettext
        return {
            PregnancyOutcome.ONGOING: pgettext("pregnancy", "Goes on"),
            PregnancyOutcome.LIVE_BIRTH: pgettext("pregnancy", "Live birth"),
            PregnancyOutcome.LIVE_BIRTH_WITH_ANOMALY: pgettext("pregnancy", "Live birth with an anomaly"),
            PregnancyOutcome.STILLBIRTH: pgettext("pregnancy", "Stillbirth"),
            PregnancyOutcome.MISCARRIAGE: pgettext("pregnancy", "Miscarriage"),
            PregnancyOutcome.ECTOPIC: pgettext("pregnancy", "Ectopic pregnancy"),
            PregnancyOutcome.TERMINATION: pgettext("pregnancy", "Termination"),
            PregnancyOutcome.NOT_PREGNANT: pgettext("pregnancy", "Not pregnant after all"),
            PregnancyOutcome.UNKNOWN: pgettext("pregnancy", "Cannot be learned any more"),
        }[one]

    def movement(self, one: MovementKind) -> str:
        pgettext = self._pgettext
        return {
            MovementKind.DISPENSED: pgettext("tablets", "Given out"),
            MovementKind.RETURNED: pgettext("tablets", "Brought back"),
            MovementKind.LOST: pgettext("tablets", "Lost or thrown away"),
            MovementKind.COUNTED: pgettext("tablets", "Counted: so many are left"),
        }[one]

    def blood_unit(self, one: BloodUnit) -> str:
        pgettext = self._pgettext
        return {
            BloodUnit.CN_U: pgettext("blood", "U (China: of 200 mL of whole blood)"),
            BloodUnit.BAG: pgettext("blood", "bags"),
            BloodUnit.ML: pgettext("blood", "mL"),
        }[one]

    def transfusion_source(self, one: TransfusionSource) -> str:
        pgettext = self._pgettext
        return {
            TransfusionSource.CHART: pgettext("transfusion", "The record of this hospital"),
            TransfusionSource.LETTER: pgettext("transfusion", "A paper of another hospital"),
            TransfusionSource.CALL: pgettext("transfusion", "Told to staff"),
        }[one]
