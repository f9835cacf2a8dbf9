"""Meanwhile: what staff write down while a message is on its way, or just when the process that sends it has died."""

import asyncio
from random import Random

from protocol.terms import OrderKind
from simulation.evidence import Evidence
from simulation.faults import FaultName, Faults
from simulation.office import Office

AN_HOUR = 3600  # seconds
UNDER_WAY = "SELECT 1 FROM prompt WHERE state IN ('claimed', 'sending')"
TAKEN_UP = (
    "SELECT DISTINCT p.code FROM prompt AS m JOIN participant AS p ON p.id = m.participant_id"
    " WHERE m.state = 'claimed' OR (m.state = 'waiting' AND m.key LIKE '%:again:%') ORDER BY p.code"
)
"""Whose message a dead process has left behind after its first look, or that no change of the plan takes back."""

BEING_SENT = (
    "SELECT 1 FROM prompt AS m JOIN participant AS p ON p.id = m.participant_id"
    " WHERE p.code = ? AND m.state = 'sending' AND m.dose_id IS NOT NULL LIMIT 1"
)


class Meanwhile:
    """Staff who do something at the worst moment."""

    def __init__(self, office: Office, evidence: Evidence, faults: Faults, random: Random) -> None:
        self._office = office
        self._evidence = evidence
        self._faults = faults
        self._random = random

    async def waits_until_one_is_sent(self) -> None:
        """Until the next prompt is on its way, an hour at most."""
        for _ in range(AN_HOUR):
            if self._evidence.store.execute(UNDER_WAY).fetchone():
                return
            await asyncio.sleep(1)

    async def one_has_died(self) -> None:
        """Between two processes a hold, a call, a leave: the next process has to look again before it sends."""
        for (code,) in self._evidence.store.execute(TAKEN_UP).fetchall():
            if self._faults.strikes(FaultName.PLAN_CHANGED, 0.7):
                await self._decides(code)

    async def one_meets(self, chat: int) -> bool:
        """True where staff decided something while a prompt was under way: it does not arrive, and is tried again.

        A change of the plan takes back what waits, and not what is being sent.
        """
        if not self._faults.has(FaultName.PLAN_CHANGED):
            return False
        for code in sorted(code for code, phones in self._evidence.chats.items() if chat in phones):
            sent = self._evidence.store.execute(BEING_SENT, (code,)).fetchone()
            if sent and self._faults.strikes(FaultName.PLAN_CHANGED, 0.08):
                await self._decides(code)
                return True
        return False

    async def _decides(self, code: str) -> None:
        drawn, office = self._random.random(), self._office
        if drawn < 0.4:  # noqa: PLR2004
            await office.calls(code)
        elif drawn < 0.7:  # noqa: PLR2004
            await office.orders(code, OrderKind.HOLD, "the laboratory has called", from_today=True)
        elif drawn < 0.85:  # noqa: PLR2004
            await office.orders(code, OrderKind.DISCONTINUE, "the laboratory has called", from_today=True)
        else:
            await office.withdraws(code)
