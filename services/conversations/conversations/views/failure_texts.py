"""What people are told when a message did not reach its customer, in the languages the product speaks."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    en: str
    pt: str


OTHER, ARRIVED = "other", "arrived_with_error"

TEXTS: dict[str, Text] = {
    "window_closed": Text(
        "More than 24 hours have passed since the customer's last message. Send an approved template.",
        "Passaram mais de 24 horas desde a última mensagem do cliente. Envie um modelo aprovado.",
    ),
    "marketing_limit": Text(
        "WhatsApp did not deliver it: this customer has received too much marketing lately. Wait at least a day.",
        "O WhatsApp não entregou: este cliente recebeu marketing demais nos últimos dias. Espere ao menos um dia.",
    ),
    "marketing_stopped": Text(
        "This customer has asked not to receive marketing messages from you.",
        "Este cliente pediu para não receber mensagens de marketing da sua empresa.",
    ),
    "in_experiment": Text(
        "WhatsApp did not deliver it because the customer takes part in one of its experiments.",
        "O WhatsApp não entregou porque o cliente participa de um dos experimentos dele.",
    ),
    "undeliverable": Text(
        "It could not be delivered: the number may not be on WhatsApp, or the app is too old.",
        "Não foi possível entregar: o número talvez não esteja no WhatsApp, ou o aplicativo é antigo demais.",
    ),
    "values_refused": Text(
        "WhatsApp refused the values that were put into the template.",
        "O WhatsApp recusou os valores colocados no modelo.",
    ),
    "template_missing": Text(
        "WhatsApp has no such approved template in this language.",
        "O WhatsApp não tem esse modelo aprovado neste idioma.",
    ),
    "template_too_long": Text(
        "With its values the template is longer than WhatsApp allows.",
        "Com os valores, o modelo passa do tamanho que o WhatsApp permite.",
    ),
    "template_against_policy": Text(
        "WhatsApp refused the template: it goes against its policies.",
        "O WhatsApp recusou o modelo: ele contraria as políticas do WhatsApp.",
    ),
    "template_paused": Text(
        "WhatsApp has paused this template because customers rated it badly. It may be sent again later.",
        "O WhatsApp pausou este modelo por causa de avaliações ruins. Ele poderá ser enviado mais tarde.",
    ),
    "template_disabled": Text(
        "WhatsApp has disabled this template. Create a new one.",
        "O WhatsApp desativou este modelo. Crie um novo.",
    ),
    "flow_blocked": Text(
        "WhatsApp has blocked or slowed down the form in this template.",
        "O WhatsApp bloqueou ou limitou o formulário deste modelo.",
    ),
    "meta_payment": Text(
        "WhatsApp reports a problem with the payment method of your business account.",
        "O WhatsApp informa um problema com a forma de pagamento da sua conta comercial.",
    ),
    "too_many_messages": Text(
        "Too many messages were sent in too short a time. Try again later.",
        "Muitas mensagens foram enviadas em pouco tempo. Tente de novo mais tarde.",
    ),
    "sent_to_itself": Text(
        "The number is the business's own.",
        "O número é o da própria empresa.",
    ),
    "not_a_test_recipient": Text(
        "This business number is a test number, and the customer is not on its list.",
        "Este número comercial é de teste, e o cliente não está na lista dele.",
    ),
    "account_restricted": Text(
        "WhatsApp has restricted or locked your business account.",
        "O WhatsApp restringiu ou bloqueou a sua conta comercial.",
    ),
    "country_not_allowed": Text(
        "WhatsApp does not let your business write to customers of this country.",
        "O WhatsApp não permite que sua empresa escreva a clientes deste país.",
    ),
    "blocked_by_business": Text(
        "Your business has blocked this customer.",
        "Sua empresa bloqueou este cliente.",
    ),
    "name_not_approved": Text(
        "WhatsApp has not approved the name that this business number shows.",
        "O WhatsApp não aprovou o nome de exibição deste número comercial.",
    ),
    "number_not_registered": Text(
        "The business number is not registered at WhatsApp. An administrator can connect it anew.",
        "O número comercial não está registrado no WhatsApp. Um administrador pode conectá-lo de novo.",
    ),
    "authorisation_lost": Text(
        "WhatsApp no longer accepts this channel's authorisation. An administrator can connect it anew.",
        "O WhatsApp não aceita mais a autorização deste canal. Um administrador pode conectá-lo de novo.",
    ),
    "media_refused": Text(
        "WhatsApp could not take the attachment.",
        "O WhatsApp não conseguiu receber o anexo.",
    ),
    "number_needed": Text(
        "This kind of template can only be sent to a phone number, and the customer's is not known.",
        "Este tipo de modelo só pode ser enviado a um número de telefone, e o do cliente não é conhecido.",
    ),
    "marketing_not_on_this_channel": Text(
        "WhatsApp does not take marketing messages from this channel.",
        "O WhatsApp não aceita mensagens de marketing deste canal.",
    ),
    "meta_unavailable": Text(
        "WhatsApp had a problem of its own. Try again later.",
        "O WhatsApp teve um problema interno. Tente de novo mais tarde.",
    ),
    "expired": Text(
        "It could not leave in time and was not sent.",
        "Não pôde sair a tempo e não foi enviada.",
    ),
    "channel_disconnected": Text(
        "The channel was disconnected before it could leave.",
        "O canal foi desconectado antes que ela pudesse sair.",
    ),
    "unsupported": Text(
        "This kind of message cannot be sent.",
        "Este tipo de mensagem não pode ser enviado.",
    ),
    "insufficient_credits": Text(
        "There are not enough credits. An administrator can buy more.",
        "Não há créditos suficientes. Um administrador pode comprar mais.",
    ),
    "edition_frozen": Text(
        "The organisation's edition has no WhatsApp.",
        "A edição da organização não inclui o WhatsApp.",
    ),
    "unpriced": Text(
        "No price is known for a message to this customer.",
        "Não há preço conhecido para uma mensagem a este cliente.",
    ),
    "template_not_approved": Text(
        "Before it could leave, the template was no longer approved.",
        "Antes que ela pudesse sair, o modelo deixou de estar aprovado.",
    ),
    "template_changed": Text(
        "Before it could leave, the template or its category had changed. Send it again.",
        "Antes que ela pudesse sair, o modelo ou a categoria dele mudou. Envie de novo.",
    ),
    "not_permitted": Text(
        "Before it could leave, whoever asked for it was no longer allowed to send it.",
        "Antes que ela pudesse sair, quem a pediu deixou de ter permissão para enviá-la.",
    ),
    ARRIVED: Text(
        "It was delivered, but WhatsApp also reports an error: one of the customer's devices may lack it.",
        "Foi entregue, mas o WhatsApp também informa um erro: pode faltar em um dos aparelhos do cliente.",
    ),
    OTHER: Text(
        "It was not delivered.",
        "Não foi entregue.",
    ),
}
