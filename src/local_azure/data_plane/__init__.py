"""The data plane of Azure OpenAI, below /accounts/NAME/openai, and of Foundry projects."""
