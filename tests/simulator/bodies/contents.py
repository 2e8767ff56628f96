"""What a customer can send: the payload of each inbound message type, with texts of our own.

Meta's contract, section 5.
"""

from collections.abc import Callable

from ..signing import JsonObject
from .envelope import present

SHA256 = "q0xSL5Mp6YkqXH3nIDr2mS2VQ6c0g2G1lU8cJm4o1hQ="
MEDIA_URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=%s&source=webhook&ext=1"


def text(body: str = "Oi! O bolo de cenoura ainda está disponível? 🥕") -> JsonObject:
    return {"body": body}


def media(kind: str, media_id: str = "1907432286645511", *, sha256: str = SHA256, **members: object) -> JsonObject:
    """Any of image, video, audio, document, sticker."""
    defaults = MEDIA_DEFAULTS[kind]
    return {**defaults, "sha256": sha256, "id": media_id, "url": MEDIA_URL % media_id, **present(**members)}


MEDIA_DEFAULTS: dict[str, JsonObject] = {
    "image": {"caption": "Vitrine nova ✨", "mime_type": "image/jpeg"},
    "video": {"caption": "a máquina faz este barulho", "mime_type": "video/mp4"},
    "audio": {"mime_type": "audio/ogg; codecs=opus", "voice": True},
    "document": {
        "caption": "segue o contrato",
        "filename": "contrato nº 7 (final).pdf",
        "mime_type": "application/pdf",
    },
    "sticker": {"mime_type": "image/webp", "animated": False},
}


def location(latitude: float = -23.561414, longitude: float = -46.655881) -> JsonObject:
    return {"latitude": latitude, "longitude": longitude, "name": "Padaria Aurora", "address": "Rua das Acácias, 12"}


def contact_card(name: str = "Søren Åkerlund", phone: str | None = "+47 912 34 567") -> JsonObject:
    phones = [{"phone": phone, "type": "CELL", "wa_id": "".join(filter(str.isdigit, phone))}] if phone else None
    card = {"formatted_name": name, "first_name": name.partition(" ")[0]}
    return {"name": card, **present(phones=phones, org={"company": "Fjord & Filhos"})}


def button_reply(choice: str = "confirm-42", title: str = "Confirmar ✅") -> JsonObject:
    return {"type": "button_reply", "button_reply": {"id": choice, "title": title}}


def list_reply(
    choice: str = "slot-3", title: str = "Quinta, 15h", description: str | None = "com Helena"
) -> JsonObject:
    return {"type": "list_reply", "list_reply": {"id": choice, "title": title, **present(description=description)}}


def flow_reply(response_json: str = '{"flow_token":"t-1","size":"42"}', name: str = "flow") -> JsonObject:
    return {"type": "nfm_reply", "nfm_reply": {"response_json": response_json, "body": "Sent", "name": name}}


def call_permission_reply(response: str = "accept") -> JsonObject:
    answer = {"response": response, "response_source": "user_action", "expiration_timestamp": 1796000000}
    return {"type": "call_permission_reply", "call_permission_reply": answer}


def template_button(payload: str = "remarcar", label: str = "Remarcar") -> JsonObject:
    return {"payload": payload, "text": label}


def reaction(message_id: str, emoji: str | None = "👍") -> JsonObject:
    """`None` leaves the emoji out, which removes the reaction; so does an empty text."""
    return {"message_id": message_id, **present(emoji=emoji)}


def order(catalog_id: str = "914300112233") -> JsonObject:
    items = [
        {"product_retailer_id": "sku-pão-01", "quantity": 2, "item_price": 12.5, "currency": "BRL"},
        {"product_retailer_id": "sku-café-07", "quantity": "1", "item_price": "31.90", "currency": "BRL"},
    ]
    return {"catalog_id": catalog_id, "text": "entrega hoje?", "product_items": items}


def number_changed(name: str, old: str, new: str) -> JsonObject:
    return {"body": f"User {name} changed from {old} to {new}", "wa_id": new, "type": "user_changed_number"}


def user_id_changed(old: str, new: str, parent: str | None = None) -> JsonObject:
    body = f"User changed from {old} to {new}"
    twins = present(parent_user_id=parent)
    return {"body": body, "type": "user_changed_user_id", "user_id": new, "previous_user_id": old, **twins}


def identity_changed(name: str) -> JsonObject:
    return {"body": f"The security code of {name} changed", "type": "customer_identity_changed"}


def edit(original_message_id: str, kind: str = "text", content: JsonObject | None = None) -> JsonObject:
    message = {"context": {"id": "M0"}, "type": kind, kind: content or text("Corrigindo: às 16h, não às 15h")}
    return {"original_message_id": original_message_id, "message": message}


def revoke(original_message_id: str) -> JsonObject:
    return {"original_message_id": original_message_id}


def referral(source_type: str = "ad") -> JsonObject:
    """What the first message carries when an advertisement or a post brought the person."""
    return {
        "source_url": "https://fb.me/9zPadaria",
        "source_id": "120226300000000042",
        "source_type": source_type,
        "headline": "Fale com a padaria",
        "body": "Pães de fermentação natural, toda manhã",
        "media_type": "image",
        "image_url": "https://scontent.xx.fbcdn.net/v/t45.1/pao.jpg",
        "ctwa_clid": "Aff-2kQz7XbWcV_wN1m0hYbTtq",
        "welcome_message": {"text": "Bem-vindo! Como podemos ajudar?"},
    }


SAMPLES: dict[str, Callable[[], object]] = {
    "text": text,
    "image": lambda: media("image"),
    "video": lambda: media("video"),
    "audio": lambda: media("audio"),
    "document": lambda: media("document"),
    "sticker": lambda: media("sticker"),
    "location": location,
    "contacts": lambda: [contact_card(), contact_card("陳美玲", None)],
    "interactive": button_reply,
    "button": template_button,
    "order": order,
}
