"""What mails say."""

from __future__ import annotations

from interview.mail import Mail

__all__ = ["LINK_PAGE", "password_reset", "welcome"]

LINK_PAGE = "/reset-password/"
"""Of the web client. The secret comes after `#`: browsers send that to no server."""


def password_reset(to: str, public_url: str, secret: str) -> Mail:
    return Mail(
        to,
        "Set a new password",
        "Somebody, probably you, asked to set a new password for this address.\n\n"
        f"Within an hour, open\n\n{_link(public_url, secret)}\n\n"
        "If it was not you, there is nothing to do: your password is still the same.\n",
    )


def welcome(to: str, public_url: str, secret: str, organization: str) -> Mail:
    return Mail(
        to,
        "You have been added to Intervue",
        f"{organization} has added you to its interviews.\n\n"
        f"Within a week, choose a password here:\n\n{_link(public_url, secret)}\n",
    )


def _link(public_url: str, secret: str) -> str:
    return f"{public_url.rstrip('/')}{LINK_PAGE}#token={secret}"
