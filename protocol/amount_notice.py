"""The screen that tells a changed amount: the same for the message, a preview, and who answers an older one."""

from protocol.orders import DoseOrder, FirstNewDose, pattern_units, units_of
from protocol.read_back import choices
from protocol.screens import OrderNotice
from protocol.trial import Product


def amount_notice(
    order_id: str, order: DoseOrder, first: FirstNewDose | None, product: Product, *, read: bool = False
) -> OrderNotice:
    """What is told of an amount. `first`: its first new dose, which is read back; `read`: nothing is asked any more."""
    units, *then_units = pattern_units(order, product)
    asked = units if first is None else units_of(first.dose_mg, product)
    return OrderNotice(
        order_id=order_id,
        from_on=order.from_on,
        units=units,
        every_days=order.every_days,
        held=False,
        choices=() if read else choices(asked),
        then_units=tuple(then_units),
        asked_on=first.on if first is not None and then_units else None,
    )
