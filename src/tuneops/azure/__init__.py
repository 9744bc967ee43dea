"""The only room that imports Azure and OpenAI SDKs."""
