"""The limits of a template (rules 18 and 19), and those of Meta."""

from __future__ import annotations

from datetime import timedelta

BODY = 900
"""Code points as typed, merge fields included."""
RENDERED = 1_024
FIELDS = 10
ROWS = 200
"""A WhatsApp Business Account; drafts and deleted ones do not count."""
NAME = 512
HEADER = 60
HEADER_FIELDS = 1
FOOTER = 60

BUTTONS = 10
BUTTON_TEXT = 25
URLS = 2
URL = 2_000
PHONE_NUMBERS = 1
PHONE_NUMBER = 20
CODES = 1
CODE = 15

EDITS_A_DAY = 1
EDITS_A_MONTH = 10
DAY = timedelta(hours=24)
MONTH = timedelta(days=30)
REVIEW = timedelta(hours=24)
"""How long Meta's review takes at most; later it is overdue."""
