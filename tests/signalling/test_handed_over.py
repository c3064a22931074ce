"""A session that was handed over to another browser: the page before is told, and stays out."""

from __future__ import annotations

from backing.tokens import CUSTOMER_AUDIENCE, Role
from shuanglu.timeline import events as ev
from shuanglu.wire import signalling as wire
from tests.signalling.conftest import SESSION, Site

HANDED_OVER = ev.SessionHandedOver(
    number=1,
    way="link",
    from_browser=ev.BrowserKind.WECHAT,
    to_browser=ev.BrowserKind.BROWSER,
    from_platform=ev.Platform.ANDROID,
    to_platform=ev.Platform.ANDROID,
    device="not_told",
    liveness_passed=False,
)


def newer_token(site: Site) -> str:
    return site.token_key.issue(
        SESSION, Role.CUSTOMER, SESSION, 60, CUSTOMER_AUDIENCE, hand_overs=1
    )


async def test_the_page_before_is_told_at_once_and_closed(site: Site) -> None:
    phone = await site.phone()
    welcome = await phone.hello(site.token())
    await site.timeline.until(SESSION, "customer.connected")
    await site.timeline.commit(SESSION, [HANDED_OVER])
    assert (await phone.receive(wire.Bye)).reason == "handed_over"
    assert await phone.ended() == 4002
    await site.worker.until_left(welcome.connection_id)


async def test_its_token_opens_no_connection_and_moves_no_newer_one(site: Site) -> None:
    await site.timeline.commit(SESSION, [HANDED_OVER])
    newer, older = await site.phone(), await site.phone()
    await newer.hello(newer_token(site))
    await older.send("hello", protocol=1, token=site.token())
    assert (await older.receive(wire.Bye)).reason == "handed_over"
    assert await older.ended() == 4002
    await newer.send("ping", sent_ms=1)
    await newer.receive(wire.Pong)


async def test_a_page_that_took_over_stays_through_its_own_hand_over(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(newer_token(site))
    await site.timeline.commit(SESSION, [HANDED_OVER])
    await phone.send("ping", sent_ms=1)
    await phone.receive(wire.Pong)
