"""A value is kept in its unit or not at all, the hardly possible is typed twice, and a grade is the table's alone."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.adverse_event import CtcaeVersion
from protocol.lab_grades import BY_THE_TABLE, SCALES, Limit, reference_grade
from protocol.labs import UNITS, Analyte, Bound, LabError, confirms, measured, questions, shown_value, unit_named
from tests.protocol.lives import TRIAL

ANALYTES = {one.key: one for one in TRIAL.labs}
HB, CREATININE, LEVEL = ANALYTES["haemoglobin"], ANALYTES["creatinine"], ANALYTES["sirolimus"]
WEIGHTS = {"C": Decimal("12.011"), "H": Decimal("1.008"), "N": Decimal("14.007"), "O": Decimal("15.999")}


def read(analyte: Analyte, value: str, unit: str) -> str:
    found = measured(analyte, value, unit)
    return f"{shown_value(found.value)} {found.unit}"


def test_the_built_in_file_names_what_the_trial_measures() -> None:
    assert {
        "haemoglobin", "reticulocytes", "platelets", "white_cells", "creatinine", "alt", "ast", "cholesterol",
        "triglycerides", "glucose", "urine_protein", "ferritin", "sirolimus",
    } <= set(ANALYTES)  # fmt: skip
    assert {key: one.unit for key, one in ANALYTES.items() if key in ("haemoglobin", "creatinine", "sirolimus")} == {
        "haemoglobin": "g/L",
        "creatinine": "µmol/L",
        "sirolimus": "ng/mL",
    }
    assert (LEVEL.assay_needed, LEVEL.specimen) == (True, "whole blood, EDTA")
    assert {one.key for one in TRIAL.labs if one.fasting} == {"cholesterol", "ldl", "hdl", "triglycerides", "glucose"}


@pytest.mark.parametrize(
    ("key", "value", "unit", "kept"),
    [
        ("haemoglobin", "9.6", "g/dL", "96 g/L"),
        ("haemoglobin", "96", "g/L", "96 g/L"),
        ("creatinine", "1.0", "mg/dL", "88.4017 µmol/L"),
        ("glucose", "100", "mg/dL", "5.5507 mmol/L"),
        ("cholesterol", "200", "mg/dL", "5.1724 mmol/L"),
        ("platelets", "150", "10^3/uL", "150 10^9/L"),
        ("ferritin", "2121", "ng/mL", "2121 µg/L"),
        ("sirolimus", "7.5", "μg/L", "7.5 ng/mL"),
        ("alt", "40", "IU/L", "40 U/L"),
        ("urine_protein", "500", "mg/24h", "0.5 g/24h"),
    ],
)
def test_a_unit_is_converted_where_that_is_safe(key: str, value: str, unit: str, kept: str) -> None:
    assert read(ANALYTES[key], value, unit) == kept


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("triglycerides", "mg/dL"),  # a mixture has no molar mass
        ("haemoglobin", "mmol/L"),
        ("reticulocytes", "%"),
        ("sirolimus", "nmol/L"),
        ("urine_protein", "g/L"),
        ("urine_protein_stick", "g/24h"),
        ("alt", "µmol/L"),
    ],
)
def test_a_unit_that_would_need_a_guess_is_refused(key: str, unit: str) -> None:
    with pytest.raises(LabError, match="without guessing"):
        measured(ANALYTES[key], "1", unit)


@pytest.mark.parametrize("unit", ["", "Mg/dL", "g/l", "furlong", "mg"])
def test_an_unknown_unit_is_refused_with_those_that_are_known(unit: str) -> None:
    with pytest.raises(LabError, match="known are: g/L"):
        unit_named(unit)


@pytest.mark.parametrize("value", ["", "-3", "1e9", "NaN", "inf", "9,6", "9.6 g", "1" * 8, "++", "٣"])
def test_what_is_no_value_is_refused(value: str) -> None:
    with pytest.raises(LabError, match="as it stands on the sheet"):
        measured(HB, value, "g/L")


def test_a_molar_mass_is_what_its_formula_says() -> None:
    with_mass = [one for one in TRIAL.labs if one.molar_mass is not None]
    assert len(with_mass) >= 3
    for one in with_mass:
        parts = re.findall(r"([A-Z])(\d*)", one.molar_mass_source or "")
        mass = sum(WEIGHTS[element] * int(number or 1) for element, number in parts)
        assert Decimal(str(one.molar_mass)) == mass, one.key


def test_the_hardly_possible_is_asked_about_and_kept_once_typed_again() -> None:
    found = measured(HB, "9.6", "g/L")
    assert "look at the sheet and its unit" in next(questions(HB, found))
    assert confirms(found, "9.6")
    assert confirms(found, " 9.60 ")
    assert not any(confirms(found, typed) for typed in ("", "yes", "y", "96", "9.7", "NaN"))
    assert list(questions(HB, measured(HB, "9.6", "g/dL"))) == []


def test_each_edge_of_the_plausible_range_is_inside_it() -> None:
    for one in TRIAL.labs:
        for edge in (one.plausible_min, one.plausible_max):
            assert not list(questions(one, measured(one, f"{edge:.6f}".rstrip("0").rstrip("."), one.unit))), one.key


def test_a_value_under_what_the_assay_can_tell_stays_so() -> None:
    found = measured(LEVEL, "<2", "ng/mL")
    assert (found.bound, found.value) == (Bound.BELOW, Decimal(2))
    assert reference_grade("haemoglobin", Decimal(70), Bound.BELOW) is None


@given(st.sampled_from(sorted(UNITS)), st.decimals(0, 9999, places=2))
def test_what_was_given_is_kept_beside_what_it_became(unit: str, value: Decimal) -> None:
    for one in TRIAL.labs:
        try:
            found = measured(one, f"{value:f}", unit)
        except LabError:
            continue
        assert (found.given_value, found.given_unit, found.unit) == (value, unit, one.unit)
        assert unit != one.unit or found.value == value


def grade(key: str, value: str, lower: str | None = None, upper: str | None = None) -> int | None:
    found = reference_grade(
        key, Decimal(value), lower=Decimal(lower) if lower else None, upper=Decimal(upper) if upper else None
    )
    return found.grade if found else None


@pytest.mark.parametrize(
    ("value", "told"),
    [("130", 0), ("115", 0), ("114.9", 1), ("100", 1), ("99.9", 2), ("80", 2), ("79.9", 3), ("40", 3)],
)
def test_anaemia_by_the_table_and_never_grade_four_which_is_no_number(value: str, told: int) -> None:
    assert grade("haemoglobin", value, lower="115") == told


@pytest.mark.parametrize(
    ("key", "value", "limits", "told"),
    [
        ("platelets", "49", {"lower": "125"}, 3),
        ("platelets", "24", {"lower": "125"}, 4),
        ("white_cells", "2.9", {"lower": "3.5"}, 2),
        ("creatinine", "105", {"upper": "104"}, 1),
        ("creatinine", "313", {"upper": "104"}, 4 - 1),
        ("alt", "120", {"upper": "40"}, 1),
        ("alt", "121", {"upper": "40"}, 2),
        ("ast", "801", {"upper": "40"}, 4),
        ("cholesterol", "7.76", {"upper": "5.2"}, 2),
        ("triglycerides", "1.71", {}, 1),
        ("triglycerides", "1.70", {}, 0),
        ("triglycerides", "11.5", {}, 4),
        ("urine_protein", "3.5", {"upper": "0.15"}, 3),
        ("urine_protein_stick", "3", {}, 2),
        ("urine_protein_stick", "0.5", {}, 0),
    ],
)
def test_a_grade_by_the_table(key: str, value: str, limits: dict[str, str], told: int) -> None:
    assert grade(key, value, **limits) == told


def test_without_the_laboratorys_limits_no_mild_grade_is_guessed() -> None:
    assert grade("haemoglobin", "79") == 3
    assert grade("haemoglobin", "110") is None
    assert grade("creatinine", "900") is None
    assert grade("glucose", "30") is None
    assert grade("sirolimus", "30") is None


def test_a_grade_says_whose_it_is() -> None:
    found = reference_grade("haemoglobin", Decimal(79))
    assert found is not None
    assert (found.ctcae_version, found.basis) == (CtcaeVersion.V5, BY_THE_TABLE)
    assert "investigator to confirm" in found.basis


@pytest.mark.parametrize("key", sorted(SCALES))
@given(first=st.decimals(0, 3000, places=2), second=st.decimals(0, 3000, places=2))
def test_a_worse_value_never_has_a_milder_grade(key: str, first: Decimal, second: Decimal) -> None:
    limits = {"lower": Decimal(120), "upper": Decimal(1)}
    better, worse = sorted((first, second), reverse=SCALES[key].falls)
    mild, bad = (reference_grade(key, value, **limits) for value in (better, worse))  # type: ignore[arg-type]
    assert mild is not None
    assert bad is not None
    assert mild.grade <= bad.grade


def test_every_scale_is_of_an_analyte_and_climbs() -> None:
    for key, scale in SCALES.items():
        assert key in ANALYTES
        assert [step.grade for step in scale.steps] == list(range(1, len(scale.steps) + 1))
        values = [Decimal(step.at) for step in scale.steps if step.of is Limit.VALUE]
        assert values == sorted(values, reverse=scale.falls)
