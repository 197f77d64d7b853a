"""What the interviewer says by itself and what is no part of a plan, by language."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Phrases", "is_opener", "phrases"]


@dataclass(frozen=True, slots=True)
class Phrases:
    openers: tuple[str, ...]
    """The first words after a spoken answer, whatever it was: they neither praise nor judge."""
    nudges: tuple[str, str]
    """In a long silence, one after the other."""
    time_to_move_on: str
    reply_lost: str
    welcome_back: str
    recap: str
    """After a long pause, with `{done}` and `{count}` questions."""
    recap_at_the_beginning: str
    cut_off: str
    """After a break that was ours."""
    not_heard: str
    not_heard_onward: str
    elaborate: str
    """A probe where the plan has none."""
    understood: str
    """Before `{words}`, which are what was recognized."""
    is_that_right: str
    code_on: str
    """In place of a reply that was lost while code is written."""
    go_on: str
    """After an acknowledgement, to somebody who writes code."""


_ENGLISH = Phrases(
    openers=("Okay.", "All right.", "Thank you.", "I see."),
    nudges=(
        "Take your time.",
        "I can repeat or rephrase the question, or we can skip it, or pause. Just tell me.",
    ),
    time_to_move_on="Let's move on, so that there is time for the rest.",
    reply_lost="Thank you, I have your answer. Let's go on.",
    welcome_back="Welcome back.",
    recap="We have been through {done} of {count} questions, and this is where we were.",
    recap_at_the_beginning="We had only just begun, and this is where we were.",
    cut_off="We were cut off on our side for a moment, and this is where we were.",
    not_heard="Sorry, I could not hear anything. Could you say that again, or type it?",
    not_heard_onward="I still could not hear you, so let's go on.",
    elaborate="Could you tell me a little more about that?",
    understood="I may not have heard you well. I understood: {words}.",
    is_that_right="Is that right?",
    code_on="Thank you, I have that. Please go on with your code.",
    go_on="Go on, and tell me when you are done.",
)
_GERMAN = Phrases(
    openers=("Okay.", "Danke.", "Verstehe.", "Alles klar."),
    nudges=(
        "Lassen Sie sich Zeit.",
        "Ich kann die Frage wiederholen oder anders stellen, wir können sie überspringen oder "
        "eine Pause machen. Sagen Sie es mir einfach.",
    ),
    time_to_move_on="Gehen wir weiter, damit Zeit für den Rest bleibt.",
    reply_lost="Danke, Ihre Antwort habe ich. Gehen wir weiter.",
    welcome_back="Willkommen zurück.",
    recap="Wir sind durch {done} von {count} Fragen gegangen, und hier waren wir.",
    recap_at_the_beginning="Wir hatten gerade erst begonnen, und hier waren wir.",
    cut_off="Bei uns war die Verbindung kurz unterbrochen, und hier waren wir.",
    not_heard="Leider konnte ich nichts hören. Sagen Sie es bitte noch einmal, oder tippen Sie es?",
    not_heard_onward="Ich konnte Sie noch immer nicht hören, gehen wir also weiter.",
    elaborate="Können Sie dazu noch etwas mehr erzählen?",
    understood="Vielleicht habe ich Sie nicht gut gehört. Verstanden habe ich: {words}.",
    is_that_right="Stimmt das?",
    code_on="Danke, das habe ich. Schreiben Sie bitte weiter an Ihrem Code.",
    go_on="Machen Sie weiter, und sagen Sie mir, wenn Sie fertig sind.",
)
_FRENCH = Phrases(
    openers=("D'accord.", "Merci.", "Je vois.", "Entendu."),
    nudges=(
        "Prenez votre temps.",
        "Je peux répéter ou reformuler la question, nous pouvons la passer ou faire une pause. "
        "Dites-le-moi simplement.",
    ),
    time_to_move_on="Avançons, pour qu'il reste du temps pour la suite.",
    reply_lost="Merci, j'ai bien votre réponse. Continuons.",
    welcome_back="Bon retour.",
    recap="Nous avons vu {done} questions sur {count}, et voici où nous en étions.",
    recap_at_the_beginning="Nous venions de commencer, et voici où nous en étions.",
    cut_off="La connexion a été coupée un instant de notre côté, et voici où nous en étions.",
    not_heard="Désolé, je n'ai rien entendu. Pouvez-vous le redire, ou l'écrire ?",
    not_heard_onward="Je ne vous entends toujours pas, continuons donc.",
    elaborate="Pouvez-vous m'en dire un peu plus ?",
    understood="Je vous ai peut-être mal entendu. J'ai compris : {words}.",
    is_that_right="Est-ce exact ?",
    code_on="Merci, c'est noté. Continuez votre code, je vous en prie.",
    go_on="Continuez, et dites-moi quand vous avez fini.",
)
_SPANISH = Phrases(
    openers=("De acuerdo.", "Gracias.", "Entiendo.", "Ya veo."),
    nudges=(
        "Tómese su tiempo.",
        "Puedo repetir la pregunta o decirla de otra manera, podemos saltarla o hacer una pausa. "
        "Dígamelo sin más.",
    ),
    time_to_move_on="Sigamos, para que quede tiempo para lo demás.",
    reply_lost="Gracias, tengo su respuesta. Sigamos.",
    welcome_back="Bienvenido de nuevo.",
    recap="Hemos visto {done} de {count} preguntas, y aquí estábamos.",
    recap_at_the_beginning="Acabábamos de empezar, y aquí estábamos.",
    cut_off="Se cortó un momento por nuestra parte, y aquí estábamos.",
    not_heard="Perdone, no he oído nada. ¿Puede repetirlo o escribirlo?",
    not_heard_onward="Sigo sin oírle, así que continuemos.",
    elaborate="¿Puede contarme un poco más sobre eso?",
    understood="Quizá no le he oído bien. He entendido: {words}.",
    is_that_right="¿Es correcto?",
    code_on="Gracias, lo tengo. Siga con su código, por favor.",
    go_on="Siga, y dígame cuando haya terminado.",
)
_LANGUAGES = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}


def phrases(language: str) -> Phrases:
    """By a language tag such as `de-CH`; English where the language is not among ours."""
    return _LANGUAGES.get(language.lower().split("-")[0], _ENGLISH)


def is_opener(text: str) -> bool:
    """In any language."""
    return any(text in said.openers for said in _LANGUAGES.values())
