"""The dotted paths of a trial's values: what a mark, a difference or a line of `doctor` points at."""

from collections.abc import Iterable, Mapping
from dataclasses import fields

from protocol.awareness import SaeRules
from protocol.draw_day import DrawDayRules
from protocol.duty import Duty
from protocol.expected_level import LevelModel
from protocol.month_six import OutcomeRules
from protocol.read_back import DoseOrderRules
from protocol.response import ResponseRules
from protocol.symptoms import CheckTimes, ScaleWord
from protocol.tablets import TabletRules
from protocol.terms import Level, Purpose
from protocol.trial import ApprovedTexts, Ladder, Metrics, ProCtcae, Product, Regimen, Runs, Trial, Windows
from protocol.trough import TroughRules
from protocol.visit_prompts import VisitPromptRules

HEADER = ("code", "title", "registry_id", "participants_max", "age_min", "age_max")
"""Values that stand at the top of a file. `version` and `approval` speak of the file itself and carry no mark."""

PARTS = {
    "product": Product,
    "regimen": Regimen,
    "windows": Windows,
    "ladder": Ladder,
    "runs": Runs,
    "draw_day": DrawDayRules,
    "dose_orders": DoseOrderRules,
    "visit_prompts": VisitPromptRules,
    "metrics": Metrics,
    "check": CheckTimes,
    "duty": Duty,
    "sae": SaeRules,
    "pro_ctcae": ProCtcae,
    "tablets": TabletRules,
    "expected_level": LevelModel,
    "trough": TroughRules,
    "outcomes": OutcomeRules,
    "response": ResponseRules,
    "texts": ApprovedTexts,
}

KEYED = ("procedures", "visits", "items", "rules", "red_words", "medicines", "guards", "labs")
"""Tables of tables, each under a key of its own, as [criteria] is."""

CLOCKS = (Level.RED, Level.AMBER)
"""The levels that have an alert clock; a task waits on the worklist."""


def value_paths(criteria: Iterable[str], keyed: Mapping[str, Iterable[str]] | None = None) -> tuple[str, ...]:
    """Every path that must carry a mark, in the order of a page; `keyed`: the keys of each of the tables KEYED."""
    parts = {name: [f"{name}.{field.name}" for field in fields(part)] for name, part in PARTS.items()}
    texts = parts.pop("texts")
    listed = [f"criteria.{key}" for key in criteria] + [f"consents.{purpose}" for purpose in Purpose]
    asked = [f"{name}.{key}" for name in KEYED for key in (keyed or {}).get(name, ())]
    shared = [f"scale.{word}" for word in ScaleWord] + [f"alerts.{level}" for level in CLOCKS]
    return (*HEADER, *(path for paths in parts.values() for path in paths), *listed, *texts, *shared, *asked)


def trial_values(trial: Trial) -> dict[str, object]:
    """Each marked value by its path: what two trials are compared by."""
    keyed = {name: tuple(_keyed(trial, name)) for name in KEYED}
    return {path: value_at(trial, path) for path in value_paths((one.key for one in trial.criteria), keyed)}


def value_at(trial: Trial, path: str) -> object:
    """The value a path points at. Raises KeyError for a path that this trial does not have."""
    name, _, rest = path.partition(".")
    if path in HEADER:
        return getattr(trial, path)
    if name in KEYED:
        return _keyed(trial, name)[rest]
    if (table := _tables(trial).get(name)) is not None:
        return table[rest]
    if name not in PARTS or rest not in {field.name for field in fields(PARTS[name])}:
        raise KeyError(path)
    return getattr(getattr(trial, name), rest)


def _tables(trial: Trial) -> dict[str, Mapping[str, object]]:
    criteria = {one.key: one for one in trial.criteria}
    return {
        "criteria": criteria,
        "consents": dict(trial.consents),
        "scale": {str(word): text for word, text in trial.sheet.scale.items()},
        "alerts": {str(level): clock for level, clock in trial.alerts.items()},
    }


def _keyed(trial: Trial, name: str) -> dict[str, object]:
    return dict(trial.sheet.items) if name == "items" else {one.key: one for one in getattr(trial, name)}
