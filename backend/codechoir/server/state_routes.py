"""What the server tells about itself: `/health`, `/ready`, `/metrics`, and the readings in progress."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from codechoir import __version__
from codechoir.server.http_errors import public_text
from codechoir.server.metrics import CONTENT_TYPE
from codechoir.server.request_context import service_of
from codechoir.server.service import SpeechService

router = APIRouter(tags=["State"])


def _state(service: SpeechService) -> str:
    if service.is_closing:
        return "closing"
    return "unhealthy" if service.problem else "healthy"


@router.get("/health")
async def health(request: Request) -> dict[str, Any]:
    """Whether the server works. Without the token, where one is needed, it says no more than that."""
    service = service_of(request)
    answer: dict[str, Any] = {"status": _state(service)}
    if not request.state.is_trusted:
        return answer
    figures = service.library.latents.figures()
    answer |= {
        "model_loaded": service.is_ready,
        "engine": service.choice.engine,
        "version": __version__,
        "in_progress": service.in_progress,
        "queue": service.queue_length,
        "speaker_cache": {
            "cached_embeddings": figures.entries,
            "total_extraction_time": round(figures.total.seconds, 3),
        },
    }
    if service.problem:
        answer["problem"] = public_text(service.problem)
    return answer


@router.get("/ready", responses={503: {"description": "The engine is loading, or the server is closing."}})
async def ready(request: Request) -> JSONResponse:
    """200 if a reading would start at once, else 503."""
    service = service_of(request)
    is_ready = service.is_ready
    return JSONResponse({"ready": is_ready}, 200 if is_ready else 503)


@router.get("/metrics", response_class=Response)
async def show_metrics(request: Request) -> Response:
    """Figures for Prometheus."""
    return Response(service_of(request).metrics.text(), headers={"content-type": CONTENT_TYPE})
