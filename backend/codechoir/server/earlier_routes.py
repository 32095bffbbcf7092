"""The routes of the servers that this one replaces: `/tts`, voices by name, sessions, the cache.

Clients that were written for them work unchanged. Documentation: docs/reference/speech-server.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from codechoir.model import Category
from codechoir.server.http_errors import RequestError
from codechoir.server.openai_routes import checked_text, text_source
from codechoir.server.request_context import BUSY_ANSWERS, SPEECH_ANSWERS, client_of, service_of
from codechoir.server.responses import AudioResponse, WavFileResponse
from codechoir.server.service import SpeechPlan, SpeechService
from codechoir.server.speech_session import SpeechSession
from codechoir.server.stream_encoders import STREAM_FORMATS
from codechoir.storage import CacheCounts
from codechoir.voices.library import Provenance, read_recording

router = APIRouter(tags=["Earlier servers"])

HEADER_SECONDS = 0.2
"""How long `/tts_stream` waits for audio, or for a failure, before it sends the header of the file."""

Result = TypeVar("Result")


async def _in_thread(function: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(None, function)


# ---- speaking ----------------------------------------------------------------------------------------------


class SpeakBody(BaseModel):
    """A text, and a voice by category or by name."""

    model_config = ConfigDict(
        strict=True, json_schema_extra={"example": {"text": "Hello world", "category": "variable"}}
    )

    text: str
    language: Annotated[str, Field(max_length=40)] = "en"
    category: Annotated[str, Field(max_length=300)] = ""
    speaker_id: Annotated[str, Field(max_length=300)] = ""
    sample_rate: Annotated[int | None, Field(ge=8000, le=48000)] = None

    @property
    def voice(self) -> tuple[str, str]:
        """The name of the voice, and the field that it comes from."""
        if self.speaker_id:
            return self.speaker_id, "speaker_id"
        if self.category in ("", "default"):
            return Category.NARRATION.value, "category"
        return self.category, "category"


def _plan(body: SpeakBody, request: Request, route: str) -> SpeechPlan:
    service = service_of(request)
    text = checked_text(service, body.text, "text")
    engine = service.engine_name("")
    voice, param = body.voice
    source = partial(text_source, service, engine, text, voice, 1.0, body.language, param)
    return SpeechPlan(client_of(request), engine, source, route, text_length=len(text))


@router.post("/tts", response_class=Response, responses=SPEECH_ANSWERS)
async def speak_whole(body: SpeakBody, request: Request) -> Response:
    """Speaks a text and answers with a whole WAV file."""
    return WavFileResponse(service_of(request), _plan(body, request, "/tts"), body.sample_rate)


@router.post("/tts_fast", response_class=Response, responses=SPEECH_ANSWERS)
async def speak_fast(body: SpeakBody, request: Request) -> Response:
    """The same as `/tts`: every voice comes from the cache."""
    return WavFileResponse(service_of(request), _plan(body, request, "/tts_fast"), body.sample_rate)


@router.post("/tts_stream", response_class=Response, responses=SPEECH_ANSWERS)
async def speak_streaming(body: SpeakBody, request: Request) -> Response:
    """Speaks a text: a WAV header, then the audio as it is made. `X-Session-Id` names the reading."""
    plan = _plan(body, request, "/tts_stream")
    wav = STREAM_FORMATS["wav"]
    return AudioResponse(service_of(request), plan, wav, body.sample_rate, HEADER_SECONDS)


# ---- sessions ----------------------------------------------------------------------------------------------


@router.get("/stream_status/{session}")
async def show_stream(session: str, request: Request) -> dict[str, Any]:
    """How far a reading is, or how it has ended."""
    return _session_json(service_of(request).session(session))


@router.delete("/stream_cancel/{session}")
async def cancel_stream(session: str, request: Request) -> dict[str, Any]:
    """Ends a reading; its stream is broken off."""
    found = service_of(request).session(session)
    found.cancel()
    return _session_json(found)


def _session_json(session: SpeechSession) -> dict[str, Any]:
    return {
        "session_id": session.id,
        "status": session.state,
        "engine": session.engine,
        "sample_rate": session.sample_rate,
        "seconds": round(session.produced / session.sample_rate, 3),
        "seconds_sent": round(session.taken / session.sample_rate, 3),
        "phrases": session.phrases_done,
        "age": round(time.perf_counter() - session.times.began, 3),
    }


# ---- voices ------------------------------------------------------------------------------------------------


@router.get("/available_speakers")
async def list_speakers(request: Request) -> dict[str, Any]:
    """The voices of the engine."""
    service = service_of(request)
    names = await _in_thread(partial(service.names, service.choice.engine))
    return {
        "speakers": [voice.name for voice in names.voices],
        "details": [
            {"name": voice.name, "language": voice.language, "description": voice.description}
            for voice in names.voices
        ],
    }


@router.get("/languages")
async def list_languages(request: Request) -> dict[str, Any]:
    """The natural languages that the engine speaks."""
    service = service_of(request)
    return {"languages": (await _in_thread(partial(service.names, service.choice.engine))).languages}


@router.get("/saved_voices")
async def list_saved_voices(request: Request) -> dict[str, Any]:
    """The voices of the library."""
    voices = await _in_thread(service_of(request).library.voices)
    return {"voices": [_voice_json(voice) for voice in voices]}


@router.delete("/saved_voices/{voice_id}")
async def delete_saved_voice(voice_id: str, request: Request) -> dict[str, Any]:
    """Deletes a voice of the library."""
    library = service_of(request).library

    def remove() -> None:
        if voice_id not in library.names():
            raise RequestError(f"there is no voice '{voice_id[:100]}'", 404, "unknown-voice", "voice_id")
        library.remove(voice_id)

    await _in_thread(remove)
    return {"voice_id": voice_id, "status": "deleted"}


def _voice_json(voice: Provenance) -> dict[str, Any]:
    return {
        "voice_id": voice.name,
        "name": voice.name,
        "engine": voice.engine,
        "created": voice.created,
        "recipe": dict(voice.recipe),
    }


class CloneOptions(BaseModel):
    """What `/clone_speaker` does with the voice."""

    model_config = ConfigDict(strict=True)

    response_format: Literal["save", "latents"] = "latents"
    save_id: Annotated[str, Field(max_length=300)] = ""
    name: Annotated[str, Field(max_length=300)] = ""
    description: Annotated[str, Field(max_length=2000)] = ""


@router.post("/clone_speaker", responses=BUSY_ANSWERS)
async def clone_speaker(
    request: Request,
    wav_file: Annotated[UploadFile, File(description="6 to 30 seconds of clear speech")],
    options: Annotated[str, Form(description="`CloneOptions` as JSON")] = "{}",
) -> dict[str, Any]:
    """Makes a voice from a recording: saves it under `save_id`, or answers with its latents."""
    try:
        chosen = CloneOptions.model_validate_json(options)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(["options", *(str(part) for part in first["loc"])])
        raise RequestError(f"{where}: {first['msg']}", code="invalid-request", param=where) from error
    if chosen.response_format == "save" and not chosen.save_id:
        raise RequestError("save needs save_id", code="invalid-request", param="options.save_id")
    answer = await _clone(request, wav_file, chosen)
    return {**answer, "description": chosen.description}


@router.post("/save_voice/{voice_id}", responses=BUSY_ANSWERS)
async def save_voice(
    voice_id: str,
    request: Request,
    wav_file: Annotated[UploadFile, File(description="The recording that was cloned")],
) -> dict[str, Any]:
    """Saves the voice of a recording. If it was cloned before, its latents come from the cache."""
    return await _clone(request, wav_file, CloneOptions(response_format="save", save_id=voice_id))


async def _clone(request: Request, upload: UploadFile, options: CloneOptions) -> dict[str, Any]:
    service, client = service_of(request), client_of(request)
    await service.cloning.take(client)
    try:
        return await _in_thread(partial(_cloned, service, upload, options))
    finally:
        service.cloning.give_back(client)


def _cloned(service: SpeechService, upload: UploadFile, options: CloneOptions) -> dict[str, Any]:
    engine = service.cloning_engine()
    library, name = service.library, options.save_id or "recording"
    if options.response_format == "save" and name in library.names():
        raise RequestError(
            f"the voice '{name[:100]}' exists; choose another save_id", 409, "name-taken", "save_id"
        )
    with TemporaryDirectory(prefix="codechoir-") as folder:
        recording = Path(folder) / "recording"  # a name of ours: the client's may be a path
        with recording.open("wb") as file:
            while block := upload.file.read(1 << 20):
                file.write(block)
        read_recording(recording, engine.capabilities.sample_rate)
        conditioner = engine.conditioner({})
        if options.response_format == "save":
            voice = library.add(name, [recording], conditioner)
            return {
                "voice_id": voice.provenance.name,
                "name": options.name or voice.provenance.name,
                "status": "saved" if library.is_saved(voice.provenance.name) else "kept in memory",
            }
        voice = library.latents.condition([recording], conditioner, name)
        return {
            "name": options.name or name,
            "key": voice.provenance.key,
            **{tensor: values.tolist() for tensor, values in voice.tensors.items()},
        }


# ---- the cache ---------------------------------------------------------------------------------------------


@router.get("/cache/stats")
async def show_cache(request: Request) -> dict[str, Any]:
    """What is cached: conditioning latents of voices, and phrases that were spoken."""
    return await _in_thread(partial(_cache_json, service_of(request)))


def _cache_json(service: SpeechService) -> dict[str, Any]:
    latents, phrases = service.library.latents.figures(), service.phrase_cache.figures()
    answer: dict[str, Any] = {
        "cached_embeddings": latents.entries,
        "metadata_entries": latents.entries,
        "total_extraction_time": round(latents.total.seconds, 3),
        "voice_stats": {
            name: {
                "count": counts.misses,
                "total_extraction_time": round(counts.seconds, 3),
                "hits": counts.hits,
            }
            for name, counts in sorted(latents.by_name.items())
        },
        "latents": {"entries": latents.entries, "bytes": latents.bytes, **_counts_json(latents.total)},
        "phrases": {"entries": phrases.entries, "bytes": phrases.bytes, **_counts_json(phrases.total)},
    }
    if service.server.is_loopback:
        answer["cache_dir"] = str(latents.folder)
    return answer


def _counts_json(counts: CacheCounts) -> dict[str, Any]:
    return {"hits": counts.hits, "misses": counts.misses, "seconds_saved": round(counts.seconds_saved, 3)}


@router.post("/cache/preload")
async def preload_cache(request: Request) -> dict[str, Any]:
    """Loads the voices of the library into memory: those of the setting, else all."""
    began = time.perf_counter()
    voices = await _in_thread(service_of(request).library.preload)
    return {
        "status": "preloaded",
        "voices": [voice.provenance.name for voice in voices],
        "preloaded": len(voices),
        "seconds": round(time.perf_counter() - began, 3),
    }


@router.post("/cache/clear")
async def clear_cache(request: Request) -> dict[str, Any]:
    """Clears latents and phrases, in memory and on disk; the voices of the library stay."""
    service = service_of(request)

    def clear() -> dict[str, Any]:
        latents = service.library.latents.clear()
        for engine in service.engines():
            engine.latents(clear_memory=True)
        phrases = service.phrase_cache.clear()
        return {
            "status": "cleared",
            "latents": {"removed": latents[0], "bytes": latents[1]},
            "phrases": {"removed": phrases[0], "bytes": phrases[1]},
        }

    return await _in_thread(clear)
