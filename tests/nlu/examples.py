"""Training data from a few sentences a label."""

from rasa.shared.nlu.training_data.loading import load_data


def loaded(examples, file):
    """Write {label: texts} as Rasa's YAML, and load it as a training does."""
    lines = ['version: "3.1"', "nlu:"]
    for label, texts in examples.items():
        lines += [f"- intent: {label}", "  examples: |", *(f"    - {text}" for text in texts)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_data(str(file))
