"""Models: training them, what people decide about them, and which are known."""
