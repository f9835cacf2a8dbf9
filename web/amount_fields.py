"""The fields of an amount of the drug, ordered or proposed, and what was typed into them."""

from dataclasses import dataclass
from datetime import date

from web.asking import Asking, Field, FieldKind, Typed, WrongError
from web.asking_fields import day_typed, number_typed


@dataclass(frozen=True, slots=True)
class Amount:
    """As a dose order has it. `then_mg`: of the days after the first, before `dose_mg` comes again."""

    from_on: date
    dose_mg: float
    every_days: int
    then_mg: tuple[float, ...]


def from_field(asking: Asking) -> Field:
    """The first date, today or later."""
    today = asking.today.isoformat()
    return Field("from_on", asking.say("From"), FieldKind.DATE, value=today, least=today)


def amount_fields(asking: Asking) -> tuple[Field, ...]:
    """How much, how often, in which turn, from when."""
    say = asking.say
    hint = say("It must be composable from tablets of %(mg)s mg.") % {
        "mg": f"{asking.desk.trial.product.strength_mg:g}"
    }
    turn = say("Where the amount alternates: the next days' mg, as 1, or as 1, 2. Then it begins again.")
    return (
        Field("dose_mg", say("Amount, mg"), FieldKind.NUMBER, hint=hint),
        Field("then_mg", say("On the days after it, mg"), hint=turn, required=False),
        Field("every_days", say("Every how many days"), FieldKind.NUMBER, value="1", least="1", most="7"),
        from_field(asking),
    )


def amount_typed(asking: Asking, typed: Typed) -> Amount:
    """Raises WrongError; whether tablets can make it is asked of the trial's rules."""
    every = number_typed(asking, typed, "every_days")
    if int(every) != every:
        raise WrongError("every_days", asking.say("Whole days only."))
    parts = typed["then_mg"].replace("，", ",").split(",") if typed["then_mg"] else []
    then_mg = tuple(number_typed(asking, {"then_mg": part.strip()}, "then_mg") for part in parts)
    from_on = day_typed(asking, typed, "from_on", least=asking.today)
    return Amount(from_on, number_typed(asking, typed, "dose_mg"), int(every), then_mg)
