"""Random bodies for every route that takes JSON: an answer as documented, never a failure of the server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.speech_server import RunningServer, wait_for

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["comment", "narration", "python", "en", "mp3", "sse", "../x", "/etc/passwd", "1-2", "all"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ROUTES = ("/v1/audio/speech", "/v1/read", "/tts", "/tts_fast", "/tts_stream")


def bodies(schemas: dict[str, Any], schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies with the fields of a schema, of the right types and of any others."""
    properties = schemas[schema["$ref"].rpartition("/")[2]]["properties"]

    def field(about: dict[str, Any]) -> st.SearchStrategy[Any]:
        choices = [VALUES]
        if "enum" in about:
            choices.append(st.sampled_from(about["enum"]))
        if about.get("type") == "string":
            choices.append(st.text(min_size=1, max_size=30))
        return st.one_of(choices)

    text = "input" if "input" in properties else "text"
    fields = {name: field(about) for name, about in properties.items() if name != text}
    chosen = st.lists(st.sampled_from(sorted(fields)), max_size=2, unique=True)
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries(
            {text: field({"type": "string"}), **{name: fields[name] for name in names}}
        )
    )


@pytest.mark.parametrize("route", ROUTES)
def test_a_random_body_is_answered_as_documented(server: RunningServer, route: str) -> None:
    document = server.get("/openapi.json").json()
    operation = document["paths"][route]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    statuses = set()

    with server.client() as client:

        @settings(max_examples=60, suppress_health_check=list(HealthCheck), database=None)
        @given(bodies(document["components"]["schemas"], schema))
        def check(body: dict[str, Any]) -> None:
            answer = client.post(route, json=body)
            statuses.add(answer.status_code)
            documented = operation["responses"][str(answer.status_code)]["content"]
            assert answer.headers["content-type"].partition(";")[0] in documented
            assert answer.status_code < 500
            if answer.status_code != 200:
                error = answer.json()["error"]
                assert set(error) == {"code", "message", "type", "param"}
                assert "\n" not in error["message"] and "/home" not in error["message"]

        check()
    assert 200 in statuses
    wait_for(lambda: server.service.in_progress == 0)
