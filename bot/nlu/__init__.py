"""Rasa's room: how messages are read and how the dialogue goes on.

What is set here has to be set before anything imports Rasa or TensorFlow.
"""

import os
import sys

os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # what customers write stays here
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.modules.setdefault("jax", None)  # type: ignore[arg-type]  # a second's import; TensorFlow only looks if it is there
