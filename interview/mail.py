"""Mails to people: over SMTP, or into a folder where there is no server."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from interview.config import Settings
from interview.errors import ConfigError, MailError

__all__ = ["Mail", "Mailer", "OutboxMailer", "SmtpMailer", "build_mailer"]

TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Mail:
    """Plain text. `to` is an address."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Raises `MailError`."""
        ...

    async def forget(self, addresses: Collection[str]) -> int:
        """Deletes what we keep of mails to them; how many. What was sent is with their provider.
        Raises `MailError`."""
        ...


class SmtpMailer:
    """`smtp://` goes over to TLS where the server can, and must before a password is told;
    `smtps://` begins with it."""

    def __init__(self, url: str, sender: str) -> None:
        """Raises `ConfigError`, which never quotes the URL."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ConfigError("SMTP_URL: not an address") from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ConfigError("SMTP_URL: begins with smtp:// or smtps://, then names a host")
        self._sender = _checked_sender(sender)
        self._host = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._port = port or (465 if self._tls else 587)
        self._name = unquote(parts.username or "") or None
        self._password = unquote(parts.password or "") or None

    async def send(self, mail: Mail) -> None:
        must_start_tls = True if self._name is not None and not self._tls else None
        try:
            await aiosmtplib.send(
                _message(mail, self._sender),
                hostname=self._host,
                port=self._port,
                username=self._name,
                password=self._password,
                use_tls=self._tls,
                start_tls=False if self._tls else must_start_tls,
                timeout=TIMEOUT_S,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # Its text may hold the address.
            raise MailError(f"mail was not sent ({type(error).__name__})") from None

    async def forget(self, addresses: Collection[str]) -> int:
        return 0


class OutboxMailer:
    """Each mail is a file of its own, for this user alone; newest last by name."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = _checked_sender(sender)

    async def send(self, mail: Mail) -> None:
        data = _message(mail, self._sender).as_bytes(policy=SMTP)
        try:
            await asyncio.to_thread(self._write, data)
        except OSError as error:
            raise MailError(f"the outbox cannot be written ({type(error).__name__})") from None

    async def forget(self, addresses: Collection[str]) -> int:
        try:
            return await asyncio.to_thread(self._delete, {one.lower() for one in addresses})
        except OSError as error:
            raise MailError(f"the outbox cannot be read ({type(error).__name__})") from None

    def _delete(self, addresses: set[str]) -> int:
        deleted = 0
        # Drafts too: who wrote one may have died.
        for path in [*self._folder.glob("*.eml"), *self._folder.glob(".*-*")] if addresses else []:
            try:
                headers = BytesHeaderParser(policy=SMTP).parsebytes(path.read_bytes())
            except FileNotFoundError:
                continue
            if parseaddr(str(headers["To"] or ""))[1].lower() in addresses:
                path.unlink(missing_ok=True)
                deleted += 1
        return deleted

    def _write(self, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
        draft = self._folder / f".{name}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        draft.rename(self._folder / f"{name}.eml")


def build_mailer(settings: Settings) -> Mailer:
    """Raises `ConfigError`."""
    if settings.smtp_url is not None and settings.smtp_url.get_secret_value():
        return SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from)
    return OutboxMailer(settings.mail_outbox, settings.mail_from)


def _message(mail: Mail, sender: Address) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=sender.domain or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _checked_sender(sender: str) -> Address:
    name, address = parseaddr(sender if sender.isprintable() else "")
    try:
        parsed = Address(display_name=name, addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        parsed = Address()
    if not parsed.username or not parsed.domain:
        raise ConfigError("MAIL_FROM: an address, or a name and <address>")
    return parsed
