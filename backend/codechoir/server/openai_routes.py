"""OpenAI's routes: `/v1/audio/speech`, `/v1/audio/voices`, `/v1/models`. Unchanged clients use them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from codechoir.model import Category
from codechoir.server.http_errors import RequestError
from codechoir.server.request_context import SPEECH_ANSWERS, client_of, service_of
from codechoir.server.responses import AudioResponse, SseResponse
from codechoir.server.service import OPENAI_MODELS, SpeechPlan, SpeechService
from codechoir.server.speech_session import PhraseSource
from codechoir.server.speech_texts import OPENAI_VOICES, TextSpeaker, checked_profile, clean_text
from codechoir.server.stream_encoders import STREAM_FORMATS
from codechoir.voices import profile_names

router = APIRouter(tags=["OpenAI"])


class VoiceReference(BaseModel):
    """A voice by its id, as OpenAI names its custom voices."""

    id: Annotated[str, Field(max_length=300)]


class SpeechBody(BaseModel):
    """What `client.audio.speech.create` sends."""

    model_config = ConfigDict(
        strict=True, json_schema_extra={"example": {"model": "tts-1", "input": "hi", "voice": "alloy"}}
    )

    model: Annotated[str, Field(max_length=300, description="An engine, or a model of OpenAI.")] = ""
    input: Annotated[str, Field(description="The text to speak.")]
    voice: Annotated[
        str | VoiceReference,
        Field(description="A category, a profile, `PROFILE.CATEGORY`, a voice of the engine or the library."),
    ] = Category.NARRATION.value
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
    speed: Annotated[float, Field(ge=0.25, le=4.0, allow_inf_nan=False)] = 1.0
    stream_format: Literal["audio", "sse"] = "audio"
    instructions: Annotated[str | None, Field(description="Accepted and not used.")] = None
    language: Annotated[str, Field(max_length=40, description="Natural language of the text (BCP 47).")] = ""


def checked_text(service: SpeechService, text: str, param: str) -> str:
    """The text. Raises `RequestError` for one that is empty, or too long."""
    if not text.strip():
        raise RequestError("the text is empty", code="empty-text", param=param)
    if len(text) > service.server.max_text:
        raise RequestError(
            f"the text has {len(text)} characters; the limit is {service.server.max_text}",
            code="text-too-long",
            param=param,
        )
    return clean_text(text)


def text_source(
    service: SpeechService,
    engine: str,
    text: str,
    voice: str,
    speed: float = 1.0,
    language: str = "",
    param: str = "voice",
) -> PhraseSource:
    """The phrases of a text in a voice. May load the engine, so it is called in a thread."""
    return PhraseSource(text_speaker(service, engine, voice, speed, language, param).phrases(text))


def text_speaker(
    service: SpeechService,
    engine: str,
    voice: str,
    speed: float = 1.0,
    language: str = "",
    param: str = "voice",
) -> TextSpeaker:
    """What makes phrases of texts in a voice. Raises `RequestError` for an unknown voice or language."""
    names = service.names(engine)
    chosen = names.find(voice, param)
    tag = names.check_language(language) if language else service.settings.natural_language
    changes: dict[str, Any] = {"engine": engine}
    if chosen.profile:
        changes["profile"] = checked_profile(chosen.profile, param)
    return TextSpeaker(service.pipelines.get(**changes), chosen, speed, tag)


@router.post("/v1/audio/speech", response_class=Response, responses=SPEECH_ANSWERS)
async def create_speech(body: SpeechBody, request: Request) -> Response:
    """Speaks a text. The audio is sent while it is made; `stream_format` `sse` sends it as events."""
    service = service_of(request)
    text = checked_text(service, body.input, "input")
    engine = service.engine_name(body.model, "model")
    voice = body.voice if isinstance(body.voice, str) else body.voice.id
    source = partial(text_source, service, engine, text, voice, body.speed, body.language)
    plan = SpeechPlan(client_of(request), engine, source, "/v1/audio/speech", text_length=len(text))
    format = STREAM_FORMATS[body.response_format]
    if body.stream_format == "sse":
        return SseResponse(service, plan, format, len(text))
    return AudioResponse(service, plan, format)


@router.get("/v1/audio/voices")
async def list_voices(request: Request, engine: str = "") -> dict[str, Any]:
    """The names that `voice` may have: categories, profiles, voices of the engine, OpenAI's names."""
    service = service_of(request)
    name = service.engine_name(engine)
    names = await asyncio.get_running_loop().run_in_executor(None, service.names, name)
    profiles = await asyncio.get_running_loop().run_in_executor(None, profile_names)
    listed = [{"id": each.value, "name": each.value, "kind": "category"} for each in Category]
    listed += [{"id": each, "name": each, "kind": "profile"} for each in profiles]
    listed += [
        {
            "id": each.name,
            "name": each.name,
            "kind": "voice",
            "language": each.language,
            "description": each.description,
        }
        for each in names.voices
    ]
    listed += [
        {"id": each, "name": each, "kind": "openai", "category": of.value}
        for each, of in OPENAI_VOICES.items()
    ]
    return {"object": "list", "engine": name, "voices": [each["id"] for each in listed], "data": listed}


@router.get("/v1/models")
async def list_models(request: Request) -> dict[str, Any]:
    """The engines that the server offers, and the names of OpenAI's models, which stand for the first."""
    service = service_of(request)
    names = [*service.served, *OPENAI_MODELS]
    data = [{"id": name, "object": "model", "created": 0, "owned_by": "codechoir"} for name in names]
    return {"object": "list", "data": data}


@router.get("/v1/models/{model}")
async def show_model(model: str, request: Request) -> dict[str, Any]:
    """One of them."""
    service_of(request).engine_name(model, "model")
    return {"id": model, "object": "model", "created": 0, "owned_by": "codechoir"}
