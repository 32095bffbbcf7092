"""The language server.

How a command, such as Stop, gets to the reading:

1. `server_process.serve` takes over standard input and output and runs the message loop.
2. `protocol` checks each message; `language_server` has a handler for each method and registers the commands.
3. `command_handlers.CommandHandlers.run("stop", {})` picks what to do by the command's name, with arguments
   checked by `arguments`.
4. `reading_controller.ReadingController.stop` stops the current reading (`playback.Reader`).

`documents` holds the open texts and follows their edits, `reading_plan` finds ranges in them and
is what a reading says, `speech_runtime` follows the settings with pipeline, engine and audio output, and
`configuration` checks the settings that editors send.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
