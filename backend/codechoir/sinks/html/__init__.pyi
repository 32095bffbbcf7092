from .page import PageFile as PageFile
from .page import PageText as PageText
