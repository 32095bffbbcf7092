"""`/`: a small page to try voices. It takes source code, and answers with the page that `read -o` writes."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable
from functools import partial
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, Response

from codechoir import __version__
from codechoir.languages import language_names
from codechoir.model import AudioChunk
from codechoir.server.http_errors import RequestError
from codechoir.server.reading_routes import CodeReading, ReadBody, checked_code
from codechoir.server.request_context import BUSY_ANSWERS, client_of, service_of
from codechoir.server.responses import SpeechResponse
from codechoir.server.service import SpeechPlan, SpeechService
from codechoir.server.speech_session import SpeechSession, SpokenPiece
from codechoir.settings import LEVELS
from codechoir.sinks import Content, FileSink, PageText, output_file
from codechoir.voices import profile_names

router = APIRouter(tags=["Page"])

EXAMPLE = """\
def total(prices: list[float], rate: float = 0.2) -> float:
    # net prices, plus tax
    return sum(prices) * (1 + rate)
"""


def _asset(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def _policy(style: str) -> str:
    """Nothing but the page's own style; its form goes to this server, and no other page may frame it."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _options(names: Iterable[str], chosen: str = "") -> str:
    return "".join(
        f"<option{' selected' if name == chosen else ''}>{escape(name)}</option>" for name in names
    )


PAGE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page.", "content": {"text/html": {}}}
}


@router.get("/", response_class=Response, responses=PAGE_ANSWERS)
async def show_form(request: Request) -> HTMLResponse:
    """The form."""
    service = service_of(request)
    profiles = await asyncio.get_running_loop().run_in_executor(None, profile_names)
    style = _asset("form.css")
    page = Template(_asset("form.html")).substitute(
        style=style,
        version=escape(__version__),
        engine=escape(service.choice.engine),
        example=escape(EXAMPLE),
        languages=_options(language_names()),
        profiles=_options(profiles, service.settings.profile),
        levels=_options(LEVELS, service.settings.level),
    )
    return HTMLResponse(page, headers={"content-security-policy": _policy(style)})


@router.post("/", response_class=Response, responses={**PAGE_ANSWERS, **BUSY_ANSWERS})
async def make_page(
    request: Request,
    text: Annotated[str, Form()],
    language: Annotated[str, Form()] = "",
    voices: Annotated[str, Form()] = "",
    level: Annotated[str, Form()] = "",
) -> Response:
    """Reads source code: a page with the code, the audio, and the word that sounds highlighted."""
    service = service_of(request)
    try:
        body = ReadBody(text=text.replace("\r\n", "\n"), language=language, voices=voices, level=level)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RequestError(f"{where}: {first['msg']}", code="invalid-request", param=where) from error
    engine = service.engine_name("")
    reading = CodeReading(service, engine, body, checked_code(service, body.text))
    plan = SpeechPlan(client_of(request), engine, reading.source, "/")
    return PageResponse(service, plan, reading)


class PageResponse(SpeechResponse):
    """A reading as a whole HTML page."""

    media_type = "text/html; charset=utf-8"

    def __init__(self, service: SpeechService, plan: SpeechPlan, reading: CodeReading) -> None:
        super().__init__(service, plan)
        self._reading = reading

    async def body_of(self, session: SpeechSession) -> AsyncIterator[bytes]:
        in_thread = partial(asyncio.get_running_loop().run_in_executor, None)
        with TemporaryDirectory(prefix="codechoir-") as folder:
            path = Path(folder) / "reading.html"
            sink = await in_thread(output_file, path, Content("reading", list, self._text))
            sink.open(lambda played: None)
            try:
                async for pieces in session.pieces():
                    await in_thread(_write, sink, pieces)
                if session.state == "cancelled":
                    raise RequestError("the reading was cancelled", 409, "cancelled")
                sink.write(AudioChunk(b"", session.sample_rate, session.produced, last=True))
                await in_thread(sink.finish)
            except BaseException:
                sink.abort()
                raise
            with path.open("rb") as file:
                while block := file.read(65536):
                    yield block

    def _text(self) -> PageText:
        snapshot, (start, end) = self._reading.snapshot, self._reading.range
        spans = tuple(snapshot.spans(start, end))
        return PageText("reading", snapshot.language.title, snapshot.text, start, end, 1, spans)


def _write(sink: FileSink, pieces: list[SpokenPiece]) -> None:
    for piece in pieces:
        sink.write(piece.chunk)
