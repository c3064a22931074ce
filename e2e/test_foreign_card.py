"""Somebody else's card, held before the face while it is compared, is not the customer's."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from demo.body import OwnBody
from demo.browser import phone
from demo.customer import SyntheticCustomer
from demo.demo_customer import cards_of
from demo.id_card import Citizen
from demo.replay import Intruder
from demo.staff import WHOLE_SALE, StaffClient
from demo.subject import Subject
from e2e.checks import payloads
from shuanglu.timeline.events import FaceOutcome
from tests.evaluation.people import fetch_photographs, person

ANOTHER = "audrey"


class CardBeforeTheFace(Intruder):
    """Holds up another's card, and keeps it there when it was captured."""

    def __init__(self, honest: OwnBody, front: Subject) -> None:
        super().__init__(honest, honest.person)
        self._front = front

    def hold_card(self, side: str) -> None:
        """Whatever side is asked for."""
        del side
        self.camera.show(self._front)

    def put_card_away(self) -> None:
        """Not while the face is looked at."""


@pytest.mark.slow
async def test_a_portrait_is_not_compared_with_itself(
    staff: StaffClient, living: tuple[Browser, OwnBody]
) -> None:
    browser, honest = living
    await asyncio.to_thread(fetch_photographs)
    stolen = cards_of(Citizen(), await asyncio.to_thread(person, ANOTHER))["front"]
    invitation = await staff.invite(customer_name=Citizen().name, script_id=WHOLE_SALE)
    async with phone(browser, body=honest) as page:
        customer = SyntheticCustomer(page, body=honest)
        await customer.join(invitation["url"])
        await customer.check_device()
        assert await customer.next_step() == "opening"
        thief = CardBeforeTheFace(honest, stolen)
        customer.hand_over(thief)
        try:
            await customer.next_step()
        finally:
            thief.give_back()
    session = await staff.session(invitation["session_id"])
    compared = [p for p in payloads(session, "face.compared") if p["purpose"] == "card"]
    assert [each["outcome"] for each in compared] == [FaceOutcome.NOT_EVALUATED]
