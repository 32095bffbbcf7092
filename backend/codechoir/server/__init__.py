"""The speech server: HTTP and WebSocket. Needs the extra `[server]`.

How a request becomes sound:

1. `serving.serve` listens; `guard.Guard` refuses what may not come in.
2. A route (`openai_routes`, `reading_routes`, `socket_route`, `earlier_routes`) checks the body and makes
   phrases with voices, by `speech_texts`.
3. `service.SpeechService.start` finds a place for the reading (`places`) or raises `BusyError`.
4. The reading takes turns at the engine (`speech_session`). A turn ends after a phrase when another reading
   waits, or when the client is behind.
5. `responses` sends the audio as it comes, encoded by `stream_encoders`; a client that leaves ends the
   reading.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
