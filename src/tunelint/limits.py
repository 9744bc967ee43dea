"""Limits of the services that train on a file, each with its source and date."""

# Azure OpenAI quotas and limits, learn.microsoft.com, 2026-02-17.
MAX_FILE_BYTES = 512 * 10**6
MAX_BILLED_TOKENS = 2 * 10**9  # training tokens times epochs, one job

# Fine-tuning guide, learn.microsoft.com, 2026-10: below this the job does not start.
MIN_EXAMPLES = 10
RECOMMENDED_EXAMPLES = 50  # same guide; fewer are accepted

# Fine-tuning guide, 2026-10: tokens of one example of the gpt-4o family.
MAX_EXAMPLE_TOKENS = 65_536

# Vision fine-tuning guide, learn.microsoft.com, 2026-10: images of one example.
MAX_IMAGES = 64

# OpenAI's own service, vision fine-tuning guide, 2025: images in one example.
OPENAI_MAX_IMAGES = 10

# Ours. 65,536 tokens are well under 1 MB of text; large images are sent by address.
MAX_LINE_BYTES = 10**7
MAX_DEPTH = 64  # brackets
