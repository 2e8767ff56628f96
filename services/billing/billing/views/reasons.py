"""Why a message costs what it costs, and what other lines of a statement are, in the organisation's language."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH: Mapping[str, str] = {
    "conversation_opened": "It opened a conversation of its category: charged once for 24 hours.",
    "conversation_open": "A conversation of its category was open already: free.",
    "reply_window": "Sent within 24 hours of the customer's reply to your conversation: free.",
    "free_entry_point": "The customer came from an ad and was answered within 24 hours: free for 72 hours.",
    "delivered_template": "A delivered template of this category is charged.",
    "service_window": "A utility template within 24 hours of the customer's last message: free.",
    "within_allowance": "Within this month's free allowance.",
    "beyond_allowance": "Beyond this month's free allowance.",
    "free_reply": "A reply within 24 hours of the customer's last message: free.",
    "told_free": "WhatsApp delivered it free of charge.",
    "unpriced": "No price was known for it: nothing was charged.",
    "insufficient_credits": "There were not enough credits: it was not sent.",
    "frozen": "Your edition does not include WhatsApp: it was not sent.",
    "rejected": "WhatsApp did not take it: nothing was charged.",
    "failed": "It was not delivered: nothing was charged.",
    "withdrawn": "It was withdrawn before it was sent: nothing was charged.",
    "unknown_outcome": "Nobody could say whether it was sent: the hold has ended.",
    "time_to_live": "It was not delivered in time: the hold has ended.",
    "held": "Its credits are held until it is delivered.",
    "sent": "It costs nothing until it is delivered.",
    "credits_reserved": "Its credits were reserved before it left.",
    "charge_posted": "It was charged.",
    "hold_released": "Its hold was released: nothing was charged.",
    "hold_expired": "Its hold has ended: nothing was charged.",
    "late_charge_recorded": "It was delivered after its hold had ended: it is charged, or owed.",
    "free_conversation_counted": "A customer's conversation: counted in this month's free allowance.",
    "free_message_counted": "A reply: counted in this month's free allowance.",
    "credits_purchased": "Credits were bought; the fee is no part of the balance.",
    "purchase_refunded": "A purchase was refunded.",
    "payment_disputed": "A payment is disputed: its credits are taken back until that is decided.",
    "dispute_closed": "A dispute about a payment was decided.",
}
_PORTUGUESE: Mapping[str, str] = {
    "conversation_opened": "Abriu uma conversa da sua categoria: cobrada uma vez por 24 horas.",
    "conversation_open": "Já havia uma conversa da sua categoria aberta: sem custo.",
    "reply_window": "Enviada até 24 horas após a resposta do cliente à sua conversa: sem custo.",
    "free_entry_point": "O cliente veio de um anúncio e foi respondido em até 24 horas: sem custo por 72 horas.",
    "delivered_template": "Um modelo entregue desta categoria é cobrado.",
    "service_window": "Modelo de utilidade até 24 horas após a última mensagem do cliente: sem custo.",
    "within_allowance": "Dentro da franquia gratuita deste mês.",
    "beyond_allowance": "Além da franquia gratuita deste mês.",
    "free_reply": "Resposta até 24 horas após a última mensagem do cliente: sem custo.",
    "told_free": "O WhatsApp a entregou sem custo.",
    "unpriced": "Não havia preço conhecido: nada foi cobrado.",
    "insufficient_credits": "Não havia créditos suficientes: não foi enviada.",
    "frozen": "A sua edição não inclui o WhatsApp: não foi enviada.",
    "rejected": "O WhatsApp não a aceitou: nada foi cobrado.",
    "failed": "Não foi entregue: nada foi cobrado.",
    "withdrawn": "Foi retirada antes do envio: nada foi cobrado.",
    "unknown_outcome": "Não se soube se foi enviada: a reserva terminou.",
    "time_to_live": "Não foi entregue a tempo: a reserva terminou.",
    "held": "Os créditos estão reservados até a entrega.",
    "sent": "Nada custa até ser entregue.",
    "credits_reserved": "Os créditos foram reservados antes do envio.",
    "charge_posted": "Foi cobrada.",
    "hold_released": "A reserva foi liberada: nada foi cobrado.",
    "hold_expired": "A reserva terminou: nada foi cobrado.",
    "late_charge_recorded": "Foi entregue após o fim da reserva: é cobrada, ou fica devida.",
    "free_conversation_counted": "Conversa de um cliente: contada na franquia gratuita deste mês.",
    "free_message_counted": "Resposta: contada na franquia gratuita deste mês.",
    "credits_purchased": "Créditos comprados; a tarifa não faz parte do saldo.",
    "purchase_refunded": "Uma compra foi reembolsada.",
    "payment_disputed": "Um pagamento foi contestado: os créditos ficam retidos até a decisão.",
    "dispute_closed": "A contestação de um pagamento foi decidida.",
}
TEXTS = {"en": _ENGLISH, "pt": _PORTUGUESE}


def text_of(reason: str, locale: str) -> str:
    """In the locale's language, else in English."""
    texts = TEXTS.get(locale.split("-", maxsplit=1)[0].lower(), _ENGLISH)
    return texts.get(reason, reason)
