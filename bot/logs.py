"""Logs: ids and counts, never texts, chat ids, phones or tokens."""

import logging
import sys

import structlog

_QUIET = (
    "aiohttp",
    "alembic",
    "apscheduler",
    "httpx",
    "httpcore",
    "procrastinate",
    "psycopg",
    "telegram",
    "asyncio",
    "sqlalchemy",
)


def set_up_logs(level: str, style: str) -> None:
    """Send our logs and the libraries' warnings to standard error, in one form."""
    # Plain tracebacks: the fancy ones print local variables, and with them people's words.
    renderers: list[structlog.types.Processor] = (
        [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if style == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    handler.addFilter(_is_no_ctrl_c)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _is_no_ctrl_c(record: logging.LogRecord) -> bool:
    # Libraries log what goes through them and let it pass; who pressed Ctrl+C is told once, by us.
    return record.exc_info is None or not isinstance(record.exc_info[1], KeyboardInterrupt)
