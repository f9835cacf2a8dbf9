"""The Bot API's methods, each a function of the world and the parameters; found by lower-case name."""

from collections.abc import Awaitable, Callable

from emulator.methods import about, edits, receiving, sending
from emulator.params import Params
from emulator.world import World

Method = Callable[[World, Params], Awaitable[object]]

METHODS: dict[str, Method] = {
    name.lower(): method for room in (about, edits, receiving, sending) for name, method in room.METHODS.items()
}
