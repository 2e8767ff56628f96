"""Amounts of money as a customer reads them in a message, in the manner of its language."""

from __future__ import annotations

from recado_events.currencies import exponent

_SIGNS = {"BRL": "R$", "EUR": "€", "GBP": "£", "USD": "US$"}
"""Those that mean one currency; of others the ISO 4217 code says which it is."""
_MARKS = {
    (".", ","): "az ca da de el es hr id it mk nl pt ro sl sq sr tr vi",
    (" ", ","): "af bg cs et fi fr hu kk lt lv nb pl ru sk sv uk uz",
    (",", "."): "es_MX",
}
"""Between thousands and before what is less than one: languages, and countries that write otherwise."""
_BY_LANGUAGE = {language: marks for marks, languages in _MARKS.items() for language in languages.split()}


def amount_text(minor: int, currency: str, language: str) -> str:
    """`minor`: an integer in the currency's minor units; `language`: Meta's code of the template's, such as pt_BR."""
    digits = exponent(currency) or 0
    whole, rest = divmod(minor, 10**digits)
    spoken = language.partition("_")[0]
    group, point = _BY_LANGUAGE.get(language) or _BY_LANGUAGE.get(spoken) or (",", ".")
    number = f"{whole:,}".replace(",", group)
    if digits:
        number = f"{number}{point}{rest:0{digits}d}"
    return f"{_SIGNS.get(currency, currency)} {number}"
