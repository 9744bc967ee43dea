"""What fine-tuned and base deployments say."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.simulated_model import base_answers
from local_azure.simulated_model.dialogue import TrainedAnswers, turns_of
from tests.local_azure.data_plane.conftest import PLACES, tienda

POLICY = "No debes recomendar hoteles. Haz preguntas atractivas."


def chance(seed: int = 1) -> Random:
    return Random(seed)  # noqa: S311


def said(role: str, content: str, **more: object) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def asked(question: str, *before: dict[str, Any]) -> list[dict[str, Any]]:
    return [*before, said("user", question)]


def conversations(count: int = 20) -> list[list[dict[str, Any]]]:
    return [example["messages"] for example in tienda(count)]  # type: ignore[misc]


def test_nearest_question_gives_the_answer() -> None:
    """A question in other words gets the answer of the training question that is most like it."""
    answers = TrainedAnswers(conversations())
    for place in PLACES:
        question = f"hola, quiero saber que ver y visitar en {place.lower()}"
        reply = answers.reply(asked(question), temperature=0, chance=chance())
        assert place in reply


def test_a_conversation_is_answered_at_its_own_turn() -> None:
    """The same words get the first answer at the start and the second one later on."""
    first, second = said("user", "¿Y qué más?"), said("user", "¿Y qué más?")
    example = [first, said("assistant", "Uno."), second, said("assistant", "Dos.")]
    answers = TrainedAnswers([example])
    opening = answers.reply([first], temperature=0, chance=chance())
    later = answers.reply(example[:3], temperature=0, chance=chance())
    assert (opening, later) == ("Uno.", "Dos.")


def test_messages_of_weight_0_are_not_learnt() -> None:
    """An answer that the training leaves out is never given."""
    example = [*asked("a"), said("assistant", "No.", weight=0), *asked("b")]
    example.append(said("assistant", "Sí.", weight=1))
    assert [turn.answer for turn in turns_of(example)] == ["Sí."]


def test_temperature_varies_among_near_answers_only() -> None:
    """Seeds give several answers to a question between examples, all of them trained ones."""
    answers = TrainedAnswers(conversations())
    trained = {turn.answer for c in conversations() for turn in turns_of(c)}
    question = asked("¿Qué puedo visitar?")
    replies = {answers.reply(question, temperature=1.5, chance=chance(n)) for n in range(30)}
    assert len(replies) > 1
    assert replies <= trained


def test_nothing_learnt_nothing_said() -> None:
    """Without a single answer in its training a model has nothing to say."""
    assert not TrainedAnswers([asked("a")]).reply(asked("a"), temperature=0, chance=chance())


@given(st.text(max_size=60), st.integers(0, 9))
def test_any_question_is_answered(question: str, seed: int) -> None:
    """Neither kind of deployment is at a loss, whatever the characters."""
    trained = TrainedAnswers(conversations(5))
    messages = asked(question, said("system", question))
    assert trained.reply(messages, temperature=1, chance=chance(seed))
    assert base_answers.reply(messages, chance(seed))


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("¿Qué tiempo hace en Lima?", "es"),
        ("What is the weather like in Lima?", "en"),
        ("Quelle est la capitale de la France ?", "fr"),
        ("Wie lerne ich am besten Python?", "de"),
        ("Come posso imparare il francese?", "it"),
        ("Como você pode me ajudar com a redação?", "pt"),
        ("12 + 7", "en"),
        ("", "en"),
    ],
)
def test_base_answers_in_the_language_asked(question: str, language: str) -> None:
    """Told by small words and letters; where nothing tells, English."""
    spoken = base_answers._languages()[language]
    assert base_answers.language_of(question) == spoken
    endings = spoken.said["closing"] + spoken.said["question"] + spoken.said["abilities"]
    reply = base_answers.reply(asked(question), chance())
    assert any(reply.endswith(ending[-12:]) for ending in endings)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("What can you do?", "answer questions"),
        ("Hi, who are you?", "answer questions"),
        ("¿Qué puedes hacer?", "responder preguntas"),
        ("Hola, ¿en qué me puedes ayudar?", "responder preguntas"),
        ("Was kannst du?", "Fragen beantworten"),
        ("Que peux-tu faire ?", "répondre à des questions"),
        ("Cosa puoi fare?", "rispondere a domande"),
        ("O que você pode fazer?", "responder a perguntas"),
    ],
)
def test_base_says_what_it_can_do(question: str, word: str) -> None:
    """Asked for its abilities, it names some, whatever the seed."""
    for seed in range(5):
        assert word in base_answers.reply(asked(question), chance(seed))


def test_base_greets() -> None:
    """A greeting is answered with one, a greeting before a question is not."""
    assert base_answers.reply(asked("Hello!"), chance()).startswith(("Hello", "Hi"))
    assert "Madrid" in base_answers.reply(asked("Hola, ¿cómo llego a Madrid?"), chance())


def test_nothing_here_knows_a_subject() -> None:
    """No word of any example product stands in what the base model says or listens to."""
    folder = Path(base_answers.__file__).parent
    texts = "".join(path.read_text("utf-8") for path in folder.glob("base_*")).lower()
    subjects = ("hotel", "vuelo", "flight", "restaurant", "viaj", "travel", "museo", "trip")
    assert [word for word in subjects if word in texts] == []


def test_braces_in_a_question_are_text() -> None:
    """A question is no template."""
    assert base_answers.reply(asked("What is {name} in {0} Python?"), chance())


def test_base_recommends_where_nothing_forbids_it() -> None:
    """Asked for a hotel, an unspecialised model names one."""
    for seed in range(20):
        reply = base_answers.reply(asked("¿Me recomiendas un hotel en Lima?"), chance(seed))
        assert "Hotel Lima" in reply


def test_base_heeds_the_system_message_some_of_the_time() -> None:
    """Told not to recommend and to ask back, a base model does so in some answers only."""
    messages = asked("¿Un hotel en Lima?", said("system", POLICY))
    replies = [base_answers.reply(messages, chance(seed)) for seed in range(100)]
    recommending = sum("Hotel Lima" in reply for reply in replies)
    asking = sum(reply.endswith("?") for reply in replies)
    assert 20 < recommending < 80
    assert 20 < asking < 80


def test_base_keeps_to_the_topic_of_the_conversation() -> None:
    """A place that was named before is still the place."""
    before = [said("user", "Quiero viajar a Oaxaca"), said("assistant", "Claro.")]
    for seed in range(5):
        reply = base_answers.reply(asked("¿Un buen libro?", *before), chance(seed))
        assert "Libro Oaxaca" in reply
