"""Reads a protocol file into a Trial, or says everything that is wrong with it."""

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from models.protocol_checks import broken_rules, covers
from models.protocol_lines import line_of, lines_of
from models.protocol_problems import Problem, ProtocolFileError
from models.protocol_sections import ProtocolTable
from models.protocol_symptom_checks import broken_symptom_rules
from models.protocol_symptom_sections import sheet_of
from models.protocol_wording import broken_wording
from protocol.awareness import SaeRules
from protocol.draw_day import DrawDayRules
from protocol.duty import Duty
from protocol.expected_level import LevelModel
from protocol.month_six import OutcomeRules
from protocol.paths import KEYED, value_paths
from protocol.read_back import DoseOrderRules
from protocol.response import ResponseRules
from protocol.tablets import TabletRules
from protocol.terms import Mark
from protocol.trial import Approval, ApprovedTexts, Ladder, Metrics, ProCtcae, Product, Regimen, Runs, Trial, Windows
from protocol.trough import TroughRules
from protocol.visit_prompts import VisitPromptRules

__all__ = ["Problem", "ProtocolFileError", "load_trial", "trial_from"]

BUILT_IN = files("protocol") / "prca_1.toml"

REMEDIES = {
    "missing": "Add it.",
    "extra_forbidden": "Correct its spelling, or take it out.",
    "string_too_short": "Write it out.",
    "too_short": "Give at least one.",
}
"""What to do about pydantic's own kinds of error; the others say it in their message."""


def load_trial(path: Path | None) -> Trial:
    """The trial that a file describes; None is the built-in PRCA-1.

    Raises ProtocolFileError with every problem found, each with its place, its line and its remedy.
    """
    try:
        text = (BUILT_IN if path is None else path).read_bytes().decode("utf-8")
    except OSError as error:
        unread = Problem(str(path), f"The file cannot be read: {error.strerror}.", "Give the path of a protocol file.")
        raise ProtocolFileError((unread,)) from error
    except UnicodeDecodeError as error:
        broken = Problem(str(path), "The file is not UTF-8 text.", "Save it as UTF-8.")
        raise ProtocolFileError((broken,)) from error
    return trial_from(text)


def trial_from(text: str) -> Trial:
    """The trial that the text of a protocol file describes. Raises ProtocolFileError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolFileError((_syntax(error),)) from error
    table, problems = _table(raw)
    if problems or table is None:
        raise ProtocolFileError(_placed(problems, lines_of(text)))
    return _trial(table)


def _syntax(error: tomllib.TOMLDecodeError) -> Problem:
    what, _, where = str(error).partition(" (at ")
    place = where.rstrip(")").replace("end of document", "the last line")
    return Problem(place or "the file", f"This is not TOML: {what}.", "Correct the line; texts stand in quotes.")


def _table(raw: Mapping[str, Any]) -> tuple[ProtocolTable | None, list[Problem]]:
    table, problems, unread = None, [], set()
    try:
        table = ProtocolTable.model_validate(raw)
    except ValidationError as error:
        problems = [_problem(one) for one in error.errors(include_url=False)]
        unread = {str(one["loc"][0]) for one in error.errors(include_url=False)}
    parts = _parts(raw, unread)
    problems += broken_rules(parts) + broken_symptom_rules(parts)
    if "wording" in parts:
        problems += broken_wording(raw, parts["wording"])
    return table, problems


def _parts(raw: Mapping[str, Any], unread: set[str]) -> dict[str, Any]:
    """The tables that could be read: one broken table hides nothing about the others."""
    return {
        name: TypeAdapter(field.rebuild_annotation()).validate_python(raw[name])
        for name, field in ProtocolTable.model_fields.items()
        if name in raw and name not in unread
    }


def _problem(error: ErrorDetails) -> Problem:
    place = ".".join(str(part) for part in error["loc"])
    kind = error["type"]
    remedy = error.get("ctx", {}).get("remedy") or REMEDIES.get(kind, "Correct the value.")
    if kind == "extra_forbidden":
        return Problem(place, "There is no such value.", f"{remedy} {_known_beside(error['loc'])}".strip())
    messages = {"missing": "It is missing.", "string_too_short": "It is blank."}
    return Problem(place, messages.get(kind, f"{error['msg'].rstrip('.')}."), remedy)


def _known_beside(loc: tuple[int | str, ...]) -> str:
    """The keys that the same table does have."""
    model: Any = ProtocolTable
    for part in loc[:-1]:
        field = model.model_fields.get(str(part)) if isinstance(model, type) and issubclass(model, BaseModel) else None
        model = field.annotation if field else None
    known = isinstance(model, type) and issubclass(model, BaseModel)
    return f"Known here: {', '.join(model.model_fields)}." if known else ""


def _placed(problems: list[Problem], lines: dict[str, int]) -> tuple[Problem, ...]:
    """Each place once with its line, in the order of the file."""
    found = sorted(((line_of(one.place, lines), one) for one in dict.fromkeys(problems)), key=lambda pair: pair[0] or 0)
    return tuple(
        Problem(f"{one.place} (line {line})" if line else one.place, one.message, one.remedy) for line, one in found
    )


def _trial(table: ProtocolTable) -> Trial:
    approval = Approval(**table.approval.values()) if table.approval else None
    return Trial(
        code=table.code,
        version=table.version,
        title=table.title.texts(),
        registry_id=table.registry_id,
        participants_max=table.participants_max,
        age_min=table.age_min,
        age_max=table.age_max,
        product=Product(**table.product.values()),
        regimen=Regimen(**table.regimen.values()),
        windows=Windows(**table.windows.values()),
        ladder=Ladder(**table.ladder.values()),
        runs=Runs(**table.runs.values()),
        draw_day=DrawDayRules(**table.draw_day.values()),
        dose_orders=DoseOrderRules(**table.dose_orders.values()),
        visit_prompts=VisitPromptRules(**table.visit_prompts.values()),
        procedures=tuple(one.procedure(key) for key, one in table.procedures.items()),
        visits=tuple(one.plan(key, table.procedures) for key, one in table.visits.items()),
        metrics=Metrics(**table.metrics.values()),
        criteria=tuple(one.criterion(key) for key, one in table.criteria.items()),
        consents=table.consents.consents(),
        texts=ApprovedTexts(**table.texts.values()),
        check=table.check.times(),
        sheet=sheet_of(table.items, table.scale),
        rules=tuple(one.rule(key) for key, one in table.rules.items()),
        red_words=tuple(one.red_words(key) for key, one in table.red_words.items()),
        medicines=tuple(one.group(key) for key, one in table.medicines.items()),
        duty=Duty(**table.duty.values()),
        alerts=table.alerts.clocks(),
        sae=SaeRules(**table.sae.values()),
        pro_ctcae=ProCtcae(**table.pro_ctcae.values()),
        tablets=TabletRules(**table.tablets.values()),
        guards=tuple(one.guard(key) for key, one in table.guards.items()),
        expected_level=LevelModel(**table.expected_level.values()),
        trough=TroughRules(**table.trough.values()),
        labs=tuple(one.analyte(key) for key, one in table.labs.items()),
        outcomes=OutcomeRules(**table.outcomes.values()),
        response=ResponseRules(**table.response.values()),
        forbidden=(*table.wording.forbidden, table.code, table.registry_id, *table.product.name.texts().values()),
        approval=approval,
        marks=_marks(table, approval.approved_on if approval else None),
    )


def _marks(table: ProtocolTable, approved_on: date | None) -> dict[str, Mark]:
    """The longest path decides. An approval of this version approves whatever was still a proposal."""
    listed = table.marks.by_path()
    found = {
        value: max(((path, mark) for path, mark in listed if covers(path, value)), key=lambda pair: len(pair[0]))[1]
        for value in value_paths(table.criteria, {name: getattr(table, name) for name in KEYED})
    }
    return {path: Mark.APPROVED if mark is Mark.PROPOSED and approved_on else mark for path, mark in found.items()}
