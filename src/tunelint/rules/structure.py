"""The order of a conversation: 400 to 499."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from tunelint.example import PROMPT_ROLES, Example, Format, Message
from tunelint.rule import Rule, Violation, on_example, rule

LAST_NOT_ASSISTANT = rule("""E401 last-not-assistant
    The conversation does not end with an assistant message.
    The last message is the answer that is learnt; Azure wants it to be the assistant's.
    Fix: Add the answer, or delete what follows the last answer.
    Bad: user, assistant, user""")
NO_ASSISTANT = rule("""E402 no-assistant
    The conversation has no assistant message.
    There is no answer to learn.
    Fix: Add the answer or delete the line.
    Bad: system, user""")
EMPTY_ANSWER = rule("""E403 empty-answer
    An assistant message is empty or blank.
    The model would learn to say nothing.
    Fix: Write the answer or delete the line.
    Bad: {"role": "assistant", "content": ""}""")
EMPTY_PROMPT = rule("""W404 empty-message
    A system, developer or user message is empty or blank.
    It teaches nothing and is usually a hole in an export.
    Fix: Write the message or delete it.
    Bad: {"role": "user", "content": " "}""")
NO_USER = rule("""W405 no-user
    The conversation has no user message.
    In production an answer follows a question; Microsoft's guide asks for at least one.
    Fix: Add the question that the answer is for.
    Bad: system, assistant""")
ASSISTANT_FIRST = rule("""W406 assistant-first
    The assistant speaks before any user.
    The model would learn to answer before it is asked.
    Fix: Start with the user's message, or give the greeting weight 0.
    Bad: assistant, user, assistant""")
CONSECUTIVE_ROLES = rule("""W407 consecutive-roles
    Two user or two assistant messages follow each other.
    Foundry has refused files for that, with nothing but 'contains invalid schema'.
    Fix: Join the two messages, or add the one that is missing between them.
    Bad: user, user, assistant""")
TWO_SYSTEMS = rule("""E408 two-systems
    More than one system message.
    A conversation in production has one; the second would be learnt as part of the talk.
    Fix: Join them into one at the start.
    Bad: system, system, user, assistant""")
SYSTEM_NOT_FIRST = rule("""E409 system-not-first
    The system message is not at the start.
    It sets the scene; later it is only another turn.
    Fix: Move it to the start.
    Bad: user, system, assistant""")
SYSTEM_AND_DEVELOPER = rule("""W410 system-and-developer
    Both a system and a developer message.
    They are two names of one thing; newer models say developer, the gpt-4o family system.
    Fix: Keep one of them.
    Bad: system, developer, user, assistant""")
NOTHING_TO_LEARN = rule("""E411 nothing-to-learn
    Every assistant message has weight 0.
    No word of the example is trained on, but all of it is billed.
    Fix: Give at least one answer weight 1, or delete the line.
    Bad: {"role": "assistant", "content": "¡Hola!", "weight": 0}""")

_CALL = "call"  # the role, here, of an assistant message that calls functions
_ANSWERS = ("assistant", _CALL)


@on_example
def examine(example: Example) -> Iterator[Violation]:
    """What is wrong with the order of a conversation whose messages all have a role."""
    if not example.roles_known:
        return
    messages = example.prompt if example.format is Format.DPO else example.messages
    roles = tuple([_CALL if _calls(one) else one.role for one in messages])
    trains = example.format is Format.SFT
    for broken, index, text in _disorder(roles, ends_in_answer=trains):
        path = ("messages",) if index is None else (*messages[index].path, "role")
        yield Violation(broken, text, path)
    answers = [one for one in messages if one.role == "assistant"]
    if trains and answers and not any(one.is_trained for one in answers):
        yield Violation(NOTHING_TO_LEARN, "All assistant messages have weight 0.", ("messages",))
    for message in messages:
        if message.is_blank and not message.calls_function:
            yield from _blank(message)


@lru_cache(1_000)
def _disorder(
    roles: tuple[str, ...], *, ends_in_answer: bool
) -> tuple[tuple[Rule, int | None, str], ...]:
    """What is wrong with an order of roles: the rule, the message's index, and a sentence."""
    found = [*_presence(roles)] if ends_in_answer else []
    return (*found, *_prompts(roles), *_turns(roles))


def _presence(roles: tuple[str, ...]) -> Iterator[tuple[Rule, int | None, str]]:
    if not set(_ANSWERS) & set(roles):
        yield NO_ASSISTANT, None, "The conversation has no assistant message."
    elif roles[-1] not in _ANSWERS:
        yield LAST_NOT_ASSISTANT, len(roles) - 1, f"The last message is from the {roles[-1]}."
    if "user" not in roles:
        yield NO_USER, None, "The conversation has no user message."


def _prompts(roles: tuple[str, ...]) -> Iterator[tuple[Rule, int, str]]:
    prompts = [index for index, role in enumerate(roles) if role in PROMPT_ROLES]
    for first in prompts[:1]:
        if first > 0:
            yield SYSTEM_NOT_FIRST, first, f"The {roles[first]} message comes late."
    for index in prompts[1:]:
        if roles[index] == roles[prompts[0]]:
            yield TWO_SYSTEMS, index, f"A second {roles[index]} message."
        else:
            yield SYSTEM_AND_DEVELOPER, index, "Both a system and a developer message."


def _turns(roles: tuple[str, ...]) -> Iterator[tuple[Rule, int, str]]:
    talk = [(index, role) for index, role in enumerate(roles) if role not in PROMPT_ROLES]
    if talk and talk[0][1] in _ANSWERS and "user" in roles:
        yield ASSISTANT_FIRST, talk[0][0], "The assistant speaks before the user."
    for (_, before), (index, after) in pairwise(talk):
        if before == after and after in ("user", "assistant"):
            yield CONSECUTIVE_ROLES, index, f"Two {after} messages in a row."


def _calls(message: Message) -> bool:
    return message.role == "assistant" and message.calls_function


def _blank(message: Message) -> Iterator[Violation]:
    place = (*message.path, "content")
    if message.role == "assistant" and not message.fields.get("refusal"):
        yield Violation(EMPTY_ANSWER, "The assistant message is empty.", place)
    elif message.role in ("user", *PROMPT_ROLES):
        yield Violation(EMPTY_PROMPT, f"The {message.role} message is empty.", place)
