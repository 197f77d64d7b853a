"""How an order to a scorer reads in a program, and what of it only looks like one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["ANYWHERE", "SPOKEN", "Rule"]

_PERSON = r"(?:scorer|grader|evaluator|rater|assessor|reviewer)s?"
_SCORERS = ("scorer", "grader", "evaluator", "rater", "assessor", "reviewer", "ai", "llm")
_SCORER = rf"(?:{_PERSON}|ai|llm|language model)"
_HIGH = r"(?:top|highest|maximum|max|full|perfect|best|excellent)"
_MARK = r"(?:scores?|marks?|grades?|levels?|ratings?|credit)"
_WORK = r"(?:candidate|applicant|answer|solution|code|program|query|queries|submission|work)"
# Where nothing more is said of it: at the end of a line, a literal or a clause.
_END = r"(?=[ \t]*+(?:[^\w\s]|\n|$)|\s\s|\s(?:and|but|or|und|et|y|e|en|i)\b)"
_BEST = (
    rf"(?:(?:5|five|{_HIGH})[ -](?:possible |available )?{_MARK}\b|level (?:five\b|5|[a-e]\b)|"
    rf"(?:5|five|{_HIGH})(?:{_END}|\s+in\s+(?:every|all|each)\b))"
)
_FORGET = r"(?:ignore|disregard|forget|override|bypass)"
_NOT = r"(?:do not|don't|never|stop)"
_EARLIER = r"(?:previous|prior|preceding|earlier|above|original|initial|your|my)"
_ORDERS = rf"(?:instructions|prompts?|guidelines|directives|(?:instruction|directive){_END})"

_FAVOURABLE = ("5", "five", "top", "high", "max", "full", "perfect", "best", "excellent", "level ")


@dataclass(frozen=True, slots=True)
class Rule:
    """What begins with one of `triggers` and is of this pattern, both in small letters; nothing is
    without one of `near` (if there are any) within `NEAR_CHARS`. A group `best` is a level: 5, or
    a capital letter."""

    triggers: tuple[str, ...]
    pattern: re.Pattern[str]
    near: tuple[str, ...] = ()

    NEAR_CHARS: ClassVar[int] = 120


def _rule(triggers: str, *patterns: str, near: tuple[str, ...] = ()) -> Rule:
    either = "|".join(f"(?:{pattern})" for pattern in patterns)
    return Rule(tuple(triggers.split(",")), re.compile(either, re.DOTALL), near)


ANYWHERE = (
    _rule(
        "ignore,disregard,forget,override,bypass",
        rf"\b{_FORGET}\s+(?:(?:all|any|every|the|of|these|those)\s+){{0,3}}{_EARLIER}\s+"
        rf"(?:{_ORDERS}|rubric)\b",
        rf"\b{_FORGET}\s+(?:the|this|your|any)\s+rubric\b",
    ),
    _rule("system prompt", r"\bsystem prompt\b"),
    # Our own prompt's, and our own answer's.
    _rule(
        "<",
        r"</(?:answer|interview|competency|levels|rejected_quotes|system|instructions?)>",
        r"<(?:answer number|level letter|competency name|looks_for|rejected_quotes)\b",
        r"<\|\w{1,30}\|>",
    ),
    _rule("[/inst]", r"\[/inst\]"),
    _rule("evidence", r"\bevidence\W{1,6}:.{0,40}\blevel\W{1,6}:\s*\W?[a-e]\b"),
    _rule(
        "score,level", r"\b(?:score|level)\W{1,3}:\s*\W?[1-5a-e]\W{1,6}(?:reason|evidence)\W{1,3}:"
    ),
)
"""Of which no program is made."""
SPOKEN = (
    _rule(
        "ignore,disregard,forget,override,bypass",
        rf"\b{_FORGET}\b.{{0,40}}\b(?:rubric|(?:scoring|grading) (?:rule|criteri|guideline|scale))",
        rf"\b{_FORGET}\b.{{0,30}}\b{_EARLIER}\s+(?:\w+\s+)?{_ORDERS}\b",
        rf"\b{_FORGET}\b.{{0,30}}\byour\s+(?:\w+\s+)?rules\b",
        rf"\b{_FORGET}\s+(?:about\s+)?(?:all|any|the|these|those)\s+(?:of\s+(?:the|these)\s+)?"
        rf"(?:instructions|guidelines){_END}",
        rf"\b{_FORGET}\s+everything (?:above|before|so far)(?:{_END}|\s+this)",
        rf"\b{_FORGET}\b.{{0,30}}\binstructions\s+(?:above|given|so far|you (?:were|have|got))\b",
    ),
    _rule(
        "do not,don't,never,stop,skip",
        rf"\b{_NOT}\s+(?:appl|follow|us|obey|consult)\w{{0,4}}\s+(?:the|this|your|any)\s+rubric\b",
        rf"\b{_NOT}\s+(?:follow|obey)\w{{0,3}}\s+your\s+(?:\w+\s+)?instructions\b",
        r"\bskip\s+(?:the|this|your|any)\s+rubric\b",
    ),
    _rule(
        "your new,your instructions",
        r"\byour new (?:task|role|job|goal|instructions?|rules?) (?:is|are)\b",
        r"\byour instructions (?:have|has|were|are) (?:changed|been)\b",
    ),
    _rule("top,highest,maximum,max,full,perfect,best", rf"\b{_HIGH} {_MARK},?\s+please\b"),
    _rule(
        "you are",
        r"\byou are (?:now )?an? (?:\w{1,12} ){0,2}(?:evaluator|scorer|grader|ai|assistant)\b",
        r"\byou are (?:now an?|no longer (?:an?|the|in|my)|now (?:the|my) \w{0,12} ?"
        r"(?:evaluator|scorer|grader|assistant|friend)|now in \w{1,12} mode)\b",
    ),
    _rule(
        "act,behave,respond,answer",
        r"\b(?:act|behave|respond|answer) as (?:an?|the) (?:\w{1,12} )?(?:ai|assistant|"
        r"language model|scorer|evaluator|grader)\b",
        r"\b(?:act|behave|respond|answer) as (?:if|though) (?:i|you|the candidate) "
        r"(?:had|have|did|were|are)\b",
    ),
    _rule(
        "new instruction,new system,new rule",
        r"\bnew (?:instruction|system prompt)s?\s*:",
        r"\bnew rules?\s*:.{0,40}\b(?:answers?|candidates?|scor\w{1,4}|marks?|five)\b",
    ),
    _rule(
        "system,developer,hidden",
        r"\b(?:system|developer) (?:message|instruction)s?\s*:",
        r"\b(?:developer|hidden) (?:prompt|instruction)s?\b",
    ),
    _rule(
        "language model,llm,chatgpt,claude,gpt",
        r"\b(?:language model|llm|chatgpt|claude|gpt-?\d\w{0,8})\b.{0,20}\b(?:must|should|please|"
        r"you)\b.{0,20}\b(?:give|rate|score|award|grade|mark|assign|ignore|output)\b",
    ),
    # Not those of a type's parameters, nor of an index.
    _rule(
        "<",
        r"(?<!\w)</?\s*(?:system|instructions?|interview|competency|rubric|assistant)\b[^>]{0,40}>",
    ),
    _rule("[", r"(?<!\w)\[/?\s*(?:inst|system|assistant)\s*\]"),
    _rule("begin ", r"\bbegin (?:system|prompt)\b"),
    _rule(
        "score,level,rating",
        r"\b(?:score|level|rating)\s*[:=]\s*5\s*(?:/|out of)\s*5\b",
        r"\b(?:score|level|rating)\s*[:=]\s*(?P<best>5|[a-e])(?![\w]|\.\d|\s*[-+*/%<>=|]|"
        r"\s*,\s*[b-e0-9]\b|\s+(?:points?|if|when|per|for|to|or|is|in|on|of|means?)\b)",
    ),
    _rule(
        "give,award,assign,grant,output,return,set,mark,rate,score,grade",
        rf"\b(?:give|award|assign|grant|output|return|set|mark|rate|score|grade)\b.{{0,40}}\b(?:me|"
        rf"the candidate|(?:my|this) {_WORK}|{_SCORER})\b.{{0,40}}\b{_BEST}",
        r"\b(?:rate|mark|grade|score) (?:this|me|it) (?:highly\W{1,2})?(?:as |with |at )?(?:an? )?"
        rf"(?:5|five|excellent|perfect){_END}",
        rf"\b(?:give|award|assign|grant|rate|mark|grade|score)\b.{{0,20}}\b(?:this|them|him|her|it)"
        rf"\b.{{0,20}}\b{_HIGH} {_MARK}\b",
        rf"\b(?:give|award|assign|grant)\b.{{0,20}}\b{_HIGH} {_MARK}\b.{{0,12}}\b(?:to|for) "
        rf"(?:me\b|(?:the|this|my) {_WORK}\b)",
        r"\b(?:give|award|grant)\s+(?:\w+\s+)?full (?:marks|credit)\b",
        near=_FAVOURABLE,
    ),
    _rule(
        "please",
        rf"\bplease\s+(?:give|award|assign|grant)\b.{{0,20}}\b{_HIGH}\b.{{0,15}}\b{_MARK}\b",
    ),
    _rule(
        ",".join((*_SCORERS, "language model")),
        rf"\b{_SCORER}\b.{{0,20}}\b(?:must|should|please)\b.{{0,20}}\b(?:give|award|assign|grant|"
        rf"rate)\b.{{0,30}}\b{_HIGH}\b",
        rf"\b{_SCORER}\s*:\s*this (?:is|was) (?:an? )?(?:level [a-e5]\b|{_BEST})",
        rf"\b{_SCORER}\s*:\s*(?:you|please|the candidate|ignore|give|assign|award|rate|mark|score|"
        r"set|output|do not|must|full marks|five|5)\b",
        rf"\b(?:ai|llm) {_PERSON}\b",
    ),
    _rule(
        "assign,give,award,output,return,choose,pick,respond,answer",
        r"\b(?:assign|give|award|output|return|choose|pick|respond with|answer(?: with| is)?) "
        r"level (?P<best>[a-e5]\b|five\b)",
        rf"\b(?:choose|pick) the {_HIGH} {_MARK} for (?:me\b|(?:the|this|my) {_WORK}\b)",
    ),
    _rule("level", r"\blevel is (?P<best>[a-e])(?![\w'])"),
    _rule("level", r"\blevel [a-e] is\b.{0,20}\b(?:correct|right|true|answer)\b"),
    _rule(
        "deserve,merit,warrant",
        rf"\b(?:deserves?|merits?|warrants?)\b.{{0,20}}\b(?:{_HIGH} {_MARK}\b|(?:5|five)\b{_END})",
    ),
    _rule(
        "5 out of,five out of",
        r"\b(?:5|five) out of (?:5|five)\b(?! +(?:test|case|pass|check|example|run|item|row)s?)",
    ),
    _rule(
        "candidate,applicant,answer,solution,code,program,submission",
        r"\b(?:candidate|applicant|answer|solution|code|program|submission) (?:must|should) (?:get|"
        rf"receive|be given)\b.{{0,20}}\b{_HIGH} {_MARK}\b",
    ),
    _rule(
        "this must,this should",
        rf"\bthis (?:must|should) (?:get|receive|be given)\b.{{0,20}}\b{_HIGH} {_MARK}{_END}",
    ),
    _rule(
        "note,message",
        rf"\b(?:note|message) (?:to|for)\b.{{0,12}}\b(?:{_SCORER}|model)\b.{{0,60}}\b(?:give|rate|"
        r"score|grade|mark|assign|award|deserves?|pass (?:me|this))\b",
    ),
    _rule(
        "dear,hey,attention",
        rf"\b(?:dear|hey)\b.{{0,12}}\b(?:{_SCORER}|model)\b|\battention\b.{{0,12}}\b{_SCORER}\b",
    ),
    _rule(
        "reveal,repeat,print,show,tell me,leak,quote,list",
        r"\b(?:reveal|repeat|print|show|tell me|leak|quote|list)\b.{0,30}\b(?:rubric|scoring "
        r"criteria|anchors of|level descriptions?|instructions? you (?:were|have|got))\b",
        r"\b(?:reveal|leak|repeat|tell me|show me)\b.{0,30}\byour (?:prompt|instructions)\b",
        rf"\b(?:print|show|list|quote) your (?:prompt|instructions){_END}",
    ),
    # Letters of plain English in writing that nobody needs for them.
    _rule("\\u00,&#,%", r"(?:\\u00[2-7][0-9a-f]|&#x?[0-9a-f]{2,5};|%[2-7][0-9a-f]){4,}"),
    # Other languages.
    _rule(
        "ignorier,vergiss,missachte",
        r"\b(?:ignoriere?|vergiss|missachte)\s+(?:alle|die|deine|diese|ihre)\s+(?:(?:bisherig|"
        rf"vorherig|obig|früher|fruher|gegeben)\w*\s+)?(?:anweisung|regel|vorgabe)\w*{_END}",
    ),
    _rule(
        "bewerte,gib",
        r"\b(?:bewerte|gib)\s+(?:mich|mir)\b.{0,30}\b(?:(?:höchst|hochst|best|voll)\w*\s+(?:punkt|"
        rf"note|bewertung|wertung)|(?:fünf|funf|5){_END})",
    ),
    _rule(
        "ignore,oublie",
        r"\b(?:ignore[zr]?|oublie[zr]?)\s+(?:toutes\s+)?(?:les|ces|vos|tes)\s+(?:instructions?|"
        rf"consignes?)(?:\s+(?:pr[ée]c[ée]d|ci-dessus)|{_END})",
    ),
    _rule(
        "donne,attribue", r"\b(?:donne[zr]?|attribue[zr]?)[\s-]{1,3}moi\b.{0,40}\b(?:note|score)\b"
    ),
    _rule(
        "ignora,olvida,omite",
        r"\b(?:ignora|olvida|omite)\s+(?:todas\s+)?(?:las|tus|sus|estas)\s+(?:instruccion|regla)\w*"
        rf"(?:\s+(?:anterior|previa)|{_END})",
    ),
    _rule("dame", r"\bdame\b.{0,40}\b(?:puntuaci|nota|calificaci)"),
    _rule(
        "ignora,dimentica",
        r"\b(?:ignora|dimentica)\s+(?:tutte\s+)?(?:le|tue|queste)\s+(?:istruzion|regol)\w*"
        rf"(?:\s+precedent|{_END})",
    ),
    _rule(
        "negeer,ignoreer,vergeet",
        r"\b(?:negeer|ignoreer|vergeet)\s+(?:alle|de|je|jouw|deze)\s+(?:(?:vorige|eerdere)\s+)?"
        rf"(?:instructies?|regels){_END}",
    ),
    _rule(
        "zignoruj,zapomnij,pomiń",
        r"\b(?:zignoruj|zapomnij|pomiń)\s+(?:o\s+)?(?:poprzedni|wszystki|powyższ|twoje|swoje)\w*\s+"
        r"(?:poprzedni\w*\s+)?(?:instrukcj|poleceni|zasad)",
    ),
    _rule("忽略", r"忽略.{0,4}(?:之前|以上|上述|上面|先前|你的).{0,8}(?:指令|指示|规则)"),
    _rule("给我", r"给我.{0,10}(?:满分|最高分)"),
    _rule(
        "игнорируй",
        r"игнорируй(?:те)?\s+(?:вс|предыдущ|эт|сво|тво|ваш)\w{1,8}\s+(?:предыдущ\w{1,4}\s+)?"
        r"(?:инструкц|правил)",
    ),
    _rule("постав", r"постав\w{0,6}.{0,20}(?:высш|максимальн)\w{0,8}\s{1,3}(?:балл|оценк)"),
    _rule("これまで,以前,上記,前の", r"(?:これまで|以前|上記|前)の?(?:指示|命令).{0,10}無視"),
    _rule("満点を", r"満点を(?:ください|くれ|与え)"),
)
