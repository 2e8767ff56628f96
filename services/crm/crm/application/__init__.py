"""The front desk of crm: finds what is meant, lets the rules decide, and appends their facts."""

from crm.application.book import Book
from crm.application.conversing import Conversing
from crm.application.importing import Importing
from crm.application.listening import Listening
from crm.application.recording import Recording
from crm.application.registering import Registering
from crm.application.selling import Selling
from crm.application.setting_up import SettingUp

__all__ = ["Book", "Conversing", "Importing", "Listening", "Recording", "Registering", "Selling", "SettingUp"]
