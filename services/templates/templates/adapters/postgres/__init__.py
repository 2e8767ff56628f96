"""The tables behind the screens of templates."""

from templates.adapters.postgres.projection import TemplateRows
from templates.adapters.postgres.questions import TemplateQuestions

__all__ = ["TemplateQuestions", "TemplateRows"]
