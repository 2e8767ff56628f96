"""A strict simulator of Meta's WhatsApp Business Platform: its own process, its own log of accepted sends."""
