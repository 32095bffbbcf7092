"""The settings of the speech server, each declared once, and where their values come from.

1. An option of `codechoir serve`.
2. A variable `CODECHOIR_…`.
3. A variable of an earlier system, such as `PORT`: `translated` gives it the name and the unit of ours.
4. A key in the TOML file that `--config` names.
5. The default.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from codechoir.errors import InputError, did_you_mean, shown
from codechoir.settings import (
    MEGABYTE,
    AnyText,
    Environment,
    FilePath,
    Megabytes,
    Name,
    Names,
    Number,
    Setting,
    Settings,
    SimpleType,
    Switch,
    declared,
    read_environment,
    setting,
)

MIN_TOKEN = 16
"""Characters."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the server listens, who may use it, and how much of it."""

    host: str = setting(
        Name(),
        "127.0.0.1",
        en="Address to listen on. Any other than a loopback address needs a token.",
        option="--host",
        metavar="ADDRESS",
        variable="CODECHOIR_HOST",
    )
    port: int = setting(
        Number(0, 65535, is_whole=True),
        8000,
        en="Port to listen on. 0 takes a free one.",
        option="--port",
        metavar="PORT",
        variable="CODECHOIR_PORT",
    )
    token: str = setting(
        AnyText(),
        "",
        en=f"Token that clients send as `Authorization: Bearer`, at least {MIN_TOKEN} characters.",
        variable="CODECHOIR_TOKEN",
        default_text="unset",
    )
    token_file: Path | None = setting(
        FilePath(),
        None,
        en="File whose first line is the token.",
        option="--token-file",
        metavar="FILE",
        variable="CODECHOIR_TOKEN_FILE",
        default_text="unset",
    )
    engines: tuple[str, ...] = setting(
        Names(),
        (),
        en="Engines that a client may name besides that of the server, separated by commas.",
        option="--engines",
        metavar="NAMES",
        variable="CODECHOIR_ENGINES",
        default_text="none",
    )
    hosts: tuple[str, ...] = setting(
        Names(),
        (),
        en="Names by which clients reach the server, separated by commas. On a loopback address, requests "
        "with another `Host` than these, `localhost` and the address are refused.",
        option="--hosts",
        metavar="NAMES",
        variable="CODECHOIR_HOSTS",
        default_text="none",
    )
    origins: tuple[str, ...] = setting(
        Names(),
        (),
        en="Origins of web pages that may use the server, such as `https://example.org`, by commas.",
        option="--origins",
        metavar="ORIGINS",
        variable="CODECHOIR_ORIGINS",
        default_text="none",
    )
    proxies: tuple[str, ...] = setting(
        Names(),
        (),
        en="Addresses of reverse proxies whose `X-Forwarded-For` names the client, separated by commas.",
        option="--proxies",
        metavar="ADDRESSES",
        variable="CODECHOIR_PROXIES",
        default_text="none",
    )
    max_requests: int = setting(
        Number(1, 1000, is_whole=True),
        64,
        en="Readings in progress. They take turns at the engine, phrase by phrase.",
        option="--max-requests",
        metavar="N",
        variable="CODECHOIR_MAX_REQUESTS",
    )
    queue: int = setting(
        Number(0, 10000, is_whole=True),
        64,
        en="Readings that wait for a place. A further one gets the status 429.",
        option="--queue",
        metavar="N",
        variable="CODECHOIR_QUEUE",
    )
    per_client: int = setting(
        Number(1, 10000, is_whole=True),
        64,
        en="Readings of one client address in progress and waiting. A further one gets the status 429.",
        option="--per-client",
        metavar="N",
        variable="CODECHOIR_PER_CLIENT",
    )
    turns: int = setting(
        Number(1, 256, is_whole=True),
        8,
        en="Readings that an engine speaks at the same moment, if it can speak several.",
        option="--turns",
        metavar="N",
        variable="CODECHOIR_TURNS",
    )
    instances: int = setting(
        Number(1, 64, is_whole=True),
        2,
        en="Instances of an engine that speaks one reading at a time.",
        option="--instances",
        metavar="N",
        variable="CODECHOIR_INSTANCES",
    )
    max_text: int = setting(
        Number(1, 1_000_000, is_whole=True),
        20_000,
        en="Characters of a text that is spoken.",
        option="--max-text",
        metavar="N",
        variable="CODECHOIR_MAX_TEXT",
    )
    max_source: int = setting(
        Megabytes(0.001, 64),
        4 * MEGABYTE,
        en="Megabytes of source code that is read.",
        option="--max-source",
        metavar="MB",
        variable="CODECHOIR_MAX_SOURCE",
    )
    max_upload: int = setting(
        Megabytes(0.001, 512),
        32 * MEGABYTE,
        en="Megabytes of a recording that is uploaded.",
        option="--max-upload",
        metavar="MB",
        variable="CODECHOIR_MAX_UPLOAD",
    )
    max_sockets: int = setting(
        Number(1, 10000, is_whole=True),
        64,
        en="Sockets (WebSocket) at the same time.",
        option="--max-sockets",
        metavar="N",
        variable="CODECHOIR_MAX_SOCKETS",
    )
    receive_seconds: float = setting(
        Number(1, 3600),
        20.0,
        en="Seconds within which the head of a request, and then its body, must arrive.",
        option="--receive-seconds",
        metavar="S",
        variable="CODECHOIR_RECEIVE_SECONDS",
    )
    stall_seconds: float = setting(
        Number(1, 3600),
        60.0,
        en="Seconds after which a reading ends whose client takes no audio, or sends no text.",
        option="--stall-seconds",
        metavar="S",
        variable="CODECHOIR_STALL_SECONDS",
    )
    max_seconds: float = setting(
        Number(1, 86400),
        7200.0,
        en="Seconds that one request may take.",
        option="--max-seconds",
        metavar="S",
        variable="CODECHOIR_MAX_SECONDS",
    )
    shutdown_seconds: float = setting(
        Number(0, 3600),
        30.0,
        en="Seconds that readings in progress have to end when the server is stopped.",
        option="--shutdown-seconds",
        metavar="S",
        variable="CODECHOIR_SHUTDOWN_SECONDS",
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine can connect."""
        if self.host.casefold() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def required_token(self) -> str:
        """The token that clients must send; empty if they need none.

        Raises `InputError` for an address that needs a token, and for a token that cannot be read, or is too
        short.
        """
        token = self.token or _first_line(self.token_file)
        if token and (len(token) < MIN_TOKEN or not token.isascii() or not token.isprintable()):
            raise InputError(
                f"the token must have at least {MIN_TOKEN} printable ASCII characters; "
                "make one with 'openssl rand -hex 32'"
            )
        if not token and not self.is_loopback:
            raise InputError(
                f"{self.host} can be reached from other machines, so a token is needed: set CODECHOIR_TOKEN, "
                "or name a file with --token-file"
            )
        return token


CONFIG = Setting(
    FilePath(),
    None,
    en="TOML file with settings of the server, by the names in this table.",
    option="--config",
    metavar="FILE",
    variable="CODECHOIR_SERVER_CONFIG",
    default_text="unset",
    name="config",
)

IN_FILE: Mapping[str, Setting] = {
    **{name: each for name, each in declared(ServerSettings).items() if name != "token"},
    **{name: each for name, each in declared(Settings).items() if name in ("engine", "profile", "rate")},
}
"""The settings that the TOML file may have, by name."""


def _first_line(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        with file.open("rb") as opened:
            line = opened.readline(4096).decode("ascii").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not ASCII text"
        raise InputError(f"the token file {file} cannot be read: {reason}") from error
    if not line:
        raise InputError(f"the token file {file} is empty; write the token into its first line")
    return line


def read_config(file: Path | None) -> dict[str, Any]:
    """The values in a TOML file, by the name of the setting; empty without a file.

    Raises `InputError` with the file and the line of an unknown key, or of a value that is not allowed.
    """
    if file is None:
        return {}
    from codechoir.storage import read_toml

    source = read_toml(file)
    found: dict[str, Any] = {}
    for key, value in source.values.items():
        declaration = IN_FILE.get(key)
        if declaration is None:
            raise source.error((key,), f"unknown setting '{key}'.{did_you_mean(key, IN_FILE)}")
        try:
            found[key] = _of_toml(declaration, value)
        except InputError as error:
            raise source.error((key,), str(error)) from error
    return found


def _of_toml(declaration: Setting, value: object) -> Any:
    assert isinstance(declaration.type, SimpleType)
    if isinstance(declaration.type, Names) and isinstance(value, list):
        value = ",".join(map(str, value))
    if isinstance(declaration.type, Switch):
        return declaration.check(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"{declaration.name} cannot be {shown(value)}")
    if isinstance(declaration.type, Number) and isinstance(value, str):
        raise InputError(f"{declaration.name} must be {declaration.type.rule}, got {shown(value)}")
    return declaration.type.parse(declaration.name, str(value))


def read_server_settings(given: Mapping[str, Any]) -> ServerSettings:
    """The settings. `given`: those of the command line, then those of the file, by name.

    A variable comes before the file, and after the command line: `of_file` has left those out that have one.
    """
    names = {each.name for each in fields(ServerSettings)}
    return read_environment(ServerSettings, **{name: value for name, value in given.items() if name in names})


def of_file(values: Mapping[str, Any], environment: Environment | None = None) -> dict[str, Any]:
    """The values of the file for which no variable is set."""
    variables = os.environ if environment is None else environment
    return {
        name: value
        for name, value in values.items()
        if not (IN_FILE[name].variable and variables.get(IN_FILE[name].variable, "").strip())
    }


# ---- variables of earlier systems -------------------------------------------------------------------------

VOICE_BYTES = 135_168
"""Of the conditioning latents of one voice of XTTS in memory."""


def _same(text: str) -> str:
    return text


def _is_on(text: str) -> bool:
    return text.casefold() in ("1", "true", "yes", "on")


def _voices_as_megabytes(text: str) -> str:
    return f"{int(text) * VOICE_BYTES / MEGABYTE:.3f}" if text.isdecimal() else text


Translation = tuple[str, Callable[[str], str]]
"""The variable of ours, and what makes its value; an empty value leaves ours unset."""

TRANSLATIONS: Mapping[str, Translation] = {
    "PORT": ("CODECHOIR_PORT", _same),
    "DEBUG": ("CODECHOIR_DEBUG", lambda text: "1" if _is_on(text) else ""),
    "MAX_CONCURRENT_REQUESTS": ("CODECHOIR_MAX_REQUESTS", _same),
    "SPEAKER_CACHE_TTL": ("CODECHOIR_VOICE_LIFETIME", _same),
    "SPEAKER_CACHE_MAX_SIZE": ("CODECHOIR_VOICE_MEMORY", _voices_as_megabytes),
    "PRELOAD_VOICES": ("CODECHOIR_PRELOAD_VOICES", _same),
    "VOICES_DIR": ("CODECHOIR_VOICES", _same),
    "USE_CPU": ("CODECHOIR_XTTS_DEVICE", lambda text: "cpu" if _is_on(text) else ""),
    "CUSTOM_MODEL_PATH": ("CODECHOIR_XTTS_CHECKPOINT", _same),
    "NUM_THREADS": ("OMP_NUM_THREADS", _same),
}
"""The variables of the servers that this one replaces. `codechoir serve` alone reads them."""


def translated(environment: Environment) -> dict[str, str]:
    """What variables of earlier systems give to variables of ours that are not set."""
    found = {}
    for name, (ours, convert) in TRANSLATIONS.items():
        text = environment.get(name, "").strip()
        if text and not environment.get(ours, "").strip() and (value := convert(text)):
            found[ours] = value
    return found
