"""`/v1/read`: source code in, audio with marks out, each kind of token in its voice."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from codechoir.errors import InputError
from codechoir.languages import detect_language
from codechoir.server.http_errors import RequestError
from codechoir.server.request_context import AUDIO_CONTENT, BUSY_ANSWERS, client_of, service_of
from codechoir.server.responses import JSON_RESPONSES, AudioResponse
from codechoir.server.service import SpeechPlan, SpeechService
from codechoir.server.speech_session import PhraseSource
from codechoir.server.speech_texts import checked_profile, clean_text, line_numbers, natural, voice_overrides
from codechoir.server.stream_encoders import STREAM_FORMATS
from codechoir.settings import LEVELS, MAX_RATE, MIN_RATE
from codechoir.syntax import Document, Snapshot

router = APIRouter(tags=["Reading"])

ReadFormat = Literal["ndjson", "multipart", "wav", "mp3", "opus", "aac", "flac", "pcm"]


class ResumePoint(BaseModel):
    """Where an earlier reading of the same text broke off: `phrase` was not heard to its end."""

    model_config = ConfigDict(extra="forbid", strict=True)

    session: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    phrase: Annotated[int, Field(ge=0, le=10_000_000)]


class ReadBody(BaseModel):
    """What to read, and how."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"example": {"text": "x = 1\n", "language": "python"}}
    )

    text: Annotated[str, Field(description="The source code.")]
    language: Annotated[str, Field(max_length=100, description="Its language; empty to detect it.")] = ""
    lines: Annotated[str, Field(max_length=40, description="`10-20`, `10`, `10-` or `-20`.")] = ""
    level: Annotated[str, Field(max_length=40, description=f"One of {', '.join(LEVELS)}.")] = ""
    engine: Annotated[str, Field(max_length=300)] = ""
    voices: Annotated[
        str | dict[str, str | dict[str, str | float]],
        Field(description="A profile, or voices by category: a name, or an object of properties."),
    ] = ""
    rate: Annotated[float | None, Field(ge=MIN_RATE, le=MAX_RATE, allow_inf_nan=False)] = None
    natural_language: Annotated[str, Field(max_length=40)] = ""
    format: ReadFormat = "ndjson"
    resume: ResumePoint | None = None


@router.post(
    "/v1/read",
    response_class=Response,
    responses={
        200: {
            "description": "Records, or audio alone, sent while it is made.",
            "content": {
                "application/x-ndjson": {"schema": {"type": "string"}},
                "multipart/mixed": {"schema": {"type": "string"}},
                **AUDIO_CONTENT,
            },
        },
        **BUSY_ANSWERS,
    },
)
async def read(body: ReadBody, request: Request) -> Response:
    """Reads source code. A record has a piece of audio and the words that begin in it."""
    service = service_of(request)
    text = checked_code(service, body.text)
    engine = service.engine_name(body.engine)
    first = body.resume.phrase if body.resume is not None else 0
    plan = SpeechPlan(
        client_of(request),
        engine,
        CodeReading(service, engine, body, text).source,
        "/v1/read",
        body.resume.session if body.resume is not None else "",
        first,
        len(text),
    )
    if body.format in JSON_RESPONSES:
        return JSON_RESPONSES[body.format](service, plan)
    return AudioResponse(service, plan, STREAM_FORMATS[body.format])


def checked_code(service: SpeechService, text: str) -> bytes:
    """Source code as UTF-8. Raises `RequestError` for one that is empty, or too long."""
    if not text.strip():
        raise RequestError("the text is empty", code="empty-text", param="text")
    code = clean_text(text).encode()
    limit = service.server.max_source
    if len(code) > limit:
        problem = f"the text has {len(code)} bytes; the limit is {limit}"
        raise RequestError(problem, 413, "text-too-long", "text")
    return code


class CodeReading:
    """Source code that a client wants to hear. `snapshot`, `range`: known once `source` has been called."""

    snapshot: Snapshot
    range: tuple[int, int]

    def __init__(self, service: SpeechService, engine: str, body: ReadBody, text: bytes) -> None:
        self._service = service
        self._engine = engine
        self._body = body
        self._text = text

    def source(self) -> PhraseSource:
        """The phrases. The code is parsed here, so this is called in a thread. Raises `RequestError`."""
        body = self._body
        pipeline = self._service.pipelines.get(**_changes(self._service, self._engine, body))
        try:
            language = detect_language(None, self._text, body.language or None)
        except InputError as error:
            raise RequestError(str(error), code="unknown-language", param="language") from error
        self.snapshot = Document(self._text, language).snapshot()
        self.range = start, end = _range(self.snapshot, body.lines)
        if not self.snapshot.text[start:end].strip():
            raise RequestError("there is nothing to read in these lines", code="empty-text", param="lines")
        skip = body.resume.phrase if body.resume is not None else 0
        return PhraseSource(pipeline.phrases(self.snapshot, start, end), skip)


def _changes(service: SpeechService, engine: str, body: ReadBody) -> dict[str, Any]:
    """How the settings of the request differ from those of the server."""
    changes: dict[str, Any] = {"engine": engine}
    if body.level:
        if body.level not in LEVELS:
            raise RequestError(f"level must be one of {', '.join(LEVELS)}, got '{body.level}'", param="level")
        changes["level"] = body.level
    if body.rate is not None:
        changes["rate"] = body.rate
    if body.natural_language:
        changes["natural_language"] = natural(body.natural_language)
    if isinstance(body.voices, str) and body.voices:
        changes["profile"] = checked_profile(body.voices)
    elif isinstance(body.voices, dict):
        changes["voices"] = voice_overrides(body.voices, service.names(engine))
    return changes


def _range(snapshot: Snapshot, lines: str) -> tuple[int, int]:
    """The bytes of a range of lines. Raises `RequestError` for lines that the text does not have."""
    if not lines:
        return 0, len(snapshot.text)
    first, last = line_numbers(lines)
    count = snapshot.line_count
    last = count if last is None else last
    if first > count or last > count:
        raise RequestError(f"lines {lines} are out of range: the text has {count} lines", param="lines")
    return snapshot.line_range(first - 1)[0], snapshot.line_range(last - 1)[1]
