"""The dotted paths of a trial's values: what a mark, a difference or a line of `doctor` points at."""

from collections.abc import Iterable
from dataclasses import fields

from protocol.terms import Purpose
from protocol.trial import ApprovedTexts, Ladder, Metrics, Product, Regimen, Runs, Trial, Windows

HEADER = ("code", "title", "registry_id", "participants_max", "age_min", "age_max")
"""Values that stand at the top of a file. `version` and `approval` speak of the file itself and carry no mark."""

PARTS = {
    "product": Product,
    "regimen": Regimen,
    "windows": Windows,
    "ladder": Ladder,
    "runs": Runs,
    "metrics": Metrics,
    "texts": ApprovedTexts,
}


def value_paths(criteria: Iterable[str]) -> tuple[str, ...]:
    """Every path that must carry a mark, in the order of a page; `criteria` are the keys of the criteria."""
    parts = {name: [f"{name}.{field.name}" for field in fields(part)] for name, part in PARTS.items()}
    texts = parts.pop("texts")
    listed = [f"criteria.{key}" for key in criteria] + [f"consents.{purpose}" for purpose in Purpose]
    return (*HEADER, *(path for paths in parts.values() for path in paths), *listed, *texts)


def trial_values(trial: Trial) -> dict[str, object]:
    """Each marked value by its path: what two trials are compared by."""
    return {path: value_at(trial, path) for path in value_paths(one.key for one in trial.criteria)}


def value_at(trial: Trial, path: str) -> object:
    """The value a path points at. Raises KeyError for a path that this trial does not have."""
    name, _, rest = path.partition(".")
    if path in HEADER:
        return getattr(trial, path)
    if name == "criteria":
        return {one.key: one for one in trial.criteria}[rest]
    if name == "consents":
        return trial.consents[rest]
    if name not in PARTS or rest not in {field.name for field in fields(PARTS[name])}:
        raise KeyError(path)
    return getattr(getattr(trial, name), rest)
