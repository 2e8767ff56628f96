"""Finding what a control command names, with a 404 that says what is missing."""

from fastapi import HTTPException

from ..entities import BusinessNumber, Waba
from ..platform import Platform


def number_of(platform: Platform, phone_number_id: str) -> BusinessNumber:
    number = platform.world.store.find(BusinessNumber, phone_number_id)
    if number is None:
        raise HTTPException(404, f"no phone number {phone_number_id}: create it with POST /control/phone_numbers")
    return number


def waba_of(platform: Platform, waba_id: str) -> Waba:
    waba = platform.world.store.find(Waba, waba_id)
    if waba is None:
        raise HTTPException(404, f"no WABA {waba_id}: create it with POST /control/wabas")
    return waba
