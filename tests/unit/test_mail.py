"""Mail over a real SMTP server, and into a folder."""

from __future__ import annotations

import email
import email.policy
import socket
import stat
from collections.abc import Generator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from interview.config import Settings
from interview.errors import ConfigError, MailError
from interview.mail import Mail, OutboxMailer, SmtpMailer, build_mailer

SENDER = "Intervue <no-reply@intervue.example>"
MAIL = Mail("grace@navy.example", "Set a\nnew password", "Open https://x/#token=abc\n\nBjörn\n")


class Inbox:
    """An aiosmtpd handler."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuse = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            return self.refuse
        self.recipients += envelope.rcpt_tos
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append(parsed)
        return "250 kept"


def started(inbox: Inbox, **options: Any) -> Controller:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    return controller


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Generator[Controller]:
    controller = started(inbox)
    yield controller
    controller.stop()


def check(message: EmailMessage) -> None:
    assert message["To"] == "grace@navy.example"
    assert message["From"] == SENDER
    assert message["Subject"] == "Set a new password"
    assert message["Date"]
    assert message["Message-ID"]
    assert message.get_content().replace("\r\n", "\n") == MAIL.text


async def test_a_mail_arrives_as_it_was_written(server: Controller, inbox: Inbox) -> None:
    await SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER).send(MAIL)
    assert inbox.recipients == ["grace@navy.example"]
    check(inbox.messages[0])


async def test_a_refusal_tells_no_address(server: Controller, inbox: Inbox) -> None:
    inbox.refuse = "554 not for grace@navy.example"
    with pytest.raises(MailError) as caught:
        await SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER).send(MAIL)
    assert caught.value.retryable
    assert "grace" not in str(caught.value)


async def test_a_password_is_told_over_tls_alone(inbox: Inbox) -> None:
    told: list[bytes] = []

    def authenticate(server: Any, session: Any, envelope: Any, kind: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        told.append(data.password)
        return AuthResult(success=True)

    controller = started(inbox, authenticator=authenticate, auth_require_tls=False)
    try:
        with pytest.raises(MailError):
            await SmtpMailer(f"smtp://name:hunter2@127.0.0.1:{controller.port}", SENDER).send(MAIL)
    finally:
        controller.stop()
    assert told == []
    assert inbox.messages == []


async def test_a_server_that_is_away() -> None:
    with pytest.raises(MailError):
        await SmtpMailer("smtp://127.0.0.1:1", SENDER).send(MAIL)


@pytest.mark.parametrize(
    "url", ["http://mail:hunter2@x", "smtp://", "smtp://x:port", "smtp://name:hunter2@[x", "mail"]
)
def test_an_address_of_no_server_is_not_quoted(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SmtpMailer(url, SENDER)
    assert "SMTP_URL" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("sender", ["", "Intervue", "Intervue <>", "a@b\nBcc: x@y", "<a@>"])
def test_a_sender_that_is_none(sender: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="MAIL_FROM"):
        OutboxMailer(tmp_path, sender)


async def test_without_a_server_mails_are_files_for_this_user(tmp_path: Path) -> None:
    settings = Settings(mail_from=SENDER, mail_outbox=tmp_path / "deep" / "outbox")
    mailer = build_mailer(settings)
    await mailer.send(MAIL)
    await mailer.send(Mail("ada@engine.example", "Second", "two"))
    first, second = sorted((tmp_path / "deep" / "outbox").iterdir())
    assert first.suffix == second.suffix == ".eml"
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    check(email.message_from_bytes(first.read_bytes(), policy=email.policy.default))
    assert b"ada@engine.example" in second.read_bytes()


async def test_what_is_kept_of_mails_to_somebody_can_be_forgotten(tmp_path: Path) -> None:
    mailer = build_mailer(Settings(mail_from=SENDER, mail_outbox=tmp_path / "outbox"))
    assert await mailer.forget({"ada@engine.example"}) == 0, "there is no outbox yet"
    for to in ("ada@engine.example", "Ada@Engine.Example", "ada@engine.example.org"):
        await mailer.send(Mail(to, "About ada@engine.example", "ada@engine.example"))
    draft = tmp_path / "outbox" / ".20260101T000000000000-0badcafe"
    draft.write_bytes(b"To: ada@engine.example\r\n\r\nhalf")
    assert await mailer.forget(set()) == 0
    assert await mailer.forget({"ada@engine.example"}) == 3
    assert await mailer.forget({"ada@engine.example"}) == 0
    (left,) = (tmp_path / "outbox").iterdir()
    assert b"To: ada@engine.example.org" in left.read_bytes()


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    with pytest.raises(MailError):
        await OutboxMailer(tmp_path / "outbox", SENDER).send(MAIL)


def test_what_a_mail_says_is_not_shown() -> None:
    assert "token" not in repr(MAIL)
    assert "grace" not in repr(MAIL)
