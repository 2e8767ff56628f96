"""What Graph does with a WABA: its numbers, and which app hears its webhooks.

Meta's contract, sections 3.6, 3.7 and 16.
"""

from .calls import Call
from .entities import BusinessNumber, Waba
from .errors import unknown_field
from .numbers import Numbers
from .overrides import Overrides
from .poster import Poster
from .signing import JsonObject
from .world import World

_USUAL_FIELDS = "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput,id"


class Accounts:
    """The edges of a WABA."""

    def __init__(self, world: World, numbers: Numbers, poster: Poster) -> None:
        self._world, self._numbers, self._overrides = world, numbers, Overrides(poster)

    def fields(self, waba: Waba, call: Call) -> JsonObject:
        known: JsonObject = {
            "id": waba.id,
            "name": waba.name,
            "timezone_id": "1",
            "currency": "USD",
            "message_template_namespace": "ba30dd89_2ebd_41e4_b805_f2c05ae04cc9",
            "account_review_status": "APPROVED",
            "owner_business_info": {"id": waba.business_id, "name": waba.name},
        }
        wanted = call.query.get("fields", "id,name,timezone_id,message_template_namespace").split(",")
        for field in wanted:
            if field not in known:
                raise unknown_field(field, "WhatsAppBusinessAccount")
        return {**{field: known[field] for field in wanted}, "id": waba.id}

    def phone_numbers(self, waba: Waba, call: Call) -> JsonObject:
        mine = [number for number in self._world.store.all(BusinessNumber) if number.waba_id == waba.id]
        query = {"fields": call.query.get("fields", _USUAL_FIELDS)}
        listing = Call(method="GET", path=(), query=query, body={}, base_url=call.base_url)
        rows = [self._numbers.fields(number, listing) for number in mine]
        return {"data": rows, "paging": {"cursors": {"before": "MAZDZD", "after": "MjQZD"}}}

    async def subscribe(self, waba: Waba, call: Call) -> JsonObject:
        """Without an override the app's own URL is used again."""
        waba.override_uri = await self._overrides.checked(call.body)
        waba.subscribed = True
        self._world.store.put(waba)
        return {"success": True}

    def unsubscribe(self, waba: Waba, call: Call) -> JsonObject:
        waba.subscribed, waba.override_uri = False, None
        self._world.store.put(waba)
        return {"success": True}

    def subscriptions(self, waba: Waba, call: Call) -> JsonObject:
        if not waba.subscribed:
            return {"data": []}
        app_id = self._world.config.app_id
        link = f"https://www.facebook.com/games/?app_id={app_id}"
        row: JsonObject = {"whatsapp_business_api_data": {"id": app_id, "name": "Recado", "link": link}}
        if waba.override_uri:
            row["override_callback_uri"] = waba.override_uri
        return {"data": [row]}
