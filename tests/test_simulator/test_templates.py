"""Template sends: existence, state, parameters, and what only templates may do."""

import pytest

from tests.simulator.client import Simulator
from tests.simulator.signing import JsonObject

from .conftest import CUSTOMER, NUMBER, USER_ID, WABA, Graph
from .receiver import Receiver


def template(name: str = "pedido", language: str = "pt_BR", **components: list[JsonObject]) -> JsonObject:
    listed = [{"type": kind, "parameters": parameters} for kind, parameters in components.items()]
    return {"name": name, "language": {"code": language}, "components": listed}


def words(*values: str) -> list[JsonObject]:
    return [{"type": "text", "text": value} for value in values]


def sending(content: JsonObject, **members: object) -> JsonObject:
    return {"type": "template", "text": None, "template": content, **members}


@pytest.fixture
async def shop(sim: Simulator, graph: Graph) -> Graph:
    """Outside the window, with one template of two variables."""
    await sim.create_template(WABA, "pedido", language="pt_BR", body="Olá {{1}}, seu {{2}} está pronto.")
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=90_000)
    return graph


async def test_a_template_goes_outside_the_window(sim: Simulator, shop: Graph) -> None:
    answer = await shop.send(**sending(template(body=words("Ana", "bolo"))))
    assert answer["messages"][0]["message_status"] == "accepted"
    assert (await sim.sends())[0].category == "utility"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (template("nunca_visto"), (404, 132001)),
        (template(language="en_US", body=words("a", "b")), (404, 132001)),
        (template(body=words("Ana")), (400, 132000)),
        (template(), (400, 132000)),
        (template(body=words("a", "b", "c")), (400, 132000)),
        (template(body=words("a", "b"), header=words("x")), (400, 132000)),
        (template(body=words("a", "")), (400, 132012)),
        (template(body=words("a", "linha\nnova")), (400, 132012)),
        (template(body=words("a", "tab\tulação")), (400, 132012)),
        (template(body=words("a", "x" + " " * 5 + "y")), (400, 132012)),
        (template(body=words("a", "x" * 1024)), (400, 132005)),
        ({"name": "pedido"}, (400, 131008)),
        ({"language": {"code": "pt_BR"}}, (400, 131008)),
        ({"name": "pedido", "language": {}}, (400, 131008)),
        ({**template(), "components": "none"}, (400, 100)),
        ({**template(), "components": [{"type": "footer"}]}, (400, 100)),
    ],
)
async def test_a_template_that_does_not_fit_is_refused(
    shop: Graph, content: JsonObject, expected: tuple[int, int]
) -> None:
    assert await shop.send_refused(**sending(content)) == expected


@pytest.mark.parametrize(("status", "expected"), [("PAUSED", 132015), ("DISABLED", 132016), ("PENDING", 132001)])
async def test_only_an_approved_template_is_sent(sim: Simulator, shop: Graph, status: str, expected: int) -> None:
    await sim.create_template(WABA, "estado", language="pt_BR", status=status)
    assert (await shop.send_refused(**sending(template("estado"))))[1] == expected


async def test_named_parameters_carry_their_names(sim: Simulator, shop: Graph) -> None:
    await sim.create_template(WABA, "nomes", language="pt_BR", body="Olá {{nome}}", named=True)
    named = [{"type": "text", "parameter_name": "nome", "text": "Ana"}]
    await shop.send(**sending(template("nomes", body=named)))
    assert await shop.send_refused(**sending(template("nomes", body=words("Ana")))) == (400, 132012)


async def test_a_header_and_a_link_want_their_parameters(sim: Simulator, shop: Graph) -> None:
    await sim.create_template(
        WABA, "foto", language="pt_BR", body="Veja", header="IMAGE", url_buttons=["https://a.example/{{1}}"]
    )
    picture: list[JsonObject] = [{"type": "image", "image": {"link": "https://a.example/x.png"}}]
    button: JsonObject = {"type": "button", "sub_type": "url", "index": "0", "parameters": words("42")}
    full = template("foto", header=picture)
    assert await shop.send_refused(**sending(template("foto"))) == (400, 132000)
    assert await shop.send_refused(**sending(template("foto", header=words("x")))) == (400, 132012)
    assert await shop.send_refused(**sending(full)) == (400, 131008)
    await shop.send(**sending({**full, "components": [*full["components"], button]}))


async def test_an_authentication_template_needs_a_phone_number(sim: Simulator, shop: Graph) -> None:
    await sim.create_template(WABA, "codigo", language="pt_BR", category="AUTHENTICATION", body="{{1}} é o seu código")
    content = sending(template("codigo", body=words("123456")))
    await shop.send(**content)
    assert await shop.send_refused(**content, to=None, recipient=USER_ID) == (400, 131062)


async def test_marketing_fails_for_who_stopped_it_and_utility_does_not(
    sim: Simulator, shop: Graph, receiver: Receiver
) -> None:
    await sim.create_template(WABA, "oferta", language="pt_BR", category="MARKETING", body="Só hoje!")
    await sim.customer_prefers(CUSTOMER, NUMBER, "stop")
    await shop.send(**sending(template("oferta")))
    await sim.settled()
    [preference] = [value["user_preferences"][0] for value in receiver.values if "user_preferences" in value]
    assert (preference["value"], type(preference["timestamp"])) == ("stop", int)
    assert [status["errors"][0]["code"] for status in receiver.statuses] == [131050]
    await sim.customer_prefers(CUSTOMER, NUMBER, "resume")
    await shop.send(**sending(template("oferta")))
    await sim.settled()
    assert {status["status"] for status in receiver.statuses[1:]} == {"sent", "delivered", "read"}
