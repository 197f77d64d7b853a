"""Reads what happened in an interview, erases it for good, scores interviews once more, and names
what is wrong."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable

from temporalio.service import RPCError

from cli import commands, reevaluation
from cli.connection import Connection, connected
from cli.doctor.run import doctor
from interview.errors import ConfigError, InterviewError
from interview.persistence.rows import canonical_uuid
from launcher.errors import StartError

_ANCHOR = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
_HASH = re.compile(r"[0-9a-f]{64}")
_UNKNOWN = 2
"""Exit code: it cannot be told."""


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    if args.command == "erase" and not args.yes and not _confirmed(args.interview):
        return _UNKNOWN
    try:
        if args.command == "doctor":
            return asyncio.run(doctor(as_json_=args.json))
        return asyncio.run(_run(_work(args)))
    except (ConfigError, StartError) as error:
        print(error, file=sys.stderr)
    except InterviewError as error:
        print(f"{error.message} ({error.code})", file=sys.stderr)
    except RPCError as error:
        status = error.status.name.lower()
        print(f"Temporal does not answer: {status} (temporal.unavailable)", file=sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read it has seen enough
    return _UNKNOWN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="intervue", description=__doc__)
    of = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="for programs")
    interview = argparse.ArgumentParser(add_help=False)
    interview.add_argument(
        "interview", type=_interview, metavar="INTERVIEW", help="its id, or its workflow's"
    )

    of.add_parser(
        "audit",
        parents=[common, interview],
        help="what happened, from Temporal's history: turns, retries, recoveries, providers, times",
    )
    of.add_parser(
        "replay",
        parents=[common, interview],
        help="whether today's code makes the decisions of the history (exit code 1: it does not)",
    )
    verify = of.add_parser(
        "audit-verify",
        parents=[common],
        help="whether the audit trail was tampered with (exit code 1: it was)",
    )
    verify.add_argument("--organization", type=_id, metavar="ID", help="this one alone")
    verify.add_argument(
        "--anchor", type=_anchor, metavar="N:HASH", help="what event N was, noted elsewhere"
    )
    of.add_parser(
        "doctor",
        parents=[common],
        help="what is wrong here, and what to do about it (exit code 1: something is)",
    )
    erase = of.add_parser(
        "erase",
        parents=[common, interview],
        help="ends the interview and erases all of it; prints the receipt",
    )
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.add_argument("--wait", type=float, default=120.0, metavar="S", help="so long at most")
    again = of.add_parser(
        "reevaluate",
        parents=[common],
        help="scores a role's interviews once more and prints the drift (exit code 1: some lack"
        " scores)",
    )
    again.add_argument("role", metavar="ROLE", help="as interviews name theirs")
    again.add_argument("--organization", type=_id, metavar="ID", help="where several have such")
    again.add_argument("--model", metavar="PROVIDER/MODEL", help="that alone is asked")
    again.add_argument("--rubric", type=_hash, metavar="HASH", help="another version of the rubric")
    again.add_argument("--wait", type=float, default=3600.0, metavar="S", help="so long at most")
    return parser


def _work(args: argparse.Namespace) -> Callable[[Connection], Awaitable[int]]:
    match args.command:
        case "audit":
            return lambda here: commands.audit(here, args.interview, as_json=args.json)
        case "replay":
            return lambda here: commands.replay(here, args.interview, as_json=args.json)
        case "audit-verify":
            return lambda here: commands.verify(
                here, organization_id=args.organization, anchor=args.anchor, as_json=args.json
            )
        case "reevaluate":
            return lambda here: reevaluation.reevaluate(
                *(here, args.role),
                organization_id=args.organization,
                rubric_hash=args.rubric,
                model=args.model,
                wait_s=args.wait,
                as_json=args.json,
            )
        case _:
            return lambda here: commands.erase(
                here, args.interview, wait_s=args.wait, as_json=args.json
            )


async def _run(work: Callable[[Connection], Awaitable[int]]) -> int:
    async with connected() as here:
        return await work(here)


def _confirmed(interview_id: str) -> bool:
    if not sys.stdin.isatty():
        print("Nobody is there to be asked: confirm with --yes", file=sys.stderr)
        return False
    return input(f"Erase interview {interview_id} for good? [y/N] ").strip().lower() == "y"


def _id(value: str) -> str:
    if canonical_uuid(value) is None:
        raise argparse.ArgumentTypeError("not an id (a UUID in lower case)")
    return value


def _interview(value: str) -> str:
    return _id(value.removeprefix("interview-"))


def _hash(value: str) -> str:
    if _HASH.fullmatch(value) is None:
        raise argparse.ArgumentTypeError("not a hash (64 hexadecimal digits)")
    return value


def _anchor(value: str) -> tuple[int, str]:
    if (match := _ANCHOR.fullmatch(value)) is None:
        raise argparse.ArgumentTypeError("an anchor is written N:HASH, as this command prints it")
    return int(match[1]), match[2]


if __name__ == "__main__":
    code = main()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    # Threads of Temporal's SDK outlive a connection that failed, and the interpreter's own way out
    # sometimes aborts while one of them asks for its lock.
    os._exit(code)
