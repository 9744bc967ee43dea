"""Every limit that Azure sets, with its source and the date it was read."""

import re

# Azure OpenAI quotas and limits, learn.microsoft.com, 2026-02-17.
MAX_TRAINING_FILE_BYTES = 512 * 10**6
MAX_FILES_PER_RESOURCE = 100
MAX_FILES_BYTES_PER_RESOURCE = 10**9
MAX_JOBS_PER_RESOURCE = 100
MAX_QUEUED_JOBS = 20
MAX_BILLED_TOKENS = 2 * 10**9  # training tokens times epochs, one job

# Fine-tuning guide, learn.microsoft.com, 2026-10: below this the job does not start.
MIN_TRAINING_EXAMPLES = 10
RECOMMENDED_TRAINING_EXAMPLES = 50  # same guide; fewer are accepted

# Azure chooses the epochs of "auto"; 3 is what its notebooks show (fine-tuning guide, 2026-10).
AUTO_EPOCHS = 3

# Fine-tuning guide, 2026-10: tokens of one example of the gpt-4o family.
MAX_EXAMPLE_TOKENS = 65_536

# Reinforcement fine-tuning guide, learn.microsoft.com, 2026-10.
MAX_GRADER_SOURCE_BYTES = 256 * 1024
REINFORCEMENT_PAUSES_AT = 5_000  # US dollars, the grader's tokens included

# CreateFineTuningJobRequest.suffix, Azure OpenAI authoring API 2024-10-21.
SUFFIX_LENGTH = 40
SUFFIX_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,40}")

# Microsoft's fine-tuning skill, 2026-08-20: letters, digits and hyphens, at most 64.
DEPLOYMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,63}")

# Foundry resource and custom subdomain: no underscore or dot in the latter.
ACCOUNT_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]{1,63}")

# Regions of standard fine-tuning for the gpt-4o family, learn.microsoft.com, 2026-03; the live
# catalogue may know of more.
FINE_TUNING_REGIONS = ("eastus2", "northcentralus", "swedencentral")

# ARM request limits: a resource holds at most 50 tags of 512 and 256 characters.
MAX_TAG_VALUE = 256

# ARM request limits since 2024, learn.microsoft.com request-limits-and-throttling: token buckets of
# a subscription, a region and an identity; size and refill a second.
ARM_READS = (250, 25)
ARM_WRITES = (200, 10)
ARM_DELETES = (200, 10)

# Vision fine-tuning guide, learn.microsoft.com, 2026-10: one example, one image.
MAX_IMAGES = 64
MAX_IMAGE_BYTES = 10 * 10**6

# OpenAI's own service, vision fine-tuning guide, 2025: at most so many images in one example.
OPENAI_MAX_IMAGES = 10
