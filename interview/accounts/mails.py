"""What mails say."""

from __future__ import annotations

from interview.mail import Mail

__all__ = [
    "LINK_PAGE",
    "PROOF_PAGE",
    "address_proof",
    "invitation",
    "invitation_link",
    "password_reset",
    "welcome",
]

LINK_PAGE = "/reset-password/"
"""Of the web client. The secret comes after `#`: browsers send that to no server."""

PROOF_PAGE = "/confirm-address/"
"""Likewise."""


def address_proof(to: str, public_url: str, secret: str) -> Mail:
    return Mail(
        to,
        "Is this your address?",
        "Somebody, probably you, registered at Intervue with this address.\n\n"
        f"Within two days, signed in there, open\n\n{_link(public_url, secret, PROOF_PAGE)}\n\n"
        "If it was not you, do not open it: the account can do nothing that lasts.\n",
    )


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


def invitation(to: str, link: str, organization: str, language: str) -> Mail:
    """In the language of the interview, by a tag such as `de-CH`; English where it is not among
    ours."""
    if language.lower().split("-")[0] == "de":
        return Mail(
            to,
            "Ihr Interview",
            f"{organization} lädt Sie zu einem Interview ein, das eine KI mit Ihnen führt,\n"
            f"mündlich oder schriftlich, wann es Ihnen passt.\n\nÖffnen Sie\n\n{link}\n\n"
            "Der Link ist nur für Sie und gilt einmal. Bitte geben Sie ihn nicht weiter.\n",
        )
    return Mail(
        to,
        "Your interview",
        f"{organization} invites you to an interview that an AI holds with you, by voice or in\n"
        f"writing, whenever it suits you.\n\nOpen\n\n{link}\n\n"
        "The link is for you alone and works once. Please do not pass it on.\n",
    )


def invitation_link(public_url: str, secret: str) -> str:
    return f"{public_url.rstrip('/')}/join/#{secret}"


def _link(public_url: str, secret: str, page: str = LINK_PAGE) -> str:
    return f"{public_url.rstrip('/')}{page}#token={secret}"
