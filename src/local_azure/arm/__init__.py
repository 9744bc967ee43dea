"""Azure Resource Manager: resource groups, locks and Microsoft.CognitiveServices."""
