"""The forms of a trial through the command line, and on to the study database."""

from typing import Any

import pytest
from sqlmodel import col, select

from actions.facts import participant_by_code
from models.participant import Participant
from models.session import Change
from protocol.forms import FormKind
from reports.unsigned_forms import unsigned_forms
from tests.app.conftest import Desk, days_ago

on_one_database = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
ASSESSED = (
    "--grade", "2", "--not-serious", "--causality", "possible", "--action", "dose_not_changed",
    "--outcome", "not_recovered",
)  # fmt: skip
SERIOUS = ("--serious", "--criterion", "hospitalisation")


def study_rows(desk: Desk, table: str) -> list[dict[str, Any]]:
    return sorted(desk.studied(table), key=lambda row: int(row["version"]))


def event(desk: Desk, *more: str, code: str = "018", who: str = "Li", term: str = "mouth ulcer") -> dict[str, Any]:
    onset = ("--onset", days_ago(2))
    found: dict[str, Any] = desk.data("ae", "add", code, "--term", term, *onset, *more, "--as", who)
    return found


def blocked(desk: Desk, code: str = "018") -> str | None:
    async def read(change: Change) -> str | None:
        return (await participant_by_code(change, code)).blocked_reason

    found: str | None = desk.within(read)
    return found


def alerts(desk: Desk, cause: str) -> list[dict[str, Any]]:
    """The open alerts of 018 of one cause, with what the table of the command line leaves out."""
    from models.alert import Alert

    async def read(change: Change) -> list[dict[str, Any]]:
        owner = select(Participant.id).where(Participant.code == "018").scalar_subquery()
        rows = await change.session.scalars(
            select(Alert).where(Alert.participant_id == owner, col(Alert.cause_key).contains(cause))
        )
        return [row.model_dump() for row in rows]

    found: list[dict[str, Any]] = desk.within(read)
    return found


@pytest.mark.slow
def test_every_form_reaches_the_study_version_by_version_and_no_own_words_with_it(enrolled: Desk) -> None:
    form = event(enrolled, *ASSESSED, "--narrative", "seen by Dr Zhou in clinic 3")["id"]
    assert enrolled.data("ae", "sign", form, "--version", "1", "--as", "Wu")["signed_by"] == "Wu"
    told = enrolled.told("ae", "correct", form, "--grade", "3", "--reason", "the chart, read again", "--as", "Li")
    assert "signs it anew" in told
    newest, both = enrolled.data("ae", "list", "018"), enrolled.data("ae", "list", "018", "--versions")
    assert [(row["version"], row["grade"], row["signed"]) for row in newest] == [(2, 3, "no longer: version 1 was")]
    assert [(row["version"], row["grade"], row["signed_by"]) for row in both] == [(1, 2, "Wu"), (2, 3, None)]
    medicine = enrolled.data("medication", "add", "018", "--name", "伊曲康唑", "--amount", "200 mg", "--as", "Li")
    ended = ("--until", days_ago(0), "--narrative", "told by Dr Zhou", "--reason", "stopped")
    enrolled.told("medication", "correct", medicine["id"], *ended, "--as", "Li")
    child = enrolled.data("pregnancy", "add", "018", "partner", "--learned", days_ago(1), "--as", "Li")
    assert "partner" in enrolled.told("pregnancy", "list")
    born = ("--outcome", "live_birth", "--outcome-on", days_ago(0), "--reason", "born")
    enrolled.told("pregnancy", "correct", child["id"], *born, "--as", "Li")
    rows = {table: study_rows(enrolled, table) for table in ("adverse_event", "medication", "pregnancy")}
    assert [(row["term"], row["grade"], row["has_narrative"]) for row in rows["adverse_event"]] == [
        ("mouth ulcer", 2, True),
        ("mouth ulcer", 3, True),
    ]
    assert [(row["medicine"], bool(row["strong"]), row["ended_on"] is None) for row in rows["medication"]] == [
        ("伊曲康唑", True, True),
        ("伊曲康唑", True, False),
    ]
    assert [row["outcome"] for row in rows["pregnancy"]] == ["ongoing", "live_birth"]
    assert [(row["form"], row["version"]) for row in study_rows(enrolled, "form_signature")] == [("adverse_event", 1)]
    assert not any(word in str(rows) for word in ("Dr Zhou", "'Li'", "Wu"))
    assert "Dr Zhou" not in enrolled.kept()
    assert enrolled.data("ae", "list", "018", "--texts", "--as", "Li")[0]["narrative"] == "seen by Dr Zhou in clinic 3"
    assert [entry["actor"] for entry in enrolled.audited("read_narratives")] == ["staff:Li"]


@on_one_database
def test_an_investigator_alone_signs_and_only_the_newest_version_that_says_everything(enrolled: Desk) -> None:
    form = event(enrolled)["id"]
    sign = ("ae", "sign", form, "--version")
    assert "an investigator has to sign it" in enrolled.refused(*sign, "1", "--as", "Li")
    assert "this is for" in enrolled.refused(*sign, "1", "--as", "Mo")
    assert "not said yet: grade, serious" in enrolled.refused(*sign, "1", "--as", "Wu")
    enrolled.told("ae", "correct", form, *ASSESSED, "--reason", "assessed", "--as", "Wu")
    assert "version 2 is the newest" in enrolled.refused(*sign, "1", "--as", "Wu")
    assert "no such adverse event here" in enrolled.refused(*sign, "2", "--as", "Olga")
    assert "version 2 is signed by Wu" in enrolled.told(*sign, "2", "--as", "Wu")
    assert "signed already" in enrolled.refused(*sign, "2", "--as", "Wu")
    assert len(enrolled.audited("sign_form")) == 1


@on_one_database
def test_a_correction_says_why_and_changes_something_and_a_form_in_error_stays_so(enrolled: Desk) -> None:
    form = event(enrolled, *ASSESSED)["id"]
    correct = ("ae", "correct", form, "--as", "Li", "--reason")
    assert "say why" in enrolled.refused(*correct, " ", "--grade", "3")
    assert "nothing would change" in enrolled.refused(*correct, "again", "--grade", "2")
    over = enrolled.data(*correct, "over", "--outcome", "recovered", "--end", days_ago(0))
    back = enrolled.data(*correct, "not over", "--outcome", "not_recovered", "--end", "none")
    assert (over["ended_on"], back["ended_on"], back["grade"]) == (days_ago(0), None, 2)
    assert enrolled.data(*correct, "of another participant", "--entered-in-error")["in_error"]
    assert "stays so" in enrolled.refused(*correct, "again", "--grade", "3")
    assert [row["version"] for row in enrolled.data("ae", "list", "018", "--versions")] == [1, 2, 3, 4]
    assert "entered in error" in enrolled.told("ae", "list")


@on_one_database
def test_what_cannot_stand_is_refused_in_words_and_nothing_is_kept(enrolled: Desk) -> None:
    add = ("ae", "add", "018", "--as", "Li", "--onset", days_ago(2), "--term")
    assert "holds the participant's name" in enrolled.refused(*add, "方女士发热")
    assert "number or an address" in enrolled.refused(*add, "fever, call 13800000000")
    both = enrolled.refused(*add, "fever", "--end", days_ago(3), "--serious")
    assert "before the onset" in both
    assert "by which criterion" in both
    assert "5 is death" in enrolled.refused(*add, "fever", "--grade", "5")
    assert enrolled.data("ae", "list") == []
    assert "holds the participant's name" in enrolled.refused(
        "medication", "add", "018", "--name", "aspirin", "--for", "方女士", "--as", "Li"
    )


@pytest.mark.slow
@on_one_database
def test_staff_of_another_site_see_and_write_no_form(enrolled: Desk) -> None:
    form = event(enrolled)["id"]
    medicine = enrolled.data("medication", "add", "018", "--name", "aspirin", "--as", "Li")["id"]
    child = enrolled.data("pregnancy", "add", "018", "partner", "--learned", days_ago(1), "--as", "Li")["id"]
    check = enrolled.data("symptom", "record", "018", "mouth=bad", "--as", "Li")["check"]
    (alert,) = alerts(enrolled, "rule.mouth")
    for group, its in (("ae", form), ("medication", medicine), ("pregnancy", child)):
        assert enrolled.data(group, "list", "--as", "Otto") == []
        assert "no such participant" in enrolled.refused(group, "list", "018", "--as", "Otto")
        assert "no such" in enrolled.refused(
            group, "correct", its, "--entered-in-error", "--reason", "x", "--as", "Otto"
        )
        assert "no such" in enrolled.refused(group, "sign", its, "--version", "1", "--as", "Olga")
        assert len(enrolled.data(group, "list", "--as", "Li")) == 1
    for source in (check, alert["id"], "nothing"):
        assert "no such check or alert here" in enrolled.refused("ae", "from-symptom", source, "--as", "Otto")
    assert "no such participant" in enrolled.refused(
        "ae", "add", "018", "--term", "rash", "--onset", days_ago(1), "--as", "Otto"
    )
    assert "no such event" in enrolled.refused(
        "ae", "add", "900", "--term", "rash", "--onset", days_ago(1), "--sae", _sae(enrolled), "--as", "Otto"
    )


def _sae(desk: Desk) -> str:
    return str(event(desk, *SERIOUS)["safety_event_id"])


@on_one_database
def test_one_click_makes_an_event_of_a_symptom_and_a_second_one_makes_none(enrolled: Desk) -> None:
    told = ("mouth=bad", "mouth_eating=yes")
    check = enrolled.data("symptom", "record", "018", *told, "--as", "Li")["check"]
    made = enrolled.data("ae", "from-symptom", check, "--as", "Li")
    assert (made["participant_code"], made["term"], made["started_on"]) == ("018", "mouth", days_ago(0))
    assert (made["check_id"], made["item"]) == (check, "mouth")
    for source in (check, made["alert_id"]):
        assert f"{made['id']} is this event already" in enrolled.refused("ae", "from-symptom", source, "--as", "Li")
    enrolled.told("ae", "correct", made["id"], "--entered-in-error", "--reason", "a trial", "--as", "Li")
    again = enrolled.data("ae", "from-symptom", made["alert_id"], "--term", "stomatitis", "--grade", "1", "--as", "Li")
    assert (again["term"], again["grade"], again["ctcae_version"]) == ("stomatitis", 1, "5.0")


@on_one_database
def test_a_check_with_several_symptoms_asks_which_one_and_an_alert_knows(enrolled: Desk) -> None:
    told = ("danger_head=fainted,seizure", "headache=bad", "other=bad", "other_text=itching", "cough=none")
    check = enrolled.data("symptom", "record", "018", *told, "--as", "Li")["check"]
    click = ("ae", "from-symptom", check, "--as", "Li")
    assert "--item: danger_head, headache, other" in enrolled.refused(*click)
    assert enrolled.data(*click, "--item", "headache")["term"] == "headache"
    assert "was not told in this check" in enrolled.refused(*click, "--item", "cough")
    assert "no such symptom" in enrolled.refused(*click, "--item", "nose")
    assert "own words" in enrolled.refused(*click, "--item", "other")
    assert enrolled.data(*click, "--item", "other", "--term", "itching")["item"] == "other"
    for option, words in (("fainted", "Fainted"), ("seizure", "A fit or seizure")):
        (alert,) = alerts(enrolled, f"rule.{option}")
        made = enrolled.data("ae", "from-symptom", alert["id"], "--as", "Li")
        assert (made["term"], made["alert_id"]) == (words, alert["id"])


@on_one_database
def test_a_serious_event_belongs_to_the_possible_sae_of_its_symptom_and_the_site_is_aware(enrolled: Desk) -> None:
    check = enrolled.data("symptom", "record", "018", "admission=admitted", "--as", "Li")["check"]
    (before,) = enrolled.data("sae", "list")
    assert before["aware_at"] is None
    made = enrolled.data("ae", "from-symptom", check, "--term", "pneumonia", *SERIOUS, "--as", "Li")
    (after,) = enrolled.data("sae", "list")
    assert (made["safety_event_id"], after["id"]) == (before["id"], before["id"])
    assert after["aware_at"] is not None
    enrolled.told("ae", "correct", made["id"], "--not-serious", "--reason", "x", "--as", "Li")
    enrolled.told("sae", "refute", before["id"], "--reason", "planned", "--as", "Wu")
    enrolled.told("ae", "correct", made["id"], *SERIOUS, "--reason", "it was not", "--as", "Li")
    (new,) = enrolled.data("sae", "list")
    assert new["id"] != before["id"], "what was refuted is judged anew"
    assert enrolled.data("ae", "list", "018")[0]["safety_event_id"] == new["id"]


@on_one_database
def test_who_names_a_possible_sae_has_seen_it(enrolled: Desk) -> None:
    for admission in ("018", "017"):
        enrolled.told("symptom", "record", admission, "admission=admitted", "--as", "Li")
    events = {row["participant_code"]: row for row in enrolled.data("sae", "list")}
    assert {row["aware_at"] for row in events.values()} == {None}
    made = event(enrolled, *SERIOUS, "--sae", events["018"]["id"])
    assert made["safety_event_id"] == events["018"]["id"]
    other = event(enrolled, *ASSESSED, code="017")["id"]
    its = ("--sae", events["017"]["id"])
    assert "no such event here" in enrolled.refused("ae", "correct", made["id"], *its, "--reason", "x", "--as", "Li")
    enrolled.told("ae", "correct", other, *its, "--reason", "it belongs there", "--as", "Li")
    events = {row["participant_code"]: row for row in enrolled.data("sae", "list")}
    assert len(events) == 2
    assert None not in {row["aware_at"] for row in events.values()}


@on_one_database
def test_a_serious_event_without_a_possible_sae_opens_one_and_pages_until_an_investigator_knows(
    enrolled: Desk,
) -> None:
    made = event(enrolled, *SERIOUS, term="pneumonia")
    (sae,) = enrolled.data("sae", "list")
    assert (sae["id"], sae["aware_at"] is not None) == (made["safety_event_id"], True)
    (alert,) = alerts(enrolled, "form.adverse_event")
    assert (alert["kind"], alert["level"], alert["paged"], alert["seen_by"]) == ("serious_event", "red", True, "Li")
    assert f"{made['id']} is this event already" in enrolled.refused("ae", "from-symptom", alert["id"], "--as", "Li")
    assert alert["acknowledged_at"] is None, "a coordinator knows; an investigator does not yet"
    assert blocked(enrolled) == "safety"
    enrolled.told("sae", "refute", sae["id"], "--reason", "planned", "--as", "Wu")
    enrolled.told("ae", "correct", made["id"], "--grade", "3", "--reason", "graded", "--as", "Li")
    assert len(enrolled.data("sae", "list", "--all")) == 1, "a correction of something else opens none"
    event(enrolled, *SERIOUS, term="thrombosis")
    assert len(enrolled.data("sae", "list", "--all")) == 2, "two serious events are two"


@on_one_database
def test_what_an_investigator_writes_pages_no_investigator(enrolled: Desk) -> None:
    event(enrolled, *SERIOUS, who="Wu")
    (alert,) = alerts(enrolled, "form.adverse_event")
    assert (alert["acknowledged_by"], alert["next_call_at"], alert["closed_at"]) == ("Wu", None, None)
    assert blocked(enrolled) is None, "who decides about the drug has said so"
    over = ("--end", days_ago(1), "--outcome", "recovered")
    event(enrolled, *SERIOUS, *over, term="pneumonia")
    assert blocked(enrolled) is None, "what is over holds nothing"


@on_one_database
def test_a_fatal_event_says_that_the_death_is_to_be_recorded(enrolled: Desk) -> None:
    fatal = ("--end", days_ago(1), "--grade", "5", "--serious", "--criterion", "death", "--outcome", "fatal")
    told = enrolled.told("ae", "add", "018", "--term", "sepsis", "--onset", days_ago(2), *fatal, "--as", "Li")
    assert "anshi participant died 018" in told
    assert "anshi sae open" in told
    died = ("participant", "died", "018", "--on", days_ago(0), "--reason", "told by the ward", "--as", "Wu")
    assert "nothing is sent any more" in enrolled.told(*died)
    assert len(enrolled.data("sae", "list")) == 1, "the form has opened the possible SAE of this death"


@on_one_database
def test_a_strong_medicine_reaches_the_investigator_once_whoever_tells_it(enrolled: Desk) -> None:
    add = ("medication", "add", "018", "--as", "Li", "--name")
    told = enrolled.told(*add, "Itraconazole")
    assert "known to interact: azoles." in told
    assert "An investigator is told" in told
    assert "azoles" in enrolled.told("medication", "list", "018").splitlines()[2].split()
    (alert,) = alerts(enrolled, "medicine.azoles")
    assert (alert["paged"], alert["times"], alert["next_call_at"] is not None) == (True, 1, True)
    enrolled.told("symptom", "record", "018", "medicine=yes", "medicine_names=itraconazole", "--as", "Li")
    enrolled.told(*add, "voriconazole")
    (alert,) = alerts(enrolled, "medicine.azoles")
    assert alert["times"] == 2, "the participant's own word counts it up; a second form finds it open"
    assert enrolled.data(*add, "paracetamol")["alert_id"] is None
    history = enrolled.data(*add, "rifampicin", "--from", days_ago(400), "--until", days_ago(300))
    assert (history["strong"], history["alert_id"]) == (True, None)
    assert alerts(enrolled, "medicine.rifamycins") == []


@on_one_database
def test_a_corrected_name_is_told_like_a_new_one_and_an_end_is_not(enrolled: Desk) -> None:
    form = enrolled.data("medication", "add", "018", "--name", "a syrup", "--as", "Li")["id"]
    correct = ("medication", "correct", form, "--as", "Li", "--reason")
    enrolled.told(*correct, "the box", "--name", "clarithromycin")
    (alert,) = alerts(enrolled, "medicine.macrolides_strong")
    enrolled.told("alert", "close", alert["id"], "--outcome", "changed to azithromycin", "--as", "Wu")
    enrolled.told(*correct, "over", "--until", days_ago(0))
    assert [row["times"] for row in alerts(enrolled, "medicine.macrolides_strong")] == [1]


@on_one_database
def test_a_pregnancy_holds_the_dose_and_pages_once_however_it_is_told(enrolled: Desk) -> None:
    enrolled.told("symptom", "pregnancy", "018", "self", "--reason", "told at the visit", "--as", "Li")
    enrolled.told("symptom", "record", "018", "pregnancy_self=yes", "--as", "Li")
    add = ("pregnancy", "add", "018", "self", "--learned", days_ago(0), "--as", "Li")
    child = enrolled.data(*add)
    (alert,) = alerts(enrolled, "pregnancy")
    assert (child["alert_id"], alert["times"], alert["paged"]) == (alert["id"], 1, True)
    assert blocked(enrolled) == "safety"
    assert f"{child['id']} is this pregnancy" in enrolled.refused(*add)


@on_one_database
def test_a_pregnancy_that_staff_hear_of_first_does_what_the_participants_word_would(enrolled: Desk) -> None:
    told = enrolled.told("pregnancy", "add", "018", "self", "--learned", days_ago(0), "--as", "Li")
    assert "anshi dose-order resume 018" in told
    (alert,) = alerts(enrolled, "rule.pregnancy_self")
    assert (alert["paged"], alert["acknowledged_at"], blocked(enrolled)) == (True, None, "safety")
    (child,) = enrolled.data("pregnancy", "list", "018")
    enrolled.told("dose-order", "resume", "018", "--reason", "the test is negative", "--as", "Wu")
    correct = ("pregnancy", "correct", child["id"], "--reason", "a test", "--as", "Li")
    enrolled.told(*correct, "--outcome", "not_pregnant", "--outcome-on", days_ago(0))
    assert blocked(enrolled) is None, "a correction holds nothing anew"
    enrolled.told("pregnancy", "add", "018", "self", "--learned", days_ago(0), "--as", "Li")
    (alert,) = alerts(enrolled, "rule.pregnancy_self")
    assert (alert["times"], blocked(enrolled)) == (2, "safety"), "the hold was lifted, so it is put on and told anew"


@pytest.mark.slow
def test_a_form_stands_on_the_worklist_until_its_newest_version_is_signed(enrolled: Desk) -> None:
    """A newer version waits anew; of what was entered in error nobody has to sign anything."""
    assert waiting(enrolled) == []
    first, wrong = event(enrolled, *ASSESSED)["id"], event(enrolled, term="a mistake")["id"]
    enrolled.told("medication", "add", "018", "--name", "伊曲康唑", "--amount", "200 mg", "--as", "Li")
    assert waiting(enrolled) == [("018", FormKind.ADVERSE_EVENT, 2), ("018", FormKind.MEDICATION, 1)]
    assert "event_unsigned" in enrolled.told("report", "worklist")
    enrolled.told("ae", "correct", wrong, "--reason", "another one's", "--entered-in-error", "--as", "Li")
    enrolled.told("ae", "sign", first, "--version", "1", "--as", "Wu")
    assert waiting(enrolled) == [("018", FormKind.MEDICATION, 1)]
    enrolled.told("ae", "correct", first, "--grade", "3", "--reason", "read again", "--as", "Li")
    assert waiting(enrolled) == [("018", FormKind.ADVERSE_EVENT, 1), ("018", FormKind.MEDICATION, 1)]


def waiting(desk: Desk) -> list[tuple[str, FormKind, int]]:
    """The forms that wait for a signature: whose, of which kind, how many."""

    async def read(change: Change) -> list[tuple[str, FormKind, int]]:
        found = await unsigned_forms(change.session, change.at)
        return [(one.participant.code, one.kind, one.count) for one in found]

    found: list[tuple[str, FormKind, int]] = desk.within(read)
    return found


@pytest.mark.slow
def test_a_day_known_in_part_stands_as_it_was_typed_and_the_study_is_told_no_more(enrolled: Desk) -> None:
    year = days_ago(0)[:4]
    add = ("ae", "add", "018", "--term", "mouth ulcer", "--as", "Li", "--onset")
    assert "2026-03 or 2026 if no more is known" in enrolled.misused(*add, "03/2026")
    assert "before the onset" in enrolled.refused(*add, year, "--end", f"{int(year) - 1}-12")
    form = enrolled.data(*add, year)
    assert form["started_on"] == year
    over = ("--outcome", "recovered", "--end", year, "--reason", "the chart")
    assert enrolled.data("ae", "correct", form["id"], *over, "--as", "Li")["ended_on"] == year
    known = ("--onset", days_ago(0), "--reason", "told on the phone")
    assert enrolled.data("ae", "correct", form["id"], *known, "--as", "Li")["started_on"] == days_ago(0)
    assert year in enrolled.told("ae", "list", "018", "--versions")
    enrolled.told("medication", "add", "018", "--name", "aspirin", "--from", f"{year}-01", "--as", "Li")
    carried = ("--last-period", year, "--expected", str(int(year) + 1))
    enrolled.told("pregnancy", "add", "018", "partner", "--learned", days_ago(0), *carried, "--as", "Li")
    rows = {table: study_rows(enrolled, table) for table in ("adverse_event", "medication", "pregnancy")}
    assert [(row["started_on"], row["ended_on"]) for row in rows["adverse_event"]] == [
        (year, None),
        (year, year),
        (days_ago(0), year),
    ]
    assert [row["started_on"] for row in rows["medication"]] == [f"{year}-01"]
    assert [(row["last_period_on"], row["expected_on"]) for row in rows["pregnancy"]] == [(year, str(int(year) + 1))]
    assert "The study says what the store says" in enrolled.told("sync", "reconcile")
