"""Answers to the built-in check, made at random or by hand: what its tests walk and triage."""

from collections.abc import Mapping
from datetime import date

from hypothesis import strategies as st

from models.protocol_file import load_trial
from protocol.answers import SENT, Answer, AnswerState, scale_of
from protocol.symptoms import Ask, Item

TRIAL = load_trial(None)
SHEET = TRIAL.sheet
TODAY = date(2026, 3, 4)

BEST = {Ask.SEVERITY: "none", Ask.YES_NO: "no", Ask.TEMPERATURE: "36.5", Ask.DATE: "2026-03-01", Ask.AMOUNT: "2 cn_u"}
SENTENCES = ("今天还好", "没有胸痛", "胸口痛", "no chest pain", "a little fever", "吃了克拉霉素", "37.5度", "住院了")


def answers(values: Mapping[str, str]) -> dict[str, Answer]:
    return {key: Answer(key, value) for key, value in values.items()}


def said(**values: str) -> dict[str, Answer]:
    return answers(values)


def best(item: Item) -> Answer:
    """How a person without any trouble answers."""
    return Answer(item.key, BEST.get(item.ask) or (next(iter(item.options)) if item.ask is Ask.CHOICE else ""))


def healthy() -> dict[str, Answer]:
    return {key: best(item) for key, item in SHEET.items.items()}


def sensible(item: Item) -> st.SearchStrategy[str]:
    """A value that the item could have given."""
    match item.ask:
        case Ask.SEVERAL:
            return st.sets(st.sampled_from(sorted(item.options))).map(lambda found: ",".join(sorted(found)))
        case Ask.TEMPERATURE:
            return st.integers(340, 425).map(lambda tenths: f"{tenths / 10:.1f}")
        case Ask.AMOUNT:
            return st.sampled_from([f"2 {unit}" for unit in item.options])
        case Ask.DATE:
            return st.dates(date(2026, 1, 1), TODAY).map(date.isoformat)
        case Ask.TEXT:
            return st.lists(st.sampled_from(SENTENCES)).map("。".join)
        case Ask.PHOTO:
            return st.sampled_from(["", SENT])
        case _:
            return st.sampled_from(scale_of(item))


def worse(item: Item, value: str) -> st.SearchStrategy[str]:
    """The same value or a worse one."""
    match item.ask:
        case Ask.SEVERAL:
            more = st.sets(st.sampled_from(sorted(item.options)))
            return more.map(lambda found: ",".join(sorted(found | set(filter(None, value.split(","))))))
        case Ask.TEMPERATURE:
            return st.integers(round(float(value) * 10), 425).map(lambda tenths: f"{tenths / 10:.1f}")
        case Ask.TEXT:
            return st.lists(st.sampled_from(SENTENCES)).map(lambda more: "。".join(filter(None, [value, *more])))
        case Ask.SEVERITY | Ask.YES_NO | Ask.CHOICE if item.ask is not Ask.CHOICE or item.ranked:
            scale = scale_of(item)
            return st.sampled_from(scale[scale.index(value) :])
        case _:
            return st.just(value)


@st.composite
def sheets(draw: st.DrawFn) -> dict[str, Answer]:
    """Some items answered, each sensibly."""
    asked = draw(st.lists(st.sampled_from(sorted(SHEET.items)), unique=True, max_size=12))
    return {key: Answer(key, draw(sensible(SHEET.items[key]))) for key in asked}


@st.composite
def worsened(draw: st.DrawFn) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """A sheet, and one in which every answer is the same or worse and further ones may have come."""
    before = draw(sheets())
    after = draw(sheets()) | {
        key: Answer(key, draw(worse(SHEET.items[key], answer.value))) for key, answer in before.items()
    }
    return before, after


KEPT = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "yes", "nan", "inf", "1e999", "38.4", "-1", "very_bad", "chest_pain,at_rest", "2 cn_u", ",,"]),
)
ANY_SHEET = st.dictionaries(
    st.sampled_from([*SHEET.items, "gone_from_the_file", ""]),
    st.tuples(KEPT, st.sampled_from(AnswerState)),
    max_size=15,
).map(lambda found: {key: Answer(key, value, state) for key, (value, state) in found.items()})
"""Whatever may stand in a store: missing, skipped, half chosen, malformed, of another version of the file."""
