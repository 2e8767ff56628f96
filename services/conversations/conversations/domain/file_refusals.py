"""Why a file is not taken or not handed out, by the names on the wire."""

from __future__ import annotations

from recado_events.refusal import Refusal


class UnknownAttachment(Refusal):
    rule = "unknown_attachment"
    status = 404
    message = "There is no such file in this conversation."


class AttachmentTypeNotAllowed(Refusal):
    rule = "attachment_type_not_allowed"
    status = 422
    message = "Files of this kind cannot be sent; its name must end with one of the allowed extensions."


class AttachmentMismatch(Refusal):
    rule = "attachment_type_mismatch"
    status = 422
    message = "The file is not what its name says: extension, declared type and content must agree."


class AttachmentTooLarge(Refusal):
    rule = "attachment_too_large"
    status = 413
    message = "The file is larger than WhatsApp takes of its kind."


class AttachmentEmpty(Refusal):
    rule = "attachment_empty"
    status = 422
    message = "The file is empty."


class DangerousAttachment(Refusal):
    rule = "attachment_dangerous"
    status = 422
    message = "The file is known to be harmful and cannot be sent."


class CaptionNotAllowed(Refusal):
    rule = "caption_not_allowed"
    status = 422
    message = "WhatsApp shows no caption beside audio."


class AttachmentFetching(Refusal):
    rule = "attachment_fetching"
    message = "The file is still being fetched from WhatsApp. Try again shortly."


class AttachmentLost(Refusal):
    rule = "attachment_lost"
    status = 410
    message = "The file could not be fetched from WhatsApp, and cannot be any more."


class AttachmentQuarantined(Refusal):
    rule = "attachment_quarantined"
    status = 403
    message = "The file is known to be harmful and is not handed out."
