"""What stands in for a language model: training, answers and the checks of content."""
