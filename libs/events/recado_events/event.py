"""What every event is: frozen facts, one place for personal data, and a declared place in the world."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from recado_events.ids import OrganisationId


class Fact(BaseModel):
    """A part of an event: immutable, and deaf to members it does not know (they belong to later versions)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, use_attribute_docstrings=True)


class Personal(Fact):
    """Names, numbers, texts, captions, file names and wamids of one person, and nothing else.

    This member will be encrypted with the key of the event's subject; it is null once that key is destroyed.
    """


class Event(Fact):
    """A thing that happened, told by the service that owns it.

    Class variables: TYPE is the CloudEvents type and the stored name, for ever; STREAM, SUBJECT and KEY are
    templates over the event's own fields. SUBJECT is what is isolated when handling fails, and names whose
    key guards `personal`; KEY is the Kafka key, the unit of order. TIME is the field that tells when it happened.
    """

    TYPE: ClassVar[str]
    STREAM: ClassVar[str]
    SUBJECT: ClassVar[str]
    KEY: ClassVar[str]
    TIME: ClassVar[str]

    organisation_id: OrganisationId

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        times = [name for name in cls.model_fields if name.endswith("_at")]
        if times and "TIME" not in cls.__dict__:
            cls.TIME = times[0]

    @cached_property
    def stream(self) -> str:
        """The stream it is appended to, e.g. `customer-0190…`."""
        return self.STREAM.format_map(self.__dict__)

    @property
    def subject(self) -> str:
        return self.SUBJECT.format_map(self.__dict__)

    @property
    def key(self) -> str:
        return self.KEY.format_map(self.__dict__)

    @property
    def happened_at(self) -> datetime:
        """Aware UTC."""
        moment: datetime = getattr(self, self.TIME)
        return moment


class Unknown(Event):
    """An event of a type this program does not know: kept in order, folded over, never refused."""

    TYPE: ClassVar[str] = "unknown"
    STREAM: ClassVar[str] = ""
    SUBJECT: ClassVar[str] = ""
    KEY: ClassVar[str] = ""

    known_as: str
    told_at: datetime
