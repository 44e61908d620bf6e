"""Ports to listen on: a free one, or the one that was asked for if nobody else has it."""

import contextlib
import errno
import secrets
import socket

from bot.domain.errors import ConfigurationError

_BELOW_EPHEMERAL = range(20_000, 32_000)


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on just now. It is not held: whoever takes it must cope with losing the race.

    Taken from below the range that systems use for outgoing connections, so that none of those takes it while
    a child restarts.
    """
    while True:
        port = _BELOW_EPHEMERAL.start + secrets.randbelow(len(_BELOW_EPHEMERAL))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((host, port))
            return port


def check_port(host: str, port: int, setting: str) -> None:
    """Raise ConfigurationError when `port` can't be listened on, naming it and its setting."""
    host_setting = setting.replace("PORT", "HOST")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the desk's own last run may linger
        try:
            probe.bind((host, port))
        except OSError as problem:
            reason = {
                errno.EADDRINUSE: f"端口 {port} 已被占用：请停止占用它的程序，或用 {setting} 换一个端口",
                errno.EACCES: f"没有权限使用端口 {port}：请用 {setting} 换一个 1024 以上的端口",
            }.get(
                problem.errno or 0,
                f"不能在 {host} 上监听（{problem.strerror}）：请检查 {host_setting} 和 {setting}",
            )
            raise ConfigurationError(reason) from None
        except socket.gaierror:
            raise ConfigurationError(f"{host_setting}={host} 不是本机的地址") from None


def choose_port(host: str, port: int, setting: str) -> int:
    """`port` if it can be used (ConfigurationError if not); any free one when it is 0."""
    if not port:
        return free_port(host)
    check_port(host, port, setting)
    return port
