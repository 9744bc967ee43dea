"""The order of a conversation: 400 to 499."""

from collections.abc import Iterator
from itertools import pairwise

from tunelint.example import PROMPT_ROLES, Example, Format, Message
from tunelint.rule import Rule, Violation, on_example, rule

_GOOD = (
    '{"messages": [{"role": "user", "content": "Hola"}, '
    '{"role": "assistant", "content": "¡Hola! ¿Adónde?"}]}'
)
_USER = '{"role": "user", "content": "Hola"}'
_ANSWER = '{"role": "assistant", "content": "¡Hola! ¿Adónde?"}'
_SYSTEM = '{"role": "system", "content": "Eres amable."}'


def _line(*messages: str) -> str:
    return f'{{"messages": [{", ".join(messages)}]}}'


LAST_NOT_ASSISTANT = rule(
    "E401",
    "last-not-assistant",
    what="The conversation does not end with an assistant message.",
    why="The last message is the answer that is learnt; Azure wants it to be the assistant's.",
    bad=_line(_USER, _ANSWER, _USER),
    good=_GOOD,
    fix="Add the answer, or delete what follows the last answer.",
)
NO_ASSISTANT = rule(
    "E402",
    "no-assistant",
    what="The conversation has no assistant message.",
    why="There is no answer to learn.",
    bad=_line(_SYSTEM, _USER),
    good=_GOOD,
    fix="Add the answer or delete the line.",
)
EMPTY_ANSWER = rule(
    "E403",
    "empty-answer",
    what="An assistant message is empty or blank.",
    why="The model would learn to say nothing.",
    bad=_line(_USER, '{"role": "assistant", "content": ""}'),
    good=_GOOD,
    fix="Write the answer or delete the line.",
)
EMPTY_PROMPT = rule(
    "W404",
    "empty-message",
    what="A system, developer or user message is empty or blank.",
    why="It teaches nothing and is usually a hole in an export.",
    bad=_line('{"role": "user", "content": " "}', _ANSWER),
    good=_GOOD,
    fix="Write the message or delete it.",
)
NO_USER = rule(
    "W405",
    "no-user",
    what="The conversation has no user message.",
    why="In production an answer follows a question; Microsoft's guide asks for at least one.",
    bad=_line(_SYSTEM, _ANSWER),
    good=_GOOD,
    fix="Add the question that the answer is for.",
)
ASSISTANT_FIRST = rule(
    "W406",
    "assistant-first",
    what="The assistant speaks before any user.",
    why="The model would learn to answer before it is asked.",
    bad=_line(_ANSWER, _USER, _ANSWER),
    good=_GOOD,
    fix="Start with the user's message, or give the greeting weight 0.",
)
CONSECUTIVE_ROLES = rule(
    "W407",
    "consecutive-roles",
    what="Two user or two assistant messages follow each other.",
    why="Foundry has refused files for two assistant messages in a row, with nothing but "
    "'contains invalid schema'.",
    bad=_line(_USER, _USER, _ANSWER),
    good=_GOOD,
    fix="Join the two messages, or add the one that is missing between them.",
)
TWO_SYSTEMS = rule(
    "E408",
    "two-systems",
    what="More than one system message.",
    why="A conversation in production has one; the second would be learnt as part of the talk.",
    bad=_line(_SYSTEM, _SYSTEM, _USER, _ANSWER),
    good=_line(_SYSTEM, _USER, _ANSWER),
    fix="Join them into one at the start.",
)
SYSTEM_NOT_FIRST = rule(
    "E409",
    "system-not-first",
    what="The system message is not at the start.",
    why="It sets the scene; later it is only another turn.",
    bad=_line(_USER, _SYSTEM, _ANSWER),
    good=_line(_SYSTEM, _USER, _ANSWER),
    fix="Move it to the start.",
)
SYSTEM_AND_DEVELOPER = rule(
    "W410",
    "system-and-developer",
    what="Both a system and a developer message.",
    why="They are two names of one thing; newer models say developer, the gpt-4o family system.",
    bad=_line(_SYSTEM, '{"role": "developer", "content": "Eres amable."}', _USER, _ANSWER),
    good=_line(_SYSTEM, _USER, _ANSWER),
    fix="Keep one of them.",
)
NOTHING_TO_LEARN = rule(
    "E411",
    "nothing-to-learn",
    what="Every assistant message has weight 0.",
    why="No word of the example is trained on, but all of it is billed.",
    bad=_line(_USER, '{"role": "assistant", "content": "¡Hola!", "weight": 0}'),
    good=_GOOD,
    fix="Give at least one answer weight 1, or delete the line.",
)


@on_example
def examine(example: Example) -> Iterator[Violation]:
    """What is wrong with the order of a conversation whose messages all have a role."""
    if not example.roles_known:
        return
    messages = example.prompt if example.format is Format.DPO else example.messages
    if example.format is Format.SFT:
        yield from _presence(messages)
    yield from _prompts(messages)
    yield from _turns(messages)
    for message in messages:
        yield from _blank(message)


def _presence(messages: tuple[Message, ...]) -> Iterator[Violation]:
    answers = [message for message in messages if message.role == "assistant"]
    if not answers:
        yield Violation(NO_ASSISTANT, "The conversation has no assistant message.", ("messages",))
    elif messages[-1].role != "assistant":
        yield _at(
            LAST_NOT_ASSISTANT, messages[-1], f"The last message is from the {messages[-1].role}."
        )
    elif not any(answer.is_trained for answer in answers):
        yield Violation(NOTHING_TO_LEARN, "All assistant messages have weight 0.", ("messages",))
    if not any(message.role == "user" for message in messages):
        yield Violation(NO_USER, "The conversation has no user message.", ("messages",))


def _prompts(messages: tuple[Message, ...]) -> Iterator[Violation]:
    first: Message | None = None
    in_talk = False
    for message in messages:
        if message.role not in PROMPT_ROLES:
            in_talk = True
        elif first is None:
            first = message
            if in_talk:
                yield _at(SYSTEM_NOT_FIRST, message, f"The {message.role} message comes late.")
        elif message.role == first.role:
            yield _at(TWO_SYSTEMS, message, f"A second {message.role} message.")
        else:
            yield _at(SYSTEM_AND_DEVELOPER, message, "Both a system and a developer message.")


def _turns(messages: tuple[Message, ...]) -> Iterator[Violation]:
    talk = [message for message in messages if message.role not in PROMPT_ROLES]
    if talk and talk[0].role == "assistant" and any(one.role == "user" for one in talk):
        yield _at(ASSISTANT_FIRST, talk[0], "The assistant speaks before the user.")
    for before, after in pairwise(talk):
        if (
            before.role == after.role
            and after.role in ("user", "assistant")
            and not (before.calls_function or after.calls_function)
        ):
            yield _at(CONSECUTIVE_ROLES, after, f"Two {after.role} messages in a row.")


def _blank(message: Message) -> Iterator[Violation]:
    if not message.is_blank or message.calls_function:
        return
    if message.role == "assistant":
        if not message.fields.get("refusal"):
            yield _at(EMPTY_ANSWER, message, "The assistant message is empty.", "content")
    elif message.role in ("user", *PROMPT_ROLES):
        yield _at(EMPTY_PROMPT, message, f"The {message.role} message is empty.", "content")


def _at(broken: Rule, message: Message, text: str, key: str = "role") -> Violation:
    return Violation(broken, text, (*message.path, key))
