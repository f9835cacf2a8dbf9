"""The adherence of one participant as figures: each with its parts, its bounds and the sentence that defines it."""

from dataclasses import dataclass
from gettext import NullTranslations

from protocol.adherence import Adherence, Bounds, Share
from protocol.trial import Metrics


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as it is printed. `low` and `high` are None where the measure has no bounds."""

    name: str
    value: str
    parts: str
    definition: str
    low: str | None = None
    high: str | None = None


def percent(value: float | None, digits: int = 0) -> str:
    """A percentage for people; a dash where there is nothing to divide by."""
    return "–" if value is None else f"{value:.{digits}f}%"


def figures(found: Adherence, metrics: Metrics, texts: NullTranslations) -> list[Figure]:
    """The figures of the page, the three that are read first in front."""
    _ = texts.gettext
    return [
        _bounded(
            _("Taking"),
            found.taking,
            _("Doses taken ÷ doses reported. Bounds: every silent dose as not taken, and as taken. Holds left out."),
        ),
        _bounded(
            _("Correct days"),
            found.correct_days,
            _("Days with exactly the ordered dose ÷ days reported; bounds as for taking. Holds left out."),
        ),
        _share(
            _("Response"),
            found.response,
            _("Doses reported ÷ doses asked for. Doses the system did not ask for are left out."),
        ),
        *_timing(found, texts),
        _share(
            _("Intervals kept"),
            found.interval_expected,
            _("Times between doses taken that keep the ordered spacing within %(tolerance)s ÷ intervals expected.")
            % {"tolerance": "±" + percent(100 * metrics.interval_tolerance)},
        ),
        _share(_("Dose intensity"), found.mg_intensity, _("mg reported taken ÷ mg ordered, over all scheduled doses.")),
        Figure(
            _("Drug holidays"),
            str(len(found.holidays)),
            _("%(all)s with silent days") % {"all": len(found.holidays_sensitivity)},
            _("Runs of %(days)s or more scheduled days reported as not taken; beside it, with silent days counted too.")
            % {"days": metrics.holiday_days},
        ),
    ]


def _timing(found: Adherence, texts: NullTranslations) -> list[Figure]:
    _ = texts.gettext
    definition = _("Doses taken within this time of the due moment ÷ scheduled doses; an unknown time is not on time.")
    return [
        _share(
            _("On time, ±%(hours)s h") % {"hours": f"{timing.within.total_seconds() / 3600:g}"},
            timing.share,
            definition,
        )
        for timing in found.timing
    ]


def _share(name: str, share: Share, definition: str) -> Figure:
    return Figure(name, percent(share.percent, 1), _parts(share), definition)


def _bounded(name: str, bounds: Bounds, definition: str) -> Figure:
    low, high = percent(bounds.lower.percent, 1), percent(bounds.upper.percent, 1)
    return Figure(name, percent(bounds.reported.percent, 1), _parts(bounds.reported), definition, low, high)


def _parts(share: Share) -> str:
    return f"{share.numerator:g} ÷ {share.denominator:g}"
