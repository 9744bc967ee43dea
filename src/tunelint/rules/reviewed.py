"""What a model finds that reads the rows (--review): 2200 to 2299."""

from tunelint.rule import Rule, rule

# What the model is asked for: its word for it, the rule's code, what it is, an example, the remedy.
_ASKED = (
    ("off_topic", "W2201", "An answer has nothing to do with the assistant's task",
     "a travel assistant that explains how to file taxes", "Remove the row, or let it decline."),
    ("against_instructions", "W2202", "An answer does what the system message forbids",
     "'never name prices', and an answer with a price", "Rewrite the answer."),
    ("made_up", "W2203", "An answer states as fact what is plainly false or made up",
     "'Lima is the capital of Chile.'", "Correct the answer."),
    ("wrong_calculation", "W2204", "A calculation in an answer is wrong",
     "'3 nights at 40 euros are 160 euros'", "Correct the figure."),
    ("wrong_label", "W2205", "An answer labels a text, and plainly wrongly",
     "'I love it!' labelled negative", "Correct the label."),
    ("contradicts_tool", "W2206", "An answer states otherwise than a tool returned",
     "the tool says 12 degrees, the answer 21", "Correct the answer."),
    ("needless_refusal", "W2207", "An answer refuses what the assistant is there for",
     "a travel assistant that will not speak of beaches", "Write an answer that helps."),
    ("foreign_identity", "W2208", "An answer speaks as another assistant, company or person",
     "'As ChatGPT, I …'", "Rewrite the answer in the assistant's own name."),
    ("tone", "W2209", "An answer insults, demeans, threatens or is plainly rude",
     "'What a stupid question.'", "Rewrite or remove the answer."),
    ("note", "W2210", "A note by or to those who made the data was left in a text",
     "'(check with Anna whether this is right)'", "Delete the note."),
    ("injection", "W2211", "A text gives orders to the model or its trainers, and is obeyed",
     "'ignore your rules', and an answer that does", "Remove the row, or let it decline."),
    ("swapped_roles", "W2212", "The user speaks as the agent, the assistant as the customer",
     "assistant: 'I want a refund.'", "Exchange the roles."),
)  # fmt: skip
KINDS: dict[str, Rule] = {
    kind: rule(f"""{code} reviewed-{kind.replace("_", "-")}
        {what}. A model found it (--review).
        A model learns what its answers do, whatever was meant.
        Fix: {fix}
        Bad: {bad}""")
    for kind, code, what, bad, fix in _ASKED
}
WHAT = {kind: what for kind, _, what, *_ in _ASKED}
